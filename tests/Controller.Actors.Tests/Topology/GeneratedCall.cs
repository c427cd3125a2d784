using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Tests.Topology;

/// <summary>
/// One call between two generated sides, from an INVITE to a BYE, in an order drawn by lot; every message that we send is looked through before it is read.
/// </summary>
internal sealed class GeneratedCall
{
    private const int MostMessages = 80;

    private readonly Random _random;
    private readonly ControllerSettings _settings;
    private readonly ActorId _self;
    private readonly Speaker _caller;
    private readonly Speaker _callee;
    private readonly Queue<(Speaker To, SipMessage Message)> _arriving = new();
    private CallState _state = CallState.Empty;
    private Instant _now = new(1_700_000_000_000);
    private SipMessage? _invite;
    private bool _established;
    private bool _over;
    private int _messages;

    public GeneratedCall(int seed)
    {
        _random = new Random(seed);
        _caller = new Speaker(new Side('a', _random), _random);
        _callee = new Speaker(new Side('b', _random), _random);
        _caller.Side.Introduced = true;
        _settings = Settings();
        _self = ActorKeys.ForCallId(_settings.Secret.Span, Encoding.Latin1.GetBytes(_caller.Side.CallId));
        _caller.Local = $"\"Ann\" <sip:+1200{_random.Next(1000)}@{_caller.Side.ContactHost}>";
        _caller.Remote = $"<sip:+15551234@{_caller.Side.OurHost}>";
    }

    /// <summary>Messages that we sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Methods and statuses that crossed: that a run has met them all is checked.</summary>
    public List<string> Met { get; } = [];

    /// <summary>The first message with a leak, and the line of it; null if there is none.</summary>
    public string? Leak { get; private set; }

    public void Run()
    {
        Say(_caller, _caller.Request("INVITE", _random.Next(2) == 0 ? "Supported: 100rel, timer, replaces\r\n" : "", "sdp", "sdp", "parts", "none"));
        if (_invite is not null)
        {
            SetUp(_invite);
        }

        for (int count = _established ? _random.Next(1, 5) : 0; count > 0 && !_over; count--)
        {
            Within(_random.Next(2) == 0 ? _caller : _callee);
        }

        if (_established && !_over)
        {
            Speaker leaving = _random.Next(2) == 0 ? _caller : _callee;
            Say(leaving, leaving.Request("BYE", "", "none", "fragment", "text"));
        }
    }

    private void SetUp(SipMessage invite)
    {
        string winner = _callee.Side.Tag;
        bool reliable = Encoding.Latin1.GetString(invite.Value(HeaderId.Supported)).Contains("100rel", StringComparison.Ordinal);
        for (int count = _random.Next(3); count > 0; count--)
        {
            _callee.Side.Tag = _random.Next(2) == 0 ? winner : _callee.Side.NewToken();
            string extra = reliable && _random.Next(2) == 0 ? $"Require: 100rel\r\nRSeq: {_random.Next(1, 1000)}\r\n" : "";
            Say(_callee, _callee.Response(invite, _random.Next(2) == 0 ? 180 : 183, extra, "none", _callee.Sdp()));
            if (_random.Next(4) == 0)
            {
                Say(_caller, _caller.Request("UPDATE", "", "none", "sdp"));
            }
        }

        switch (_random.Next(10))
        {
            case 0:
                Say(_caller, _caller.Cancel());
                break;
            case 1:
                Say(_callee, _callee.Response(invite, 300 + _random.Next(3), "", "none"));
                break;
            case 2:
                Say(_callee, _callee.Response(invite, _random.Next(4) switch { 0 => 401, 1 => 486, 2 => 503, _ => 603 }, "", "none", "text"));
                break;
            default:
                _callee.Side.Tag = winner;
                Say(_callee, _callee.Response(invite, 200, "", _callee.Sdp()));
                break;
        }
    }

    private void Within(Speaker who)
    {
        string refer = $"Refer-To: <sip:x@{who.Side.AnyHost()}?Replaces={Uri.EscapeDataString(who.Side.CallId)}%3Bto-tag%3D{who.Side.Tag}%3Bfrom-tag%3D{who.Side.NewToken()}>\r\n"
            + $"Referred-By: \"Ann\" <sip:+1200@{who.Side.AnyHost()};x={who.Side.Tag}>;cid=\"1@{who.Side.AnyHost()}\"\r\n";
        Say(who, _random.Next(9) switch
        {
            0 or 1 => who.Request("INVITE", "", "sdp", "sdp", "parts", "none"),
            2 => who.Request("UPDATE", "", "none", "sdp", "parts"),
            3 => who.Request("INFO", "", "text", "fragment", "parts"),
            4 => who.Request("MESSAGE", "", "text", "message", "parts"),
            5 => who.Request("REFER", refer, "none"),
            6 => who.Request("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", "fragment"),
            7 => who.Request("OPTIONS", "", "none"),
            _ => who.Request("FROB", "", "text", "message"),
        });
    }

    /// <summary>What a party does about what it hears; what it says next is drawn by lot elsewhere.</summary>
    private void Hear(Speaker who, SipMessage message)
    {
        if (!message.IsRequest)
        {
            if (message.Method == SipMethod.Invite)
            {
                Answered(who, message);
            }

            return;
        }

        if (message.Method == SipMethod.Invite && ReferenceEquals(who, _callee) && !_established)
        {
            _invite = message;
            who.Local = Encoding.Latin1.GetString(message.Value(HeaderId.To));
            string from = Encoding.Latin1.GetString(message.Value(HeaderId.From));
            who.Remote = from[..from.IndexOf(";tag=", StringComparison.Ordinal)];
            who.RemoteTag = Tag(message, HeaderId.From);
            who.Side.CallId = Encoding.Latin1.GetString(message.Value(HeaderId.CallId));
        }
        else if (message.Method == SipMethod.Cancel)
        {
            Say(who, who.Response(message, 200, "", "none"));
            Say(who, who.Response(_invite!, 487, "", "none"));
        }
        else if (message.Method != SipMethod.Ack)
        {
            _over |= message.Method == SipMethod.Bye;
            int status = message.Method == SipMethod.Bye || _random.Next(4) != 0 ? 200 : _random.Next(5) switch { 0 => 302, 1 => 407, 2 => 488, 3 => 503, _ => 606 };
            string body = message.Method is SipMethod.Invite or SipMethod.Update or SipMethod.Prack && status == 200 ? who.Sdp() : "none";
            Say(who, who.Response(message, status, "", body, "none"));
        }
    }

    private void Answered(Speaker who, SipMessage response)
    {
        if (Tag(response, HeaderId.To) is { Length: > 0 } tag && (response.StatusCode < 300 || who.RemoteTag.Length == 0))
        {
            who.RemoteTag = tag;
        }

        if (response.StatusCode >= 200)
        {
            bool answer = !who.InviteOffered && !response.Body.IsEmpty;
            _established |= response.StatusCode < 300;
            Say(who, who.Ack(response.StatusCode, answer));
        }
        else if (response.Has(HeaderId.RSeq))
        {
            Say(who, who.Request("PRACK", $"RAck: {Encoding.Latin1.GetString(response.Value(HeaderId.RSeq))} {who.InviteCSeq} INVITE\r\n", "none", "sdp"));
        }
    }

    private void Say(Speaker who, string text)
    {
        if (_messages++ > MostMessages || Leak is not null)
        {
            return;
        }

        SipMessage message = SipMessage.Copy(Encoding.Latin1.GetBytes(text));
        Give(message.IsRequest ? new CallInput.RequestReceived(message, who.Side.Flow) : new CallInput.ResponseReceived(message, who.Side.Flow));
        while (_arriving.TryDequeue(out (Speaker To, SipMessage Message) next))
        {
            Hear(next.To, next.Message);
        }
    }

    private void Give(CallInput input)
    {
        _now = _now.After(TimeSpan.FromMilliseconds(_random.Next(1, 50)));
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(_state, input, new ActorContext<ControllerSettings>(_self, _now, _settings));
        _state = decision.Next;
        foreach (CallEffect effect in decision.Effects)
        {
            if (effect is CallEffect.Send send)
            {
                Take(send);
            }
        }
    }

    private void Take(CallEffect.Send send)
    {
        (Speaker to, Speaker other) = send.To.Listener == 0 ? (_caller, _callee) : (_callee, _caller);
        string text = Encoding.Latin1.GetString(send.Bytes.Span);
        SipMessage message = SipMessage.Copy(send.Bytes.Span);
        Sent++;
        Met.Add(message.IsRequest ? Encoding.Latin1.GetString(message.MethodText) : $"{message.StatusCode}");
        if (Leaks.Find(text, other.Side) is { } line)
        {
            Leak ??= $"to {(to == _caller ? "the caller" : "the callee")}: {line}\n\n{text}";
        }

        Give(to.Side.Given, message);
        _arriving.Enqueue((to, message));
    }

    /// <summary>What we call ourselves on that side belongs to that side.</summary>
    private static void Give(List<string> given, SipMessage message)
    {
        string ours = Tag(message, message.IsRequest ? HeaderId.From : HeaderId.To);
        foreach (string name in message.IsRequest ? [ours, Encoding.Latin1.GetString(message.Value(HeaderId.CallId))] : new[] { ours })
        {
            // A Call-ID or a tag that the party gave itself holds its mark already.
            if (name.Length > 8 && !name.Contains("0q1", StringComparison.Ordinal) && !given.Contains(name))
            {
                given.Add(name);
            }
        }
    }

    private static string Tag(SipMessage message, HeaderId id) => NameAddr.TryParse(message.Value(id), out NameAddr party) ? Encoding.Latin1.GetString(party.Tag) : "";

    private ControllerSettings Settings()
    {
        ControllerSettings settings = CallDriver.OneTrunk($"sip:{_callee.Side.Address}:5060");
        return settings with
        {
            Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("access", Realm()).Add("core", Realm()),
            Registrar = settings.Registrar with { Users = [] },
        };
    }

    private RealmSettings Realm() => new(Trusted: _random.Next(2) == 0, UnknownHeaders: _random.Next(8) != 0);
}
