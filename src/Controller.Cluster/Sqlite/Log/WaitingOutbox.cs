namespace Controller.Cluster.Sqlite.Log;

/// <summary>The outbox records that are not delivered, in order of their ids.</summary>
internal sealed class WaitingOutbox(CommitRing commits)
{
    private readonly List<(long Id, RowPlace Place)> _records = [];
    private int _first;

    public int Count => _records.Count - _first;

    /// <summary>The highest id ever given.</summary>
    public long LastId { get; set; }

    /// <summary>Up to this id all are delivered.</summary>
    public long RemovedThrough { get; private set; }

    public int CountThrough(long id) => Find(id + 1) - _first;

    public bool Has(long id, in RowPlace place) => Find(id) is var at && at < _records.Count && _records[at] == (id, place);

    /// <summary>New, or moved to another place.</summary>
    public void Add(long id, in RowPlace place)
    {
        int at = Find(id);
        if (at < _records.Count && _records[at].Id == id)
        {
            commits.Lost(_records[at].Place);
            _records[at] = (id, place);
        }
        else
        {
            _records.Insert(at, (id, place));
        }

        commits.Gained(place);
    }

    public void RemoveThrough(long id)
    {
        for (; _first < _records.Count && _records[_first].Id <= id; _first++)
        {
            commits.Lost(_records[_first].Place);
        }

        RemovedThrough = Math.Max(RemovedThrough, id);
        if (_first > _records.Count / 2)
        {
            _records.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>The oldest, at most so many.</summary>
    public void Oldest(int limit, List<RowPlace> into)
    {
        for (int i = _first; i < _records.Count && i - _first < limit; i++)
        {
            into.Add(_records[i].Place);
        }
    }

    /// <summary>Where it stands, or would stand.</summary>
    private int Find(long id)
    {
        int low = _first, high = _records.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _records[middle].Id < id ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
