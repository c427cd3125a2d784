using System.Net.Sockets;

namespace Controller.Cluster.Links;

/// <summary>A node to be connected with, and the connection with it. The node with the lower id dials; a fresh connection replaces an older one.</summary>
internal sealed class Peer(PeerAddress address, LinkOptions options, Handshake handshake, ILinkEvents events, LinkInstruments instruments)
{
    private readonly object _gate = new();
    private volatile Link? _link;
    private volatile bool _closed;
    private string? _said;

    public PeerAddress Address => address;

    public bool DialsUs => address.Node.Node.Value < options.Self.Node.Value;

    /// <summary>Keeps a connection with it from now on, if it is for this side to dial.</summary>
    public void Start()
    {
        if (!DialsUs)
        {
            new Thread(Dial) { IsBackground = true, Name = $"link-{address.Node}" }.Start();
        }
    }

    public bool Send(Frame frame) => _link is { } link && link.Send(frame);

    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            _link?.Close();
        }
    }

    /// <summary>Takes over a connection whose hello is done, until it ends.</summary>
    public void Serve(Socket socket)
    {
        Link link = new(socket, options, instruments);
        Link? before;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            before = _link;
            _link = link;
        }

        // One peer's events come in order: the older connection's end before the newer one's beginning.
        before?.Close();
        before?.WaitUntilEnded();
        instruments.Up();
        events.Connected(address.Node);
        link.Run(frame => events.Received(address.Node, frame), address.Node.ToString());
        Interlocked.CompareExchange(ref _link, null, link);
        instruments.Down();
        events.Disconnected(address.Node);
        link.Ended();
    }

    private void Dial()
    {
        while (!_closed)
        {
            Socket? socket = null;
            try
            {
                socket = LinkSockets.Connect(address.Address, options.Handshake);
                LinkSockets.Tune(socket, options);
                if (handshake.Dial(socket, address.Node, out string? refusal))
                {
                    _said = null;
                    Serve(socket);
                }
                else if (refusal is not null)
                {
                    instruments.Refused();
                    Say(refusal);
                }
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException or IOException)
            {
                // Not there yet, or not there any more: what that means is the membership's to find out.
            }
            finally
            {
                socket?.Dispose();
            }

            lock (_gate)
            {
                if (!_closed)
                {
                    Monitor.Wait(_gate, options.Reconnect);
                }
            }
        }
    }

    private void Say(string refusal)
    {
        if (refusal != _said)
        {
            _said = refusal;
            options.Report($"no link with {address.Node} at {address.Address}: {refusal}");
        }
    }
}
