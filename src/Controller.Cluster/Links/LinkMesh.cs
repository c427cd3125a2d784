using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Links;

/// <summary>
/// The links over TCP. Threads: one accepts, two for each connection (reading, writing). What is sent and received does not touch the thread pool, which
/// a burst of calls may fill: the heartbeat must get through. Only the making of a connection waits for it.
/// </summary>
public sealed class LinkMesh : ILinks, IDisposable
{
    private const int MaxStrangers = 64;

    private readonly LinkOptions _options;
    private readonly ILinkEvents _events;
    private readonly Handshake _handshake;
    private readonly LinkInstruments _instruments = new();
    private readonly ConcurrentDictionary<NodeId, Peer> _peers = new();
    private readonly ConcurrentDictionary<string, string> _refusals = new();
    private readonly Lock _knowing = new();
    private readonly Socket _listener;
    private int _strangers;
    private volatile bool _closed;

    /// <summary>Binds the listener; nobody is let in before <see cref="Know"/>.</summary>
    /// <exception cref="LinkException">The port is taken, or the address is not ours.</exception>
    public LinkMesh(LinkOptions options, ILinkEvents events)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _events = events;
        _handshake = new Handshake(options);
        _listener = LinkSockets.Listen(options.Listen);
        Bound = (IPEndPoint)_listener.LocalEndPoint!;
        new Thread(Accept) { IsBackground = true, Name = "link-accept" }.Start();
    }

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public IPEndPoint Bound { get; }

    /// <summary>For tests: several nodes of one process share the meter's name.</summary>
    internal LinkInstruments Instruments => _instruments;

    public void Know(IReadOnlyCollection<PeerAddress> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        lock (_knowing)
        {
            foreach (Peer gone in _peers.Values.Where(known => !peers.Contains(known.Address)).ToArray())
            {
                _peers.TryRemove(gone.Address.Node.Node, out _);
                gone.Close();
            }

            foreach (PeerAddress address in peers.Where(address => address.Node.Node != _options.Self.Node && !_peers.ContainsKey(address.Node.Node)))
            {
                if (_closed)
                {
                    return;
                }

                Peer peer = new(address, _options, _handshake, _events, _instruments);
                _peers[address.Node.Node] = peer;
                peer.Start();
            }
        }
    }

    public bool Send(NodeId to, Frame frame)
    {
        if (_peers.TryGetValue(to, out Peer? peer) && peer.Send(frame))
        {
            return true;
        }

        _instruments.NotSent();
        return false;
    }

    /// <summary>To everybody who is connected: a heartbeat, a news.</summary>
    public void SendToAll(Frame frame)
    {
        foreach (KeyValuePair<NodeId, Peer> peer in _peers)
        {
            peer.Value.Send(frame);
        }
    }

    public void Probe(PeerAddress peer, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(peer);
        new Thread(() => _events.Probed(peer.Node, Probed(peer, within))) { IsBackground = true, Name = $"probe-{peer.Node}" }.Start();
    }

    public void Dispose()
    {
        lock (_knowing)
        {
            _closed = true;
            _listener.Dispose();
            foreach (Peer peer in _peers.Values)
            {
                peer.Close();
            }

            _peers.Clear();
        }

        _instruments.Dispose();
    }

    private static ProbeOutcome Probed(PeerAddress peer, TimeSpan within)
    {
        try
        {
            LinkSockets.Connect(peer.Address, within).Dispose();
            return ProbeOutcome.Accepted;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused ? ProbeOutcome.Refused : ProbeOutcome.Silent;
        }
    }

    private void Accept()
    {
        while (!_closed)
        {
            try
            {
                Socket socket = _listener.Accept();
                if (Interlocked.Increment(ref _strangers) > MaxStrangers)
                {
                    Interlocked.Decrement(ref _strangers);
                    _instruments.Refused();
                    socket.Dispose();
                    continue;
                }

                new Thread(() => Welcome(socket)) { IsBackground = true, Name = "link-accepted" }.Start();
            }
            catch (SocketException) when (!_closed)
            {
                // Gone again before it was accepted, or no more file handles: others must be given time to end.
                Thread.Sleep(10);
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>The life of a connection that was accepted.</summary>
    private void Welcome(Socket socket)
    {
        using (socket)
        {
            Peer? peer = null;
            try
            {
                LinkSockets.Tune(socket, _options);
                peer = Introduce(socket);
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
            {
                // It left before it was known.
            }
            finally
            {
                Interlocked.Decrement(ref _strangers);
            }

            peer?.Serve(socket);
        }
    }

    /// <returns>Whose connection it is; null if there is to be none.</returns>
    private Peer? Introduce(Socket socket)
    {
        if (_handshake.Accept(socket) is not { } hello)
        {
            _instruments.Malformed();
            return null;
        }

        // A peer that is not known yet comes again in a moment: that is how a node joins, and no news.
        string? objection = _handshake.Objection(hello);
        bool isKnown = _peers.TryGetValue(hello.From.Node, out Peer? peer) && peer.Address.Node == hello.From && peer.DialsUs;
        if (objection is null && isKnown)
        {
            _handshake.Welcome(socket, hello);
            return peer;
        }

        _instruments.Refused();
        Handshake.Refuse(socket, objection ?? $"{_options.Self} does not know {hello.From} yet");
        if (objection is not null && hello.To == _options.Self)
        {
            Report(socket, objection);
        }

        return null;
    }

    private void Report(Socket socket, string objection)
    {
        string from = (socket.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        if (_refusals.Count < MaxStrangers && (!_refusals.TryGetValue(from, out string? said) || said != objection))
        {
            _refusals[from] = objection;
            _options.Report($"refused a link from {from}: {objection}");
        }
    }
}
