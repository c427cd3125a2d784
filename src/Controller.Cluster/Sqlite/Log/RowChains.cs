namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// The places of all live rows, 32 octets each, chained by number: no object per actor or row, and nothing that is copied when it grows.
/// </summary>
internal sealed class RowChains
{
    public const int None = -1;
    private const int ChunkBits = 12;

    private readonly List<Link[]> _chunks = [];
    private int _free = None;
    private int _used;

    public ref Link this[int number] => ref _chunks[number >> ChunkBits][number & ((1 << ChunkBits) - 1)];

    public int Take(long sequence, in RowPlace place, int next)
    {
        int number = _free;
        if (number != None)
        {
            _free = this[number].Next;
        }
        else
        {
            number = _used++;
            if (number >> ChunkBits == _chunks.Count)
            {
                _chunks.Add(new Link[1 << ChunkBits]);
            }
        }

        this[number] = new Link { Sequence = sequence, Place = place, Next = next };
        return number;
    }

    public void Give(int number)
    {
        this[number].Next = _free;
        _free = number;
    }

    public struct Link
    {
        public long Sequence;
        public RowPlace Place;
        public int Next;
    }
}
