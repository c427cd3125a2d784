using System.Net;

namespace Controller.Interop.Tests.Parties;

internal enum CallPhase
{
    Calling,
    Ringing,

    /// <summary>A 2xx was sent or received; the callee has not seen the ACK yet.</summary>
    Answered,
    Established,
    Ended,
}

/// <summary>One party's side of a call: its dialog, what it has sent and seen. All members are used under the party's gate.</summary>
internal sealed class PartyCall
{
    private const int ReliableSequence = 7;
    private readonly Party _party;
    private readonly string _localTag;
    private readonly List<ServerTransaction> _held = [];
    private readonly Dictionary<uint, ServerTransaction> _answeredInvites = [];
    private ClientTransaction? _invite;
    private ServerTransaction? _incoming;
    private IPEndPoint _node;
    private string _localHeader = "", _remoteHeader = "", _remoteTarget;
    private string[] _routes = [];
    private uint _localCSeq = 1, _remoteCSeq;
    private int _sdpVersion = 1;
    private bool _cancelWanted, _isPracked;
    private (byte[] Bytes, IPEndPoint To)? _withheldAck;

    private PartyCall(Party party, string callId, string uri, IPEndPoint node)
    {
        (_party, CallId, Uri, _node, _remoteTarget) = (party, callId, uri, node, uri);
        _localTag = $"{party.Name}-tag-{party.NextBranch().GetHashCode(StringComparison.Ordinal):x}";
    }

    public string CallId { get; }

    /// <summary>The Request-URI of the initial INVITE; its user part names the call on both sides.</summary>
    public string Uri { get; }
    public string User => Uri[(Uri.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('@')[0];
    public CallPhase Phase { get; private set; } = CallPhase.Calling;

    /// <summary>The final status of the initial INVITE as sent or received; 408 if none came in time; 0 while there is none.</summary>
    public int Status { get; private set; }
    public bool EndedByRemote { get; private set; }
    public int ByeStatus { get; private set; }
    public int CancelStatus { get; private set; }
    public int InviteRepeats => _incoming?.Repeats ?? 0;
    public int ReinvitesSent { get; private set; }
    public int ReinvitesReceived { get; private set; }
    public int ReinvitesAnswered { get; private set; }
    public int LastReinviteStatus { get; private set; }
    public bool IsAcknowledged => _incoming?.Acknowledged ?? true;
    public int Held => _held.Count;

    /// <summary>When it began here; when the first 2xx was sent or received; when our BYE was first sent, and its answer came. On the clock of <see cref="Party.Now"/>; 0: not yet.</summary>
    public long StartedAt { get; } = Party.Now;
    public long AnsweredAt { get; private set; }
    public long ByeSentAt { get; private set; }
    public long ByeAnsweredAt { get; private set; }

    /// <summary>What refused our initial INVITE.</summary>
    public WireMessage? Refusal { get; private set; }

    /// <summary>A re-INVITE or <see cref="Ask"/> of ours has no final response yet, or waits to be tried again.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Runs when a request of ours inside the call was refused, or has no answer (408).</summary>
    public Action<PartyCall, string, int>? OnRefused { get; set; }
    public bool IsReliable => _party.IsReliable;
    public List<string> Trace { get; } = [];

    /// <summary>Caller: a 2xx to the INVITE is not acknowledged until <see cref="ReleaseAck"/>.</summary>
    public bool WithholdAck { get; set; }

    /// <summary>No request inside the call, CANCEL included, is answered until <see cref="Release"/>: the other side's transaction stays open.</summary>
    public bool Hold { get; set; }

    /// <summary>Runs when what we rang reliably has been acknowledged.</summary>
    public Action<PartyCall>? OnPrack { get; set; }

    /// <summary>Runs when a re-INVITE of ours was answered.</summary>
    public Action<PartyCall>? OnRenegotiated { get; set; }

    /// <summary>Runs when the call has reached a new phase.</summary>
    public Action<PartyCall>? OnPhase { get; set; }

    public static PartyCall Outgoing(Party party, IPEndPoint node, string uri)
    {
        var call = new PartyCall(party, $"{party.Name}-cid-{party.NextBranch()[7..]}@callers.invalid", uri, node);
        call._localHeader = $"\"Caller\" <sip:+15550100@from.test>;tag={call._localTag}";
        call._remoteHeader = $"<{uri}>";
        return call;
    }

    public static PartyCall Incoming(Party party, ServerTransaction invite)
    {
        WireMessage request = invite.Request;
        var call = new PartyCall(party, request.CallId, request.RequestUri, invite.Source);
        call._incoming = invite;
        call._localHeader = $"{request.Header("To")};tag={call._localTag}";
        call._remoteHeader = request.Required("From");
        call._remoteTarget = WireMessage.UriOf(request.Required("Contact"));
        call._routes = [.. request.List("Record-Route")];
        call._remoteCSeq = request.CSeqNumber;
        call.Note("<- " + request.StartLine);
        return call;
    }

    /// <summary>Whether a request inside a dialog is of this one.</summary>
    public bool Owns(WireMessage request) => request.ToTag == _localTag;

    public void Invite()
    {
        string branch = _party.NextBranch();
        byte[] bytes = Write("INVITE", branch, _localCSeq, PartyText.Sdp(_party, $"{User}-offer-1", 1));
        _invite = _party.Request("INVITE", branch, bytes, _node, TakeInviteResponse, () => Finish(408));
        Note("-> INVITE");
    }

    public void Ring(int status = 180) => Reply(_incoming!, status, null);

    /// <summary>RFC 3262 section 3: a 183 that comes again until its PRACK is there; then <see cref="OnPrack"/> runs.</summary>
    public void RingReliably()
    {
        if (!_isPracked && _incoming!.FinalStatus == 0)
        {
            Reply(_incoming, 183, null, "Require: 100rel", $"RSeq: {ReliableSequence}");
            After(Party.T1, call => call.RingReliably());
        }
    }

    public void Answer()
    {
        Status = 200;
        AnsweredAt = Party.Now;
        _answeredInvites[_incoming!.Request.CSeqNumber] = _incoming;
        Reply(_incoming, 200, PartyText.Sdp(_party, Mark(_incoming.Request), ++_sdpVersion));
        Enter(CallPhase.Answered);
    }

    public void Reject(int status)
    {
        Reply(_incoming!, status, null);
        Finish(status);
    }

    /// <summary>RFC 3261 9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent".</summary>
    public void Cancel()
    {
        _cancelWanted = true;
        if (_invite is { Provisional: true, Final: null })
        {
            SendCancel();
        }
    }

    public void Bye()
    {
        if (Phase == CallPhase.Ended)
        {
            return;
        }

        Enter(CallPhase.Ended);
        foreach (ServerTransaction answered in _answeredInvites.Values)
        {
            answered.Acknowledged = true;
        }

        ByeSentAt = Party.Now;
        Send("BYE", null, response => EndBye(response.Status), () => EndBye(408));
    }

    /// <summary>A request inside the call that changes nothing.</summary>
    public void Ask(string method)
    {
        IsBusy = true;
        Send(method, null, response => EndAsked(method, response.Status), () => EndAsked(method, 408));
    }

    public void Reinvite()
    {
        IsBusy = Phase != CallPhase.Ended;
        if (!IsBusy)
        {
            return;
        }

        ReinvitesSent++;
        uint cseq = _localCSeq + 1;
        ClientTransaction? transaction = null;
        transaction = Send("INVITE", PartyText.Sdp(_party, $"{User}-offer-{++_sdpVersion}", _sdpVersion), response =>
        {
            if (!response.IsFinal)
            {
                return;
            }

            LastReinviteStatus = response.Status;
            if (response.Status < 300)
            {
                IsBusy = false;
                ReinvitesAnswered++;
                CheckMark(response);
                transaction!.Ack = SendAck(cseq, _party.NextBranch());
                OnRenegotiated?.Invoke(this);
                return;
            }

            transaction!.Ack = SendAck(cseq, transaction.Branch);

            // 14.1: a re-INVITE that is refused with 491 (or 500 with Retry-After, 14.2) is tried again later.
            if (response.Status is 491 or 500 && Phase != CallPhase.Ended)
            {
                After(2100, call => call.Reinvite());
                return;
            }

            IsBusy = false;
            OnRefused?.Invoke(this, "INVITE", response.Status);
        }, () =>
        {
            IsBusy = false;
            LastReinviteStatus = 408;
            OnRefused?.Invoke(this, "INVITE", 408);
        });
    }

    public void ReleaseAck()
    {
        WithholdAck = false;
        if (_withheldAck is { } ack)
        {
            _party.Send(ack.Bytes, ack.To);
            _invite!.Ack = ack;
            if (Phase == CallPhase.Answered)
            {
                Enter(CallPhase.Established);
            }
        }
    }

    /// <summary>Answers what was held, in order.</summary>
    public void Release()
    {
        Hold = false;
        ServerTransaction[] held = [.. _held];
        _held.Clear();
        foreach (ServerTransaction transaction in held)
        {
            if (transaction.Request.Method == "CANCEL")
            {
                AnswerCancel(transaction);
            }
            else
            {
                AnswerRequest(transaction);
            }
        }
    }

    public void After(int milliseconds, Action<PartyCall> action) => _party.After(milliseconds, () => action(this));

    public void TakeRequest(ServerTransaction transaction)
    {
        WireMessage request = transaction.Request;
        Note("<- " + request.Method);

        // 12.2.2: requests inside a dialog carry rising CSeq numbers.
        if (request.CSeqNumber <= _remoteCSeq)
        {
            _party.Checks.Violation($"CSeq {request.CSeqNumber} after {_remoteCSeq} inside a dialog", request);
        }

        _remoteCSeq = Math.Max(_remoteCSeq, request.CSeqNumber);
        if (_party.BehindProxy && !request.List("Route").Contains(_party.RecordRoute))
        {
            _party.Checks.Violation("the route set is not used", request);
        }

        ReinvitesReceived += request.Method == "INVITE" ? 1 : 0;
        if (Hold)
        {
            _held.Add(transaction);
        }
        else
        {
            AnswerRequest(transaction);
        }
    }

    public void TakeAck(WireMessage ack)
    {
        if (!_answeredInvites.TryGetValue(ack.CSeqNumber, out ServerTransaction? invite))
        {
            _party.Checks.Violation("an ACK for no INVITE of this dialog", ack);
            return;
        }

        invite.Acknowledged = true;
        if (Phase == CallPhase.Answered)
        {
            Note("<- ACK");
            Enter(CallPhase.Established);
        }
    }

    public void TakeCancel(ServerTransaction cancel, ServerTransaction invite)
    {
        Note("<- CANCEL");
        if (Hold && invite == _incoming)
        {
            _held.Add(cancel);
        }
        else
        {
            AnswerCancel(cancel);
        }
    }

    public override string ToString() => $"{_party.Name} {User} {Phase} {Status} bye={ByeStatus} [{string.Join(", ", Trace)}]";

    private void EndAsked(string method, int status)
    {
        IsBusy &= status < 200;
        Judge(method, status);
    }

    private void EndCancel(int status)
    {
        if (status >= 200)
        {
            CancelStatus = status;
            Judge("CANCEL", status);
        }
    }

    private void EndBye(int status)
    {
        if (status >= 200)
        {
            ByeStatus = status;
            ByeAnsweredAt = Party.Now;
            Judge("BYE", status);
        }
    }

    private void Judge(string method, int status)
    {
        if (status >= 300)
        {
            OnRefused?.Invoke(this, method, status);
        }
    }

    private void AnswerCancel(ServerTransaction cancel)
    {
        // 9.2: "...the UAS MUST ... respond to the CANCEL ... with a 200 (OK)", its To tag the same as in the response to the INVITE.
        _party.Respond(cancel, 200, PartyText.Response(_party, cancel.Request, 200, _localTag));
        CancelStatus = 200;
        if (_incoming is { FinalStatus: 0 })
        {
            Reject(487);
        }
    }

    private void AnswerRequest(ServerTransaction transaction)
    {
        WireMessage request = transaction.Request;
        if (Phase == CallPhase.Ended)
        {
            Reply(transaction, 481, null);
        }
        else if (request.Method == "BYE")
        {
            Reply(transaction, 200, null);
            EndedByRemote = true;
            foreach (ServerTransaction answered in _answeredInvites.Values)
            {
                answered.Acknowledged = true; // the dialog is over: no more 2xx for it
            }

            Enter(CallPhase.Ended);
        }
        else if (request.Method == "INVITE")
        {
            _answeredInvites[request.CSeqNumber] = transaction;
            if (request.Header("Contact") is { } contact)
            {
                _remoteTarget = WireMessage.UriOf(contact);
            }

            Reply(transaction, 200, PartyText.Sdp(_party, Mark(request), ++_sdpVersion));
        }
        else if (request.Method == "PRACK")
        {
            TakePrack(transaction);
        }
        else
        {
            Reply(transaction, request.Method is "OPTIONS" or "INFO" ? 200 : 501, null);
        }
    }

    private void TakePrack(ServerTransaction prack)
    {
        // RFC 3262 section 7.2: RAck has the RSeq of the response, and the CSeq of the INVITE.
        bool matches = prack.Request.Header("RAck") == $"{ReliableSequence} {_incoming!.Request.CSeqNumber} INVITE" && !_isPracked;
        if (!matches)
        {
            _party.Checks.Violation("a PRACK for nothing", prack.Request);
        }

        Reply(prack, matches ? 200 : 481, null);
        _isPracked = true;
        OnPrack?.Invoke(this);
    }

    private void TakeInviteResponse(WireMessage response)
    {
        Note("<- " + response.Status);
        if (!response.IsFinal)
        {
            if (response.Status > 100 && Phase == CallPhase.Calling)
            {
                Enter(CallPhase.Ringing);
            }

            if (_cancelWanted && CancelStatus == 0)
            {
                SendCancel();
            }

            return;
        }

        if (response.Status >= 300)
        {
            (byte[] Bytes, IPEndPoint To) ack = WriteAck(_localCSeq, _invite!.Branch, response);
            if (WithholdAck)
            {
                _withheldAck = ack;
            }
            else
            {
                _party.Send(ack.Bytes, ack.To);
                _invite.Ack = ack;
            }

            Refusal = response;
            Finish(response.Status);
            return;
        }

        _remoteHeader = response.Required("To");
        _remoteTarget = WireMessage.UriOf(response.Required("Contact"));
        _routes = [.. response.List("Record-Route").Reverse().Where(route => route != _party.RecordRoute)];
        Status = response.Status;
        AnsweredAt = Party.Now;
        CheckMark(response);
        if (WithholdAck)
        {
            _withheldAck = WriteAck(_localCSeq, _party.NextBranch());
            Enter(CallPhase.Answered);
            return;
        }

        _invite!.Ack = SendAck(_localCSeq, _party.NextBranch());
        Enter(CallPhase.Established);
        if (_cancelWanted)
        {
            Bye(); // 9.1: the answer crossed the CANCEL
        }
    }

    private void SendCancel()
    {
        CancelStatus = -1;
        Note("-> CANCEL");
        byte[] bytes = PartyText.Request(_party, "CANCEL", Uri, _invite!.Branch, DialogHeaders("CANCEL", 1));
        _party.Request("CANCEL", _invite.Branch, bytes, _node, response => EndCancel(response.Status), () => EndCancel(408));
    }

    private ClientTransaction Send(string method, byte[]? body, Action<WireMessage> onResponse, Action onTimeout)
    {
        Note("-> " + method);
        string branch = _party.NextBranch();
        return _party.Request(method, branch, Write(method, branch, ++_localCSeq, body), NextHop(), onResponse, onTimeout);
    }

    private (byte[] Bytes, IPEndPoint To) SendAck(uint cseq, string branch)
    {
        (byte[] Bytes, IPEndPoint To) ack = WriteAck(cseq, branch);
        _party.Send(ack.Bytes, ack.To);
        return ack;
    }

    private (byte[] Bytes, IPEndPoint To) WriteAck(uint cseq, string branch, WireMessage? refusal = null)
    {
        // 17.1.1.3: the ACK of a non-2xx has the Request-URI of the INVITE and the To of the response, and goes where the INVITE went.
        byte[] bytes = refusal is null
            ? Write("ACK", branch, cseq, null)
            : PartyText.Request(_party, "ACK", Uri, branch, [.. DialogHeaders("ACK", cseq).Select(header => header.StartsWith("To:", StringComparison.Ordinal) ? "To: " + refusal.Header("To") : header)]);
        return (bytes, refusal is null ? NextHop() : _node);
    }

    private byte[] Write(string method, string branch, uint cseq, byte[]? body)
    {
        List<string> headers = [.. DialogHeaders(method, cseq), .. _routes.Select(route => "Route: " + route)];
        headers.Add($"Contact: <sip:{_party.Name}-contact@{_party.Address}{_party.UriTransport}>");
        headers.Add($"User-Agent: {_party.Name}-product");
        if (_party.BehindProxy && method == "INVITE" && _remoteTarget == Uri)
        {
            headers.Add("Record-Route: " + _party.RecordRoute);
        }

        return PartyText.Request(_party, method, _remoteTarget, branch, headers, body);
    }

    private string[] DialogHeaders(string method, uint cseq) =>
        [$"From: {_localHeader}", $"To: {_remoteHeader}", $"Call-ID: {CallId}", $"CSeq: {cseq} {method}"];

    private void Reply(ServerTransaction transaction, int status, byte[]? body, params string[] more)
    {
        Note($"-> {status} {transaction.Request.Method}");
        List<string> headers = [$"Contact: <sip:{_party.Name}-contact@{_party.Address}{_party.UriTransport}>", .. more];
        headers.AddRange(transaction.Request.List("Record-Route").Select(route => "Record-Route: " + route));
        if (_party.BehindProxy && transaction == _incoming && status < 300)
        {
            headers.Insert(1, "Record-Route: " + _party.RecordRoute);
        }

        _party.Respond(transaction, status, PartyText.Response(_party, transaction.Request, status, _localTag, headers, body));
    }

    private IPEndPoint NextHop() => PartyText.Address(_routes.Length > 0 ? WireMessage.UriOf(_routes[0]) : _remoteTarget);

    private string Mark(WireMessage request)
    {
        string? mark = PartyText.Mark(request);
        if (mark is null || !mark.StartsWith(User + "-offer-", StringComparison.Ordinal))
        {
            _party.Checks.Violation("the offer did not arrive as it was sent", request);
        }

        return mark ?? "none";
    }

    /// <summary>The answer repeats the offer's mark: it is the answer to this offer, and it came through unchanged.</summary>
    private void CheckMark(WireMessage answer)
    {
        if (PartyText.Mark(answer)?.StartsWith(User + "-offer-", StringComparison.Ordinal) != true)
        {
            _party.Checks.Violation("the answer is not to our offer", answer);
        }
    }

    private void Finish(int status)
    {
        Status = status;
        Enter(CallPhase.Ended);
    }

    private void Enter(CallPhase phase)
    {
        Phase = phase;
        if (phase == CallPhase.Ended)
        {
            _party.Over(this);
        }

        OnPhase?.Invoke(this);
    }

    private void Note(string what) => Trace.Add(what);
}
