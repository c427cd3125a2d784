using System.Collections.Concurrent;
using System.Net;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>The live connections of all stream listeners: by number, and by where they lead. Thread-safe.</summary>
internal sealed class FlowTable(int maxConnections)
{
    private readonly ConcurrentDictionary<long, StreamConnection> _byNumber = new();
    private readonly ConcurrentDictionary<(int Listener, IPEndPoint Remote), StreamConnection> _byRemote = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IEnumerable<StreamConnection> All => _byNumber.Select(pair => pair.Value);

    /// <summary>False if there are as many as are allowed.</summary>
    public bool TryAdd(StreamConnection connection)
    {
        if (Interlocked.Increment(ref _count) > maxConnections)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        _byNumber[connection.Flow.Connection] = connection;
        _byRemote[KeyOf(connection.Flow)] = connection;
        return true;
    }

    public void Remove(StreamConnection connection)
    {
        if (_byNumber.TryRemove(connection.Flow.Connection, out _))
        {
            Interlocked.Decrement(ref _count);
        }

        _byRemote.TryRemove(new KeyValuePair<(int, IPEndPoint), StreamConnection>(KeyOf(connection.Flow), connection));
    }

    /// <summary>
    /// The very connection if it lives, else any to the same place. RFC 3261 section 18: "the connection … can be reused"; section 18.2.2
    /// wants a response on the connection of its request if that is still open.
    /// </summary>
    public StreamConnection? Find(Flow to)
    {
        if (to.Connection != 0 && _byNumber.TryGetValue(to.Connection, out StreamConnection? exact))
        {
            return exact;
        }

        return _byRemote.GetValueOrDefault(KeyOf(to)) ?? (to.ReconnectPort == 0 ? null : _byRemote.GetValueOrDefault((to.Listener, to.Reconnect)));
    }

    private static (int, IPEndPoint) KeyOf(Flow flow) => (flow.Listener, flow.Remote);
}
