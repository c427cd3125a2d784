namespace Controller.Host.Charging;

/// <summary>The ids written last, oldest forgotten first. More than can ever be delivered twice.</summary>
public sealed class RecentIds(int capacity)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool Contains(string id) => _known.Contains(id);

    public void Add(string id)
    {
        if (!_known.Add(id))
        {
            return;
        }

        _order.Enqueue(id);
        if (_order.Count > capacity)
        {
            _known.Remove(_order.Dequeue());
        }
    }
}
