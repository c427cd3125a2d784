using System.Net;
using Controller.Actors.Tests.Flows.World;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>
/// A telephone, a gateway, a server: a user agent with the transactions of RFC 3261 section 17. What it says is in the script; by itself it repeats what was
/// not answered, acknowledges refusals, and accepts what a script would only repeat: BYE, CANCEL, PRACK, INFO, MESSAGE, NOTIFY.
/// </summary>
internal sealed class Party(Scenario scenario, string name, string host, IPEndPoint address, SipTransport transport, int listener, IPEndPoint controller)
{
    private static readonly TimeSpan T2 = TimeSpan.FromSeconds(4);
    private readonly List<ClientTransaction> _clients = [];
    private readonly List<ServerTransaction> _servers = [];
    private long _connection;
    private IPEndPoint _connectedFrom = address;
    private IPEndPoint? _proxy;
    private int _names;

    public string Name { get; } = name;
    public string User { get; } = name.ToLowerInvariant().Replace(' ', '-');
    public string Uri => $"sip:{User}@{host}";
    public IPEndPoint Address { get; private set; } = address;

    /// <summary>It hears and says nothing: switched off, or not there any more.</summary>
    public bool IsDead { get; set; }
    public IPEndPoint Controller { get; } = controller;
    public string Transport => transport == SipTransport.Udp ? "UDP" : "TCP";
    public string Contact => $"sip:{User}@{Address}{(transport == SipTransport.Udp ? "" : ";transport=tcp")}";

    /// <summary>Header lines in each of its requests and 2xx that begin or refresh a dialog: Allow, Supported.</summary>
    public List<string> Always { get; } = [];

    /// <summary>A proxy of its own side that stays on the way: the Record-Route of its responses.</summary>
    public string RecordRoute => _proxy is null ? "" : $"<sip:{_proxy}{(transport == SipTransport.Udp ? "" : ";transport=tcp")};lr>";

    /// <summary>One for each dialog, in the order in which they began.</summary>
    public List<Side> Sides { get; } = [];

    /// <summary>The newest.</summary>
    public Side Side => Sides[^1];

    /// <summary>The one that is up: of several early dialogs, the one that was answered.</summary>
    public Side Confirmed => Sides.Last(side => side.IsUp);

    /// <summary>Everything that arrived, repetitions included.</summary>
    public List<FlowMessage> Seen { get; } = [];

    public Instant Due => _clients.Select(client => client.Repetition.At).Concat(_servers.Select(server => server.Repetition.At))
        .Concat(Sides.Select(side => side.Reliable.Repetition.At)).Append(Instant.Never).Min();

    public IEnumerable<ClientTransaction> Clients => _clients;
    public IEnumerable<ServerTransaction> Servers => _servers;

    /// <summary>Requests that it still owes a final response.</summary>
    public IEnumerable<ServerTransaction> Pending(Side side) => _servers.Where(server => server.Side == side && server.Status < 200);

    public void IsBehindProxy(string at) => _proxy = IPEndPoint.Parse(at);

    /// <summary>Another network: other address, other connection.</summary>
    public void MovesTo(string at)
    {
        Address = IPEndPoint.Parse(at);
        _connection = 0;
    }

    /// <summary>A call of its own, with an offer unless <paramref name="offer"/> is false.</summary>
    public Side Invites(Party callee, bool offer = true, string[]? headers = null) => Invites(callee.Uri, offer, headers);

    /// <inheritdoc cref="Invites(Party, bool, string[])"/>
    public Side Invites(string uri, bool offer = true, string[]? headers = null)
    {
        Side side = NewSide(uri);
        scenario.Step(() => side.SendInvite(uri, offer, headers ?? []));
        return side;
    }

    /// <summary>It does what the last REFER asks (RFC 3515 section 2.4.3): a call to its Refer-To, with the headers that this asks for (RFC 3261 section 19.1.5).</summary>
    public Side Follows()
    {
        FlowMessage refer = Seen.Last(message => message.IsRequest && message.Method == "REFER");
        string[] asked = FlowMessage.UriIn(refer.Header("Refer-To")).Split('?', 2);
        IEnumerable<string> headers = asked.Length < 2 ? [] : asked[1].Split('&').Select(header => header.Replace("=", ": ", StringComparison.Ordinal)).Select(System.Uri.UnescapeDataString);
        return Invites(asked[0], headers: [.. headers, .. refer.Headers("Referred-By").Select(value => "Referred-By: " + value)]);
    }

    /// <summary>It takes over the dialog that <paramref name="of"/> has with somebody: RFC 3891. It knows the names of the dialog from the one that has it.</summary>
    public Side TakesOver(Side of, string flag = "", string direction = "")
    {
        string uri = of.RemoteTarget.Replace($"{of.Party.Controller}", $"{Controller}", StringComparison.Ordinal);
        Side side = NewSide(uri);
        side.Media.Direction = direction;
        scenario.Step(() => side.SendInvite(uri, offer: true, ["Require: replaces", $"Replaces: {of.Named}{flag}"]));
        return side;
    }

    /// <summary>It is gone, with all its dialogs, and nobody is told.</summary>
    public void Dies()
    {
        IsDead = true;
        Sides.ForEach(side => side.Forget());
    }

    /// <summary>A request outside any dialog.</summary>
    public Side Requests(string method, string uri, string[]? headers = null, string body = "", string type = "text/plain")
    {
        Side side = NewSide(uri);
        scenario.Step(() => side.SendRequest(method, uri, headers ?? [], body, type));
        return side;
    }

    /// <summary>RFC 3261 section 10.2: it wants the calls of <paramref name="user"/>.</summary>
    public void Registers(string user)
    {
        string registrar = $"sip:{host}";
        Side side = NewSide(registrar, $"<sip:{user}@{host}>");
        scenario.Step(() => side.SendRequest("REGISTER", registrar, ["Expires: 3600"], "", ""));
    }

    public string NewName(string kind) => $"{kind}-{User}-{++_names}";

    private Side NewSide(string uri, string self = "")
    {
        string local = self.Length > 0 ? self : $"\"{Name}\" <{Uri}>";
        var side = new Side(scenario, this, $"{NewName("call")}@{Address.Address}", NewName("tag"), local, self.Length > 0 ? self : $"<{uri}>") { RemoteTarget = uri };
        Sides.Add(side);
        return side;
    }

    /// <summary>Which distinct messages it has got, in order: "100 180 200 BYE"; the RFC's ladder as this party lives it.</summary>
    /// <remarks>After a restart what was lost comes again, perhaps behind what followed it: then only <see cref="FlowRun.View"/> is compared.</remarks>
    public void Saw(string expected) =>
        Assert.Equal(expected, scenario.World.Killed ? expected : string.Join(' ', Seen.DistinctBy(message => message.Text).Select(message => message.IsRequest ? message.Method : $"{message.Status}")));

    public void Send(ClientTransaction client)
    {
        _clients.Add(client);
        if (transport == SipTransport.Udp)
        {
            client.Repetition.Start(scenario.World.Now, client.IsInvite ? TimeSpan.MaxValue : T2);
        }

        scenario.World.Send(this, client.Request);
    }

    /// <summary>A response; a final one to an INVITE is repeated until its ACK: a 2xx on every transport (13.3.1.4), others on UDP (17.2.1).</summary>
    public void Send(ServerTransaction server, FlowMessage response)
    {
        server.Last = response;
        server.Status = response.Status;
        if (server.IsInvite && response.Status >= 200 && (response.Status < 300 || transport == SipTransport.Udp))
        {
            server.Repetition.Start(scenario.World.Now, T2);
        }

        scenario.World.Send(this, response);
    }

    public void Send(FlowMessage message) => scenario.World.Send(this, message);

    public void WakeUp()
    {
        Instant now = scenario.World.Now;
        foreach (ClientTransaction client in _clients.Where(client => client.Repetition.At <= now).ToArray())
        {
            client.Repetition.Next();
            Send(client.Request);
        }

        foreach (ServerTransaction server in _servers.Where(server => server.Repetition.At <= now).ToArray())
        {
            server.Repetition.Next();
            Send(server.Last!);
        }

        foreach (Side side in Sides.Where(side => side.Reliable.Repetition.At <= now))
        {
            side.Reliable.Repetition.Next();
            Send(side.Reliable.Response!);
        }
    }

    public void Receive(FlowMessage message)
    {
        Seen.Add(message);
        if (IsDead)
        {
            return;
        }

        if (message.IsRequest)
        {
            Request(message);
        }
        else if (_clients.Find(client => client.Request.Branch == message.Branch && client.Request.Method == message.Method) is { } client)
        {
            // 17.1.1.2: any response stops the repetitions of an INVITE; 17.1.2.2: those of other requests go on until the final one.
            if (client.IsInvite || message.Status >= 200)
            {
                client.Repetition.Stop();
            }

            client.Side.Response(client, message);
        }
        else
        {
            Assert.Fail($"{Name} has not asked for {message.Title}");
        }
    }

    public Flow Flow()
    {
        if (transport == SipTransport.Udp)
        {
            return new Flow(transport, listener, Address);
        }

        if (_connection == 0)
        {
            _connection = scenario.NextConnection();
            _connectedFrom = new IPEndPoint(Address.Address, 40_000 + (int)_connection);
        }

        return new Flow(transport, listener, _connectedFrom, _connection);
    }

    /// <summary>As the node sends: on the very connection, on another to the same place, or on a new one to where the party listens.</summary>
    public bool IsReachedBy(Flow to) => to.Transport == transport
        && ((transport != SipTransport.Udp && _connection != 0 && (to.Connection == _connection || to.Remote.Equals(_connectedFrom))) || to.Reconnect.Equals(Address) || to.Reconnect.Equals(_proxy));

    public void ConnectionFrom(Flow to)
    {
        if (transport != SipTransport.Udp && _connection == 0)
        {
            _connection = scenario.NextConnection();
            _connectedFrom = to.Reconnect;
        }
    }

    public void ConnectionIsLost() => _connection = 0;

    private void Request(FlowMessage request)
    {
        if (request.Method == "ACK")
        {
            foreach (ServerTransaction acknowledged in _servers.Where(server => server.IsInvite && server.Request.CallId == request.CallId && server.Request.CSeq == request.CSeq && server.Last?.ToTag == request.ToTag))
            {
                acknowledged.Acknowledged = true;
                acknowledged.Repetition.Stop();
            }
        }
        else if (_servers.FindLast(server => server.Request.Branch == request.Branch && server.Request.Method == request.Method && (server.Last is not null || server.Side == _servers.Find(first => first.Request == server.Request)?.Side)) is { } known)
        {
            // 17.2: a repetition gets the last response again; if it was forked, the last of any.
            if (known.Last is { } last)
            {
                Send(last);
            }
        }
        else if (request.Method == "CANCEL")
        {
            Cancelled(request);
        }
        else
        {
            Side? side = request.ToTag.Length == 0 ? Side.Asked(scenario, this, request) : Sides.Find(side => side.Holds(request));
            var server = new ServerTransaction(side ?? Side.Asked(scenario, this, request), request);
            if (request.ToTag.Length == 0)
            {
                Sides.Add(side!);
            }

            _servers.Add(server);
            if (request.ToTag.Length == 0 && request.Header("Replaces") is { Length: > 0 } replaces)
            {
                // RFC 3891 section 3: "the to-tag parameter … is compared to the local tag, and the from-tag … to the remote tag".
                Assert.True(Sides.Exists(known => $"{known.CallId};to-tag={known.LocalTag};from-tag={known.RemoteTag}" == replaces.Replace(";early-only", "", StringComparison.Ordinal)), $"{Name} has no dialog {replaces}");
            }

            if (side is null)
            {
                // 12.2.2: "If the UAS wishes to reject the request because it does not wish to recreate the dialog, it MUST respond … with a 481".
                server.Side.Respond(server, 481, []);
                return;
            }

            side.Request(server);
        }
    }

    /// <summary>The INVITE of <paramref name="side"/> reached another phone behind this party as well.</summary>
    public void Forks(Side side, Side fork) => _servers.Add(new ServerTransaction(fork, Pending(side).First(server => server.IsInvite).Request));

    /// <summary>9.2: 200 to the CANCEL in any case; 487 to the INVITE if it has no final response yet.</summary>
    private void Cancelled(FlowMessage cancel)
    {
        ServerTransaction? invite = _servers.Find(server => server.IsInvite && server.Request.Branch == cancel.Branch);
        Assert.True(invite is not null, $"{Name} gets a CANCEL for an INVITE that it has not got");
        var server = new ServerTransaction(invite.Side, cancel);
        _servers.Add(server);
        invite.Side.Respond(server, 200, []);
        if (invite.Status < 200)
        {
            invite.Side.Respond(invite, 487, []);
            foreach (ServerTransaction fork in _servers.Where(fork => fork.Request == invite.Request && fork.Status < 200))
            {
                // The proxy in front of the forks makes one response of theirs.
                fork.Status = 487;
            }
        }
    }
}
