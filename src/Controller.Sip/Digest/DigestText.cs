using System.Buffers;
using System.Text;

namespace Controller.Sip.Digest;

/// <summary>The colon-separated text that one digest is taken of. Starts on the caller's stack, moves to a pool if it has to.</summary>
internal ref struct DigestText(Span<byte> scratch)
{
    /// <summary>Enough for the texts of real messages.</summary>
    public const int ScratchLength = 512;

    private Span<byte> _buffer = scratch;
    private byte[]? _rented;
    private int _length;

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
    }

    public void Append(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer[_length..]);
    }

    /// <summary>A quoted string's content without its backslashes: RFC 3261 section 25.1, quoted-pair.</summary>
    public void AppendUnescaped(scoped ReadOnlySpan<byte> text)
    {
        for (int slash; (slash = text.IndexOf((byte)'\\')) >= 0 && slash + 1 < text.Length; text = text[(slash + 2)..])
        {
            Append(text[..slash]);
            Append(text.Slice(slash + 1, 1));
        }

        Append(text);
    }

    public void Colon() => Append(":"u8);

    /// <summary>Hashes the text, writes it in lower-case hexadecimal and starts a new text.</summary>
    /// <param name="hex">At least 64 bytes.</param>
    /// <returns>How much of <paramref name="hex"/> was written.</returns>
    public int TakeHash(DigestAlgorithm algorithm, scoped Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[DigestAlgorithms.MaxHashLength];
        var length = algorithm.Hash(_buffer[.._length], hash);
        _length = 0;
        for (var i = 0; i < length; i++)
        {
            hex[i * 2] = "0123456789abcdef"u8[hash[i] >> 4];
            hex[i * 2 + 1] = "0123456789abcdef"u8[hash[i] & 15];
        }

        return length * 2;
    }

    public readonly void Dispose()
    {
        // What was hashed holds a password.
        _buffer.Clear();
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }

    private void Reserve(int more)
    {
        if (_buffer.Length - _length >= more) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + more));
        _buffer[.._length].CopyTo(larger);
        _buffer.Clear();
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _buffer = _rented = larger;
    }
}
