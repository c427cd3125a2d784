using System.Net;
using System.Net.Sockets;
using Controller.Edge.Dispatch;
using Controller.Edge.Flows;
using Controller.Edge.Screening;
using Controller.Edge.Telemetry;
using Controller.Sip.Framing;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Listeners;

/// <summary>
/// One of the sockets that a listener reads. A thread of its own blocks in recvfrom and carries each datagram all the way to a mailbox; nothing is
/// allocated on the way but the input.
/// </summary>
internal sealed class DatagramReceiver : IDisposable
{
    private const int LargestDatagram = 65536;

    private readonly Socket _socket;
    private readonly SipLimits _limits;
    private readonly ReceiveBuffers _buffers;
    private readonly Arrivals _arrivals;
    private readonly EdgeInstruments _instruments;
    private readonly FlowCache _flows;
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <param name="socket">Bound. Whoever opened it closes it, before <see cref="Dispose"/>.</param>
    /// <param name="flows">Of this receiver only.</param>
    /// <param name="name">Of the thread.</param>
    public DatagramReceiver(Socket socket, SipLimits limits, ReceiveBuffers buffers, Arrivals arrivals, EdgeInstruments instruments, FlowCache flows, string name)
    {
        _socket = socket;
        _limits = limits;
        _buffers = buffers;
        _arrivals = arrivals;
        _instruments = instruments;
        _flows = flows;
        _thread = new Thread(Receive) { IsBackground = true, Name = name };
    }

    public void Start() => _thread.Start();

    /// <summary>Ends the thread; the socket can still send.</summary>
    public void Stop()
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

    /// <summary>Waits for the thread.</summary>
    public void Dispose()
    {
        Stop();
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
