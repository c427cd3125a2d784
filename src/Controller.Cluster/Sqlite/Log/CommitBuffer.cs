namespace Controller.Cluster.Sqlite.Log;

/// <summary>The records of a commit, one behind the other; used again for the next.</summary>
internal sealed class CommitBuffer
{
    private const int Usual = 64 * 1024;
    private const int Kept = 1024 * 1024;

    private byte[] _octets = new byte[Usual];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _octets.AsSpan(0, Length);

    /// <summary>Room for so many octets more; to be filled before the next call.</summary>
    public Span<byte> Add(int length)
    {
        int end = checked(Length + length);
        if (end > _octets.Length)
        {
            Array.Resize(ref _octets, (int)Math.Min(Array.MaxLength, Math.Max(end, _octets.Length * 2L)));
        }

        Span<byte> added = _octets.AsSpan(Length, length);
        Length = end;
        return added;
    }

    public void Clear()
    {
        Length = 0;
        if (_octets.Length > Kept)
        {
            _octets = new byte[Usual];
        }
    }
}
