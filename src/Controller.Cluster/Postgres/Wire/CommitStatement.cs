using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Controller.Cluster.Postgres.Wire;

/// <summary>A statement with its parameters, all binary. Used again and again: it allocates once.</summary>
internal sealed class CommitStatement
{
    private const int Most = 32;

    private static readonly int[] AllBinary = [.. Enumerable.Repeat(1, Most)];

    private readonly byte[] _scalars = GC.AllocateArray<byte>(Most * sizeof(long), pinned: true);
    private readonly nint[] _values = new nint[Most];
    private readonly int[] _lengths = new int[Most];

    /// <summary>Parameters are $1, $2, … in the order in which they were added.</summary>
    public string Sql { get; private set; } = "";

    public int Count { get; private set; }

    public ReadOnlySpan<nint> Values => _values.AsSpan(0, Count);

    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, Count);

    public ReadOnlySpan<int> Formats => AllBinary.AsSpan(0, Count);

    public CommitStatement Begin(string sql)
    {
        (Sql, Count) = (sql, 0);
        return this;
    }

    public CommitStatement Add(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Scalar(sizeof(int)), value);
        return this;
    }

    public CommitStatement Add(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Scalar(sizeof(long)), value);
        return this;
    }

    /// <param name="column">Not written to until the statement has been sent.</param>
    public CommitStatement Add(ArrayColumn column)
    {
        (_values[Count], _lengths[Count]) = (column.Address(), column.Length);
        Count++;
        return this;
    }

    private Span<byte> Scalar(int length)
    {
        int at = Count * sizeof(long);
        (_values[Count], _lengths[Count]) = (Marshal.UnsafeAddrOfPinnedArrayElement(_scalars, at), length);
        Count++;
        return _scalars.AsSpan(at, length);
    }
}
