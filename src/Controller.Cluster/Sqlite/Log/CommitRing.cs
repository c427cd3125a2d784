namespace Controller.Cluster.Sqlite.Log;

/// <summary>The commits of the log, from its head to the newest: which slots each has, and how many live records.</summary>
internal sealed class CommitRing(long head)
{
    private readonly Ring<Commit> _commits = new(head);
    private readonly Ring<int> _slots = new(0);

    /// <summary>The oldest commit of the log. All before it are dead.</summary>
    public long Head => _commits.First;

    /// <summary>The number of the commit to come.</summary>
    public long Next => _commits.Next;

    public int Slots => _slots.Count;

    /// <summary>Of all live records.</summary>
    public long LiveOctets { get; private set; }

    /// <summary>Records that are live in this commit.</summary>
    public int LiveIn(long number) => _commits[number].Live;

    public int PartsOf(long number) => _commits[number].Parts;

    public int SlotOf(long number, int part) => _slots[_commits[number].FirstSlot + part];

    public void Add(ReadOnlySpan<int> slots)
    {
        _commits.Add(new Commit { FirstSlot = _slots.Next, Parts = slots.Length });
        foreach (int slot in slots)
        {
            _slots.Add(slot);
        }
    }

    public void Gained(in RowPlace place)
    {
        _commits[place.Commit].Live++;
        LiveOctets += place.Length;
    }

    public void Lost(in RowPlace place)
    {
        _commits[place.Commit].Live--;
        LiveOctets -= place.Length;
    }

    /// <summary>Drops the commits before the new head, and gives their slots free.</summary>
    public void Advance(long head, List<int> free)
    {
        for (; Head < head; _commits.RemoveFirst())
        {
            Commit oldest = _commits[Head];
            if (oldest.Live != 0)
            {
                throw new InvalidOperationException($"commit {Head} has {oldest.Live} live records and is given free");
            }

            for (int part = 0; part < oldest.Parts; part++)
            {
                free.Add(_slots[_slots.First]);
                _slots.RemoveFirst();
            }
        }
    }

    private struct Commit
    {
        public long FirstSlot;
        public int Parts;
        public int Live;
    }
}
