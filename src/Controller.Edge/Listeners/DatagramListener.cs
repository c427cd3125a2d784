using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;
using Controller.Edge.Dispatch;
using Controller.Edge.Flows;
using Controller.Edge.Telemetry;
using Controller.Sip.Transport;

namespace Controller.Edge.Listeners;

/// <summary>
/// One UDP address: one or more sockets, each read by a thread of its own. The system gives all datagrams of one source to the same of them, so they stay
/// in order. Sending is one sendto on the caller's thread.
/// </summary>
internal sealed class DatagramListener : IOutlet, IDisposable
{
    private readonly Socket[] _sockets;
    private readonly Socket _outgoing;
    private readonly DatagramReceiver[] _receivers;
    private readonly SendFailures _failures;
    private readonly EdgeInstruments _instruments;
    private readonly bool _floats;

    /// <exception cref="ListenerException">It cannot be bound.</exception>
    public DatagramListener(
        ListenerSettings listener, int index, EdgeOptions options, ReceiveBuffers buffers, Arrivals arrivals, SendFailures failures, EdgeInstruments instruments)
    {
        _failures = failures;
        _instruments = instruments;
        _floats = options.FloatingAddresses.Contains(listener.Listen.Address);
        _sockets = ListenerSockets.Datagrams(listener, options);
        _outgoing = _sockets[0];
        Bound = ListenerSockets.Bound(listener, _outgoing);
        string name = ListenerSockets.Name(Bound);
        _receivers = Array.ConvertAll(_sockets, socket => new DatagramReceiver(
            socket, options.Limits, buffers, arrivals, instruments, new FlowCache(SipTransport.Udp, index, socket.AddressFamily, options.FlowCacheSize), name));
    }

    public ListenerSettings Bound { get; }

    public void Start() => Array.ForEach(_receivers, static receiver => receiver.Start());

    /// <summary>Ends the receive threads; sending goes on.</summary>
    public void StopReceiving() => Array.ForEach(_receivers, static receiver => receiver.Stop());

    public void Send(in Outgoing message)
    {
        IPEndPoint remote = message.To.Remote;
        if (remote.AddressFamily != _outgoing.AddressFamily)
        {
            _failures.Report(message, "address family is not the listener's");
            return;
        }

        try
        {
            int sent = _outgoing.SendTo(message.Bytes.Span, SocketFlags.None, SocketAddresses.Write(remote));
            _instruments.Sent(SipTransport.Udp, sent);
        }
        catch (SocketException away)
            when (_floats && away.SocketErrorCode is SocketError.InvalidArgument or SocketError.AddressNotAvailable or SocketError.NetworkUnreachable)
        {
            // Not the far end's failure: the address has left this machine, perhaps with the route of its network, or is not back yet. A lost
            // datagram is sent again by its timers.
            _failures.Report(message with { Branch = "" }, "the address is not here");
        }
        catch (SocketException error)
        {
            _failures.Report(message, ListenerSockets.Words(error));
        }
        catch (ObjectDisposedException)
        {
            _failures.Report(message, "shutting down");
        }
    }

    public void Dispose()
    {
        StopReceiving();
        Array.ForEach(_sockets, static socket => socket.Dispose());
        Array.ForEach(_receivers, static receiver => receiver.Dispose());
    }
}
