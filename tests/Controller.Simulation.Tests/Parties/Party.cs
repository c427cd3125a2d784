using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

internal enum PartyPhase
{
    New,
    Setup,
    Up,
    Over,
}

/// <summary>One side of one call, with its own truth of what has happened: the user agent of RFC 3261, small.</summary>
/// <param name="Mark">Stands in everything that is this side's own (Call-ID, tag, branch, Contact, product) and must never be seen on the other side.</param>
internal sealed class Party
{
    private readonly List<Ask> _asks = [];
    private readonly List<Serve> _serves = [];
    private readonly SimulatedWorld _world;
    private readonly IPEndPoint _controller;
    private readonly string _user;
    private readonly string _target;
    private string _remoteParty;
    private string _localParty = "";
    private string _remoteTarget;
    private string _remoteTag = "";
    private uint _localCSeq;
    private uint _remoteCSeq;
    private int _branches;
    private int _sessions;
    private bool _cancelWanted;
    private Ask? _invite;
    private Serve? _invited;

    public Party(SimulatedWorld world, int call, string mark, string user, IPEndPoint address, IPEndPoint controller, string target, PartyScript script)
    {
        (_world, Call, Mark, _user, Address, _controller, Script) = (world, call, mark, user, address, controller, script);
        (_target, _remoteTarget, _remoteParty) = (target, target, $"<{target}>");
        CallId = $"{mark}-call";
        LocalTag = $"{mark}tag";
    }

    public int Call { get; }
    public string Mark { get; }
    public IPEndPoint Address { get; }
    public PartyScript Script { get; }
    public PartyPhase Phase { get; private set; }
    public string CallId { get; private set; }
    public string LocalTag { get; }
    public bool IsCaller => _invited is null;
    public bool Cancelled { get; private set; }
    public bool EarlyByeSent { get; private set; }

    /// <summary>It was up at some time.</summary>
    public bool WasUp { get; private set; }
    public IReadOnlyList<Ask> Asks => _asks;
    public IReadOnlyList<Serve> Serves => _serves;

    /// <summary>The INVITE that made the call; null at a callee.</summary>
    public Ask? Invite => _invite;

    /// <summary>The INVITE that reached a callee.</summary>
    public Serve? Invited => _invited;

    private string Contact => $"sip:{Mark}@{Address}";

    public void Send(byte[] bytes) => _world.Network.FromParty(this, _controller, bytes);

    // ---- what a caller does

    public void Start()
    {
        Phase = PartyPhase.Setup;
        _localParty = $"<sip:{_user}@{Address.Address}>";
        _invite = Request(SipMethod.Invite, Script.LateOffer ? null : Session());
        After(Script.CancelAfter, WantCancel);
    }

    private void WantCancel()
    {
        if (Phase != PartyPhase.Setup || _invite is not { IsOpen: true })
        {
            return;
        }

        if (Script.EarlyBye && _remoteTag.Length > 0)
        {
            EarlyByeSent = true;
            Request(SipMethod.Bye, null);
            return;
        }

        // RFC 3261 section 9.1: not before a provisional response.
        _cancelWanted = true;
        if (_invite.Provisional)
        {
            SendCancel(_invite);
        }
    }

    private void SendCancel(Ask invite)
    {
        if (Cancelled)
        {
            return;
        }

        Cancelled = true;
        byte[] bytes = PartyText.Finish($"CANCEL {_target} SIP/2.0\r\nVia: {ViaOf(invite.Branch)}\r\nMax-Forwards: 70\r\nFrom: {_localParty};tag={LocalTag}\r\n"
            + $"To: {_remoteParty}\r\nCall-ID: {CallId}\r\nCSeq: {invite.CSeq} CANCEL\r\n", null);
        var cancel = new Ask(_world, this, invite.Branch, SipMethod.Cancel, invite.CSeq, bytes);
        _asks.Add(cancel);
        cancel.Start();
        _world.Schedule.After(64_000, () =>
        {
            if (invite.IsOpen)
            {
                invite.GiveUp();
                Phase = PartyPhase.Over;
            }
        });
    }

    // ---- what both do within the call

    public void HangUp()
    {
        if (Phase == PartyPhase.Up)
        {
            Phase = PartyPhase.Over;
            Request(SipMethod.Bye, null);
        }
    }

    private void BeginScript()
    {
        WasUp = true;
        Phase = PartyPhase.Up;
        After(Script.ByeAfter, HangUp);
        After(Script.ReinviteAfter, () =>
        {
            if (Phase == PartyPhase.Up && !_asks.Any(ask => ask is { Method: SipMethod.Invite, IsOpen: true }) && !_serves.Any(serve => serve is { Method: SipMethod.Invite } && (serve.Final == 0 || !serve.Acknowledged)))
            {
                Request(SipMethod.Invite, Session());
            }
        });
        After(Script.InfoAfter, () =>
        {
            if (Phase == PartyPhase.Up)
            {
                Request(SipMethod.Info, null);
            }
        });
    }

    /// <summary>Timers B and F of a request.</summary>
    public void Unanswered(Ask ask)
    {
        if (ask == _invite)
        {
            Phase = PartyPhase.Over;
        }
    }

    /// <summary>No ACK came within 64*T1: RFC 3261 section 13.3.1.4 ends the call by a BYE.</summary>
    public void Unacknowledged(Serve serve)
    {
        if (serve.Final is >= 200 and < 300)
        {
            HangUp();
        }
    }

    // ---- what comes in

    public void Receive(SipMessage message)
    {
        if (message.IsRequest)
        {
            Asked(message);
        }
        else
        {
            Answered(message);
        }
    }

    private void Answered(SipMessage response)
    {
        string branch = PartyText.Branch(response);
        if (_asks.Find(a => a.Branch == branch && a.Method == response.Method) is not { } ask)
        {
            return;
        }

        int status = response.StatusCode;
        string tag = PartyText.Tag(response, HeaderId.To);
        if (status < 200)
        {
            ask.Provisional = true;
            if (ask == _invite && ask.IsOpen)
            {
                _remoteTag = tag.Length > 0 ? tag : _remoteTag;
                _remoteTarget = PartyText.Uri(response, HeaderId.Contact) is { Length: > 0 } contact ? contact : _remoteTarget;
                if (_cancelWanted)
                {
                    SendCancel(ask);
                }
            }

            return;
        }

        if (ask.Final != 0 && ask.Final != status)
        {
            throw new ViolationException("C3", $"{Mark}: {ask.Final} and then {status} to one {ask.Method}");
        }

        bool first = ask.IsOpen;
        if (first)
        {
            ask.Final = status;
        }

        if (ask.Method != SipMethod.Invite)
        {
            return;
        }

        if (status >= 300)
        {
            ask.Acknowledgement ??= PartyText.Finish($"ACK {(_target.Length > 0 ? _target : _remoteTarget)} SIP/2.0\r\nVia: {ViaOf(ask.Branch)}\r\nMax-Forwards: 70\r\nFrom: {_localParty};tag={LocalTag}\r\n"
                + $"To: {PartyText.Value(response, HeaderId.To)}\r\nCall-ID: {CallId}\r\nCSeq: {ask.CSeq} ACK\r\n", null);
            Send(ask.Acknowledgement);
            if (first && ask == _invite)
            {
                Phase = PartyPhase.Over;
            }

            return;
        }

        Accepted(ask, response, tag, first);
    }

    private void Accepted(Ask ask, SipMessage response, string tag, bool first)
    {
        if (ask == _invite && (first || ask.TimedOut) && !WasUp)
        {
            _remoteTag = tag;
        }

        if (PartyText.Uri(response, HeaderId.Contact) is { Length: > 0 } contact)
        {
            _remoteTarget = contact;
        }

        if (ask.Acknowledgement is null)
        {
            ask.Acknowledgement = Text(SipMethod.Ack, ask.CSeq, NewBranch(), ask.HasOffer ? null : Session());
        }

        Send(ask.Acknowledgement);
        if (ask != _invite || WasUp)
        {
            return;
        }

        BeginScript();
        if (ask.TimedOut || Cancelled || EarlyByeSent)
        {
            // It had given up: RFC 3261 section 13.2.2.4, acknowledged and hung up.
            HangUp();
        }
    }

    private void Asked(SipMessage request)
    {
        string branch = PartyText.Branch(request);
        if (request.Method == SipMethod.Ack)
        {
            uint number = PartyText.Number(request);
            if (_serves.Find(s => s.Method == SipMethod.Invite && s.CSeq == number && s.Final != 0 && (s.Final < 300 || s.Branch == branch)) is { Acknowledged: false } acknowledged)
            {
                acknowledged.Acknowledged = true;
                if (acknowledged == _invited && acknowledged.Final < 300 && Phase == PartyPhase.Up)
                {
                    After(Script.ByeAfter, HangUp);
                }
            }

            return;
        }

        if (_serves.Find(s => s.Branch == branch && s.Method == request.Method) is { } known)
        {
            known.Retransmitted();
            return;
        }

        var serve = new Serve(_world, this, request);
        _serves.Add(serve);
        switch (request.Method)
        {
            case SipMethod.Invite when PartyText.Tag(request, HeaderId.To).Length == 0:
                Ring(serve);
                break;
            case SipMethod.Cancel:
                CancelAsked(serve);
                break;
            default:
                InDialog(serve);
                break;
        }
    }

    private void InDialog(Serve serve)
    {
        SipMessage request = serve.Request;
        bool mine = PartyText.Value(request, HeaderId.CallId) == CallId && PartyText.Tag(request, HeaderId.To) == LocalTag && PartyText.Tag(request, HeaderId.From) == _remoteTag;
        if (!mine || Phase is PartyPhase.New || (Phase == PartyPhase.Over && !WasUp))
        {
            Reply(serve, 481);
            return;
        }

        if (serve.CSeq < _remoteCSeq)
        {
            Reply(serve, 500);
            return;
        }

        if (serve.CSeq == _remoteCSeq)
        {
            throw new ViolationException("C3", $"{Mark}: CSeq {serve.CSeq} again, for {serve.Method} with another branch");
        }

        _remoteCSeq = serve.CSeq;
        switch (request.Method)
        {
            case SipMethod.Bye:
                Phase = PartyPhase.Over;
                Reply(serve, 200);
                foreach (Serve open in _serves.Where(s => s.Final == 0).ToArray())
                {
                    // RFC 3261 section 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog … 487".
                    Reply(open, 487);
                }

                break;
            case SipMethod.Invite when Phase == PartyPhase.Over:
                Reply(serve, 481);
                break;
            case SipMethod.Invite when _asks.Exists(a => a is { Method: SipMethod.Invite, IsOpen: true }):
                Reply(serve, 491);
                break;
            case SipMethod.Invite:
                if (PartyText.Uri(request, HeaderId.Contact) is { Length: > 0 } contact)
                {
                    _remoteTarget = contact;
                }

                After(Script.ReinviteAnswerAfter, () =>
                {
                    if (serve.Final == 0)
                    {
                        Reply(serve, Script.RefuseReinvite ? 488 : 200, Script.RefuseReinvite ? null : Session());
                    }
                });
                break;
            default:
                Reply(serve, Phase == PartyPhase.Over ? 481 : 200);
                break;
        }
    }

    // ---- what a callee does

    private void Ring(Serve invite)
    {
        SipMessage request = invite.Request;
        _invited = invite;
        Phase = PartyPhase.Setup;
        CallId = PartyText.Value(request, HeaderId.CallId);
        _remoteTag = PartyText.Tag(request, HeaderId.From);
        _remoteCSeq = invite.CSeq;
        _remoteTarget = PartyText.Uri(request, HeaderId.Contact);
        _remoteParty = $"<{PartyText.Uri(request, HeaderId.From)}>";
        _localParty = PartyText.Value(request, HeaderId.To);
        if (Script.Dead)
        {
            return;
        }

        After(Script.TryingAfter, () => Reply(invite, 100));
        After(Script.RingAfter, () => Reply(invite, Script.RingStatus, Script.RingWithSession ? Session() : null));
        After(Script.RingAgainAfter, () => Reply(invite, Script.RingStatus, Script.RingWithSession ? Session() : null));
        After(Script.FinalAfter, () =>
        {
            if (Phase == PartyPhase.Setup && invite.Final == 0)
            {
                Final(invite, Script.FinalStatus);
            }
        });
    }

    private void Final(Serve invite, int status)
    {
        Reply(invite, status, status < 300 ? Session() : null);
        if (status >= 300)
        {
            Phase = PartyPhase.Over;
            return;
        }

        WasUp = true;
        Phase = PartyPhase.Up;
        After(Script.ByeBehindAnswer, HangUp);
        After(Script.ReinviteAfter < 0 ? -1 : Script.ReinviteAfter, () =>
        {
            if (Phase == PartyPhase.Up && invite.Acknowledged && !_asks.Exists(a => a is { Method: SipMethod.Invite, IsOpen: true })
                && !_serves.Exists(s => s.Method == SipMethod.Invite && !s.Acknowledged))
            {
                Request(SipMethod.Invite, Session());
            }
        });
        After(Script.InfoAfter, () =>
        {
            if (Phase == PartyPhase.Up && invite.Acknowledged)
            {
                Request(SipMethod.Info, null);
            }
        });
    }

    private void CancelAsked(Serve cancel)
    {
        if (_serves.Find(s => s.Method == SipMethod.Invite && s.Branch == cancel.Branch) is not { } invite || Script.Dead)
        {
            Reply(cancel, 481);
            return;
        }

        Reply(cancel, 200);
        if (invite.Final == 0)
        {
            if (invite == _invited)
            {
                Final(invite, Script.AnswersDespiteCancel ? 200 : 487);
            }
            else
            {
                Reply(invite, 487);
            }
        }
    }

    private void Reply(Serve serve, int status, string? session = null)
    {
        string extra = Script.RecordRoute && serve == _invited && status < 300 ? $"Record-Route: <sip:{Address};lr;{Mark}>\r\n" : "";
        serve.Answer(status, PartyText.Response(serve.Request, status, LocalTag, Contact, Mark, session, extra));
    }

    private Ask Request(SipMethod method, string? session)
    {
        uint cseq = ++_localCSeq;
        string branch = NewBranch();
        var ask = new Ask(_world, this, branch, method, cseq, Text(method, cseq, branch, session)) { HasOffer = session is not null };
        _asks.Add(ask);
        ask.Start();
        return ask;
    }

    private byte[] Text(SipMethod method, uint cseq, string branch, string? session)
    {
        string tag = _remoteTag.Length > 0 ? ";tag=" + _remoteTag : "";
        string from = _localParty.Contains(";tag=", StringComparison.Ordinal) ? _localParty : $"{_localParty};tag={LocalTag}";
        return PartyText.Finish($"{method.Name()} {_remoteTarget} SIP/2.0\r\nVia: {ViaOf(branch)}\r\nMax-Forwards: 70\r\nFrom: {from}\r\n"
            + $"To: {_remoteParty}{tag}\r\nCall-ID: {CallId}\r\nCSeq: {cseq} {method.Name()}\r\nContact: <{Contact}>\r\nUser-Agent: {Mark}\r\n", session);
    }

    private string ViaOf(string branch) => $"SIP/2.0/UDP {Address};branch={branch};rport";

    private string NewBranch() => $"z9hG4bK{Mark}{++_branches}";

    private string Session() => PartyText.Session(Mark, Address, ++_sessions);

    private void After(int milliseconds, Action action)
    {
        if (milliseconds >= 0)
        {
            _world.Schedule.After(milliseconds, action);
        }
    }
}
