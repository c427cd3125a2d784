using System.Diagnostics;
using System.Net;

namespace Controller.Interop.Tests.Parties;

/// <summary>
/// A scripted user agent, over UDP or TCP, that holds any number of calls and keeps its own truth of them. One thread of its own
/// receives and fires timers; everything of a party, its calls included, is touched only under <see cref="Gate"/>.
/// </summary>
internal sealed class Party : IDisposable
{
    /// <summary>RFC 3261 17.1.1.1: T1 500 ms, T2 4 s; timers B, F and H are 64*T1.</summary>
    public const int T1 = 500, T2 = 4000, GiveUp = 64 * T1;

    /// <summary>Milliseconds between the end of a connection and the next try over another.</summary>
    private const int AfterBreak = 100;

    private readonly IPartySocket _socket;
    private readonly Thread _loop;
    private readonly PriorityQueue<Action, long> _timers = new();
    private readonly Dictionary<string, ClientTransaction> _client = [];
    private readonly Dictionary<string, ServerTransaction> _server = [];
    private readonly Dictionary<string, PartyCall> _calls = [];
    private readonly Dictionary<string, IReadOnlyList<DateTime>> _forgotten = [];
    private volatile bool _stopped;
    private int _branches;

    public Party(string name, int port = 0)
        : this(name, new DatagramSocket(new IPEndPoint(IPAddress.Loopback, port)))
    {
    }

    public Party(string name, IPartySocket socket)
    {
        (Name, _socket) = (name, socket);
        Checks = new PartyChecks(this);
        _loop = new Thread(Loop) { IsBackground = true, Name = name };
        _loop.Start();
    }

    public Lock Gate { get; } = new();

    /// <summary>In every Call-ID, tag, branch, Contact and SDP origin of this party: what the other side must never see.</summary>
    public string Name { get; }
    public IPEndPoint Address => _socket.Address;

    /// <summary>As it stands in a Via.</summary>
    public string Transport => _socket.Transport;

    public bool IsReliable => _socket.IsReliable;

    /// <summary>What its Contact says of that: RFC 3261 19.1.1, "transport" of a URI that is not for UDP.</summary>
    public string UriTransport => _socket.IsReliable ? ";transport=tcp" : "";
    public PartyChecks Checks { get; }

    /// <summary>Decides what becomes of an incoming call; runs under the gate.</summary>
    public Action<PartyCall> OnCall { get; set; } = call => call.Reject(480);

    /// <summary>Adds a Record-Route of its own, as if a proxy stood before it, and wants it back as Route.</summary>
    public bool BehindProxy { get; set; }

    /// <summary>How many real proxies, which stay in the path, stand between it and the node.</summary>
    public int Proxies { get; init; }

    /// <summary>Transactions and calls are forgotten so many milliseconds after their end; what comes for them then is a violation. 0: never.</summary>
    public int ForgetAfter { get; init; }
    public string RecordRoute => $"<sip:{Address};lr>";

    public IReadOnlyList<PartyCall> Calls
    {
        get
        {
            lock (Gate)
            {
                return [.. _calls.Values];
            }
        }
    }

    public static long Now => Stopwatch.GetTimestamp() * 1000 / Stopwatch.Frequency;

    /// <summary>Starts a call to <paramref name="uri"/>, sent to the node at <paramref name="node"/>.</summary>
    public PartyCall Call(IPEndPoint node, string uri, Action<PartyCall>? prepare = null)
    {
        lock (Gate)
        {
            var call = PartyCall.Outgoing(this, node, uri);
            _calls.Add(call.CallId, call);
            prepare?.Invoke(call);
            call.Invite();
            return call;
        }
    }

    public void After(int milliseconds, Action action)
    {
        lock (Gate)
        {
            _timers.Enqueue(action, Now + milliseconds);
        }
    }

    public string NextBranch() => $"z9hG4bK-{Name}-{++_branches:x}-{Address.Port:x}";

    /// <summary>Sends a request as a new client transaction: RFC 3261 17.1.1.2 (INVITE) and 17.1.2.2 (others) over UDP.</summary>
    public ClientTransaction Request(string method, string branch, byte[] bytes, IPEndPoint to, Action<WireMessage> onResponse, Action onTimeout)
    {
        var transaction = new ClientTransaction
        {
            Method = method,
            Branch = branch,
            Request = bytes,
            Destination = to,
            OnResponse = onResponse,
            OnTimeout = onTimeout,
            StartedAt = Now,
        };
        _client.Add(branch + "|" + method, transaction);
        Transmit(transaction);
        return transaction;
    }

    public void Respond(ServerTransaction transaction, int status, byte[] response)
    {
        transaction.LastResponse = response;
        transaction.FinalStatus = status >= 200 ? status : transaction.FinalStatus;
        Send(response, ReturnAddress(transaction));
        if (status >= 200 && transaction.Request.Method == "INVITE")
        {
            transaction.Interval = T1;
            RepeatUntilAcknowledged(transaction, Now);
        }

        if (status >= 200 && ForgetAfter > 0)
        {
            ForgetLater(transaction.Request.Branch + "|" + transaction.Request.Method, _server.Remove, transaction.Arrivals);
        }
    }

    /// <summary>The call is over: nothing of it is to come any more.</summary>
    public void Over(PartyCall call)
    {
        if (ForgetAfter > 0)
        {
            After(ForgetAfter, () => _calls.Remove(call.CallId));
        }
    }

    private void ForgetLater(string key, Func<string, bool> remove, IReadOnlyList<DateTime> arrivals) => After(ForgetAfter, () =>
    {
        if (remove(key))
        {
            _forgotten.Add(key, arrivals);
        }
    });

    /// <summary>Whether a connection leads there; over UDP always.</summary>
    public bool Reaches(IPEndPoint to) => _socket.Reaches(to);

    public void Send(byte[] bytes, IPEndPoint to) => _socket.Send(bytes, to);

    public void Dispose()
    {
        _stopped = true;
        _loop.Join();
        _socket.Dispose();
    }

    private void Transmit(ClientTransaction transaction)
    {
        // 17.1.1.2: "When timer A fires, the client transaction MUST retransmit the request ... only while in the 'calling' state": nor has an INVITE that rings a timer B.
        if (transaction.IsOver || transaction is { Method: "INVITE", Provisional: true })
        {
            return;
        }

        if (Now - transaction.StartedAt >= GiveUp)
        {
            transaction.IsOver = true;
            transaction.OnTimeout();
            return;
        }

        if (transaction.Transmissions == 0 || !_socket.IsReliable)
        {
            transaction.Transmissions++;
            Send(transaction.Request, transaction.Destination);
        }

        int wait = transaction.Provisional ? T2 : transaction.Interval;
        transaction.Interval = transaction.Method == "INVITE" ? wait * 2 : Math.Min(wait * 2, T2);
        After(Math.Min(wait, (int)Math.Max(1, transaction.StartedAt + GiveUp - Now)), () => Transmit(transaction));
    }

    /// <summary>13.3.1.4 for 2xx and 17.2.1 timer G for other finals: again at T1, doubled up to T2, until the ACK.</summary>
    private void RepeatUntilAcknowledged(ServerTransaction transaction, long startedAt) => After(transaction.Interval, () =>
    {
        if (transaction.Acknowledged)
        {
            return;
        }

        if (Now - startedAt > GiveUp)
        {
            Checks.Violation($"no ACK within 64*T1 for the {transaction.FinalStatus} to", transaction.Request);
            return;
        }

        // 17.2.1: "If an unreliable transport is used, timer G is set"; a 2xx is repeated over every transport (13.3.1.4).
        if (transaction.FinalStatus < 300 || !_socket.IsReliable)
        {
            Send(transaction.LastResponse!, ReturnAddress(transaction));
        }

        transaction.Interval = Math.Min(transaction.Interval * 2, T2);
        RepeatUntilAcknowledged(transaction, startedAt);
    });

    /// <summary>
    /// RFC 3261 18.2.2 and RFC 3581 section 4: by the connection of the request while it is open; over UDP to the source port only if the Via asks for it by rport.
    /// </summary>
    private IPEndPoint ReturnAddress(ServerTransaction transaction)
    {
        string via = transaction.Request.TopVia;
        if (_socket.IsReliable ? _socket.Reaches(transaction.Source) : WireMessage.Parameter(via, "rport") is not null)
        {
            return transaction.Source;
        }

        string sentBy = via.Split(';')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return IPEndPoint.TryParse(sentBy, out IPEndPoint? address) && address.Port != 0 ? address : new IPEndPoint(transaction.Source.Address, 5060);
    }

    private void Loop()
    {
        while (!_stopped)
        {
            if (_socket.Wait(FireTimers()))
            {
                _socket.Receive((message, source) =>
                {
                    lock (Gate)
                    {
                        Take(message, source);
                    }
                });
            }

            while (_socket.TakeBroken() is { } broken)
            {
                After(AfterBreak, () => SendAgain(broken));
            }
        }
    }

    /// <summary>
    /// RFC 3261 section 17.1.4: the transport says that a request cannot have arrived, or that nobody knows, and its user tries again, as RFC 3261 section 8.1.3.1 lets it. What was answered, if only by
    /// a 100, is with whoever answered: it is not sent again.
    /// </summary>
    private void SendAgain(IPEndPoint to)
    {
        foreach (ClientTransaction lost in _client.Values)
        {
            if (lost is { Provisional: false, Final: null, IsOver: false } && lost.Destination.Equals(to))
            {
                Send(lost.Request, to);
            }
        }
    }

    private int FireTimers()
    {
        lock (Gate)
        {
            while (_timers.TryPeek(out Action? due, out long at))
            {
                // Looked at once: a wait that has become negative is none.
                long wait = at - Now;
                if (wait > 0)
                {
                    return (int)Math.Min(10, wait);
                }

                _timers.Dequeue();
                due();
            }

            return 10;
        }
    }

    private void Take(ReadOnlySpan<byte> datagram, IPEndPoint source)
    {
        WireMessage message;
        try
        {
            message = WireMessage.Parse(datagram);
        }
        catch (FormatException wrong)
        {
            Checks.Violation($"malformed message ({wrong.Message})", datagram);
            return;
        }

        Checks.Inspect(message);
        if (message.IsRequest)
        {
            TakeRequest(message, source);
        }
        else
        {
            TakeResponse(message);
        }
    }

    private void TakeResponse(WireMessage response)
    {
        if (!_client.TryGetValue(response.Branch + "|" + response.Method, out ClientTransaction? transaction))
        {
            Checks.Violation("a response to no request of ours", response);
            return;
        }

        transaction.Provisional = true;
        if (!response.IsFinal)
        {
            if (transaction.Final is null)
            {
                transaction.OnResponse(response);
            }

            return;
        }

        transaction.IsOver = true;
        if (transaction.Final is null && ForgetAfter > 0)
        {
            ForgetLater(response.Branch + "|" + response.Method, _client.Remove, []);
        }

        if (transaction.Final is { } first)
        {
            Checks.SameFinal(first, response);
            if (transaction.Ack is { } ack)
            {
                Send(ack.Bytes, ack.To);
            }

            return;
        }

        transaction.Final = response;
        transaction.OnResponse(response);
    }

    private void TakeRequest(WireMessage request, IPEndPoint source)
    {
        if (request.Method == "ACK")
        {
            TakeAck(request);
            return;
        }

        string key = request.Branch + "|" + request.Method;
        if (_server.TryGetValue(key, out ServerTransaction? known))
        {
            known.Arrivals.Add(DateTime.UtcNow);
            Checks.SameRequest(known.Request, request);
            if (known.LastResponse is not null)
            {
                Send(known.LastResponse, ReturnAddress(known));
            }

            return;
        }

        if (_forgotten.TryGetValue(key, out IReadOnlyList<DateTime>? arrivals))
        {
            string before = string.Join(", ", arrivals.Select(arrival => $"{arrival:HH:mm:ss.fff}"));
            Checks.Violation($"a request again, more than {ForgetAfter} ms after its final response; it had come at {before}", request);
            return;
        }

        var transaction = new ServerTransaction { Request = request, Source = source };
        _server.Add(key, transaction);
        if (request.Method == "CANCEL")
        {
            TakeCancel(transaction);
        }
        else if (_calls.TryGetValue(request.CallId, out PartyCall? call) && call.Owns(request))
        {
            call.TakeRequest(transaction);
        }
        else if (request.ToTag.Length == 0 && request.Method == "INVITE")
        {
            Checks.NewCall(request);
            call = PartyCall.Incoming(this, transaction);
            _calls[request.CallId] = call;
            OnCall(call);
        }
        else
        {
            int status = request.ToTag.Length == 0 && request.Method is "OPTIONS" or "REGISTER" ? 200 : 481;
            string[] bindings = [.. request.All("Contact").Select(contact => $"Contact: {contact};expires=600")];
            Respond(transaction, status, PartyText.Response(
                this, request, status, request.ToTag.Length == 0 ? Name + "-stateless" : null, request.Method == "REGISTER" ? bindings : []));
        }
    }

    private void TakeAck(WireMessage ack)
    {
        // 17.2.1: the ACK of a non-2xx final is part of the INVITE transaction: the same branch.
        if (_server.TryGetValue(ack.Branch + "|INVITE", out ServerTransaction? invite) && invite.FinalStatus >= 300)
        {
            invite.Acknowledged = true;
        }
        else if (_calls.TryGetValue(ack.CallId, out PartyCall? call) && call.Owns(ack))
        {
            call.TakeAck(ack);
        }
        else
        {
            Checks.Violation("an ACK for nothing", ack);
        }
    }

    private void TakeCancel(ServerTransaction cancel)
    {
        // 9.2: "...the UAS ... matching the request against the method's transaction"; no transaction: 481.
        bool found = _server.TryGetValue(cancel.Request.Branch + "|INVITE", out ServerTransaction? invite);
        if (found && _calls.TryGetValue(cancel.Request.CallId, out PartyCall? call))
        {
            call.TakeCancel(cancel, invite!);
        }
        else
        {
            Respond(cancel, 481, PartyText.Response(this, cancel.Request, 481, null));
        }
    }
}
