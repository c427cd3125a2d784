using System.Net;
using System.Net.Sockets;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>
/// The <see cref="Flow"/> of each source of one receiver of a datagram listener, so that a datagram from a known source allocates nothing.
/// Used by one receive thread only. Full: forgotten as a whole, which costs each source one allocation again.
/// </summary>
internal sealed class FlowCache(SipTransport transport, int listener, AddressFamily family, int capacity)
{
    private readonly Dictionary<SocketAddress, Flow> _bySource = [];
    private readonly IPEndPoint _reader = new(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);

    public int Count => _bySource.Count;

    /// <param name="source">The receive buffer of the address: changes with the next datagram, so it is copied to be kept.</param>
    public Flow For(SocketAddress source)
    {
        if (_bySource.TryGetValue(source, out Flow? known))
        {
            return known;
        }

        if (_bySource.Count >= capacity)
        {
            _bySource.Clear();
        }

        SocketAddress kept = new(source.Family, source.Size);
        source.Buffer.Span[..source.Size].CopyTo(kept.Buffer.Span);
        Flow flow = new(transport, listener, (IPEndPoint)_reader.Create(kept));
        _bySource.Add(kept, flow);
        return flow;
    }
}
