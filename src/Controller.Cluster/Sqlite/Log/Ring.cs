namespace Controller.Cluster.Sqlite.Log;

/// <summary>A queue whose members have ascending numbers and are found by them.</summary>
internal sealed class Ring<T>(long first)
    where T : struct
{
    private T[] _members = new T[64];

    /// <summary>The number of the oldest.</summary>
    public long First { get; private set; } = first;

    /// <summary>The number that the next one gets.</summary>
    public long Next { get; private set; } = first;

    public int Count => (int)(Next - First);

    public ref T this[long number]
    {
        get
        {
            if (number < First || number >= Next)
            {
                throw new ArgumentOutOfRangeException(nameof(number), number, $"not in {First}..{Next - 1}");
            }

            return ref _members[number & (_members.Length - 1)];
        }
    }

    public void Add(T member)
    {
        if (Count == _members.Length)
        {
            var larger = new T[_members.Length * 2];
            for (long number = First; number < Next; number++)
            {
                larger[number & (larger.Length - 1)] = _members[number & (_members.Length - 1)];
            }

            _members = larger;
        }

        _members[Next & (_members.Length - 1)] = member;
        Next++;
    }

    public void RemoveFirst() => First++;
}
