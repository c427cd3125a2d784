using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;
using Controller.Edge.Dispatch;
using Controller.Edge.Flows;
using Controller.Edge.Screening;
using Controller.Edge.Telemetry;
using Controller.Sip.Framing;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Listeners;

/// <summary>
/// One UDP socket. A thread of its own blocks in recvfrom and carries each datagram all the way to a mailbox; nothing is allocated
/// on the way but the input. Sending is one sendto on the caller's thread.
/// </summary>
internal sealed class DatagramListener : IOutlet, IDisposable
{
    private const int LargestDatagram = 65536;

    private readonly Socket _socket;
    private readonly SipLimits _limits;
    private readonly ReceiveBuffers _buffers;
    private readonly Arrivals _arrivals;
    private readonly SendFailures _failures;
    private readonly EdgeInstruments _instruments;
    private readonly FlowCache _flows;
    private readonly Thread _thread;
    private readonly bool _floats;
    private volatile bool _stopped;

    /// <exception cref="ListenerException">It cannot be bound.</exception>
    public DatagramListener(
        ListenerSettings listener, int index, EdgeOptions options, ReceiveBuffers buffers, Arrivals arrivals, SendFailures failures, EdgeInstruments instruments)
    {
        _limits = options.Limits;
        _buffers = buffers;
        _arrivals = arrivals;
        _failures = failures;
        _instruments = instruments;
        _floats = options.FloatingAddresses.Contains(listener.Listen.Address);
        _socket = ListenerSockets.Datagram(listener, options);
        Bound = ListenerSockets.Bound(listener, _socket);
        _flows = new FlowCache(SipTransport.Udp, index, _socket.AddressFamily, options.FlowCacheSize);
        _thread = new Thread(Receive) { IsBackground = true, Name = ListenerSockets.Name(Bound) };
    }

    public ListenerSettings Bound { get; }

    public void Start() => _thread.Start();

    /// <summary>Ends the receive thread; sending goes on.</summary>
    public void StopReceiving()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        try
        {
            // Wakes the thread that is blocked in recvfrom. An unconnected socket answers ENOTCONN, and is shut down for reading all the same.
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (SocketException)
        {
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public void Send(in Outgoing message)
    {
        IPEndPoint remote = message.To.Remote;
        if (remote.AddressFamily != _socket.AddressFamily)
        {
            _failures.Report(message, "address family is not the listener's");
            return;
        }

        try
        {
            int sent = _socket.SendTo(message.Bytes.Span, SocketFlags.None, SocketAddresses.Write(remote));
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
        _socket.Dispose();
        if (_thread.IsAlive)
        {
            _thread.Join(TimeSpan.FromSeconds(2));
        }
    }

    private void Receive()
    {
        byte[] datagram = GC.AllocateUninitializedArray<byte>(LargestDatagram, pinned: true);
        SocketAddress source = new(_socket.AddressFamily);
        while (!_stopped)
        {
            int length;
            try
            {
                length = _socket.ReceiveFrom(datagram, SocketFlags.None, source);
            }
            catch (SocketException)
            {
                // An ICMP error or a lack of memory: nothing was received. A socket that fails for good fails fast: do not spin on it.
                Thread.Sleep(1);
                continue;
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (!_stopped)
            {
                Take(datagram.AsSpan(0, length), source);
            }
        }
    }

    private void Take(ReadOnlySpan<byte> datagram, SocketAddress source)
    {
        _instruments.Received(SipTransport.Udp, datagram.Length);
        if (DatagramSieve.Drops(datagram, out DropReason drop))
        {
            _instruments.Dropped(drop);
            return;
        }

        SipMessage message = _buffers.Rent(datagram.Length);
        try
        {
            Memory<byte> own = message.Buffer[..datagram.Length];
            datagram.CopyTo(own.Span);
            Flow flow = _flows.For(source);
            if (DatagramFraming.Parse(own, message, _limits, out RejectionReason reason) == ParseOutcome.Done)
            {
                _arrivals.Accept(message, flow);
            }
            else
            {
                _arrivals.Refuse(message, reason, flow);
            }
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The last line of defence of the thread that everything arrives on: a defect of ours costs one datagram, and is counted.
            _instruments.Dropped(DropReason.Fault);
            message.Release();
        }
    }
}
