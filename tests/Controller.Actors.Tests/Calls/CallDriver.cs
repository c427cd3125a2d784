using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>
/// One call under a virtual clock. Every decision is checked against the actor's law, and the journal it leaves is kept, so that a test can
/// crash the call at any moment and go on with what the journal rebuilds.
/// </summary>
internal sealed class CallDriver
{
    private static readonly CallEventCodec Codec = new();

    public static readonly IPEndPoint Caller = new(IPAddress.Parse("192.0.2.10"), 5060);
    public static readonly IPEndPoint Callee = new(IPAddress.Parse("198.51.100.20"), 5080);

    public CallDriver(ControllerSettings? settings = null, string callId = "a-call@192.0.2.10")
    {
        Settings = settings ?? OneTrunk();
        Self = ActorKeys.ForCallId(Settings.Secret.Span, Encoding.ASCII.GetBytes(callId));
    }

    public ControllerSettings Settings { get; set; }
    public ActorId Self { get; }
    public Instant Now { get; private set; } = new(1_700_000_000_000);
    public CallState State { get; private set; } = CallState.Empty;
    public bool Stopped { get; private set; }

    /// <summary>What has been committed: one payload for each decision that had something to store.</summary>
    public List<byte[]> Journal { get; } = [];

    /// <summary>Every message sent since the beginning, in order.</summary>
    public List<Sent> Wire { get; } = [];
    public List<CallEffect> LastEffects { get; } = [];
    public List<string> ChargingRecords { get; } = [];

    /// <summary>Takes each effect as it is performed.</summary>
    public Action<CallEffect> Performed { get; init; } = static _ => { };

    public static ControllerSettings OneTrunk(params string[] endpoints) => new()
    {
        Version = 1,
        Secret = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(),
        Listeners =
        [
            new ListenerSettings("access", SipTransport.Udp, new IPEndPoint(IPAddress.Parse("203.0.113.1"), 5060), "203.0.113.1", 5060),
            new ListenerSettings("core", SipTransport.Udp, new IPEndPoint(IPAddress.Parse("203.0.113.2"), 5060), "203.0.113.2", 5060),
        ],
        Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("access", new()).Add("core", new(Trusted: true)),
        Registrar = new RegistrarSettings
        {
            Domains = ["example.test"],
            Users = ImmutableDictionary<string, UserSettings>.Empty.Add("bob", new("secret")),
        },
        Trunks = ImmutableDictionary<string, TrunkSettings>.Empty.Add("uas", new TrunkSettings
        {
            Name = "uas",
            Realm = "core",
            Endpoints = endpoints.Length == 0 ? [new TrunkPeerSettings("sip:198.51.100.20:5080")] : [.. endpoints.Select((uri, i) => new TrunkPeerSettings(uri, i + 1))],
        }),
        Routes =
        [
            new RouteSettings { Name = "local users", Registered = true, ToRegistered = true, Domain = "example.test" },
            new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas")] },
        ],
    };

    public void Elapse(TimeSpan time)
    {
        Instant end = Now.After(time);
        while (!Stopped && Call.NextDue(State) is var due && due <= end)
        {
            Now = due > Now ? due : Now;
            Give(CallInput.TimerDue.Instance);
        }

        Now = end;
    }

    public void FromCaller(string message) => Receive(message, new Flow(SipTransport.Udp, 0, Caller));

    public void FromCallee(string message, IPEndPoint? from = null) => Receive(message, new Flow(SipTransport.Udp, 1, from ?? Callee));

    public void Receive(string message, Flow flow)
    {
        SipMessage parsed = SipMessage.Copy(Encoding.Latin1.GetBytes(message));
        Give(parsed.IsRequest ? new CallInput.RequestReceived(parsed, flow) : new CallInput.ResponseReceived(parsed, flow));
    }

    public void Give(CallInput input)
    {
        CallState before = State;
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(before, input, new ActorContext<ControllerSettings>(Self, Now, Settings));

        // The law of IActor: the next state is the fold of the events.
        CallState folded = decision.Events.Aggregate(before, Call.Evolve);
        Assert.Equal(Text(folded), Text(decision.Next));

        State = decision.Next;
        Stopped = decision.Stop;
        if (Stopped)
        {
            State = CallState.Empty;
            Journal.Clear();
        }
        else if (decision.Events.Any(happened => Call.DurabilityOf(happened) != Durability.Volatile))
        {
            var into = new ArrayBufferWriter<byte>();
            Codec.Encode(decision.Events.AsSpan(), into);
            Journal.Add(into.WrittenSpan.ToArray());
        }

        LastEffects.Clear();
        foreach (CallEffect effect in decision.Effects)
        {
            LastEffects.Add(effect);
            Performed(effect);
            switch (effect)
            {
                case CallEffect.Send send:
                    Wire.Add(new Sent(Now, send.To, send.Bytes.ToArray(), decision.Events.Any(happened => Call.DurabilityOf(happened) == Durability.Required)));
                    break;
                case CallEffect.WriteChargingRecord record:
                    ChargingRecords.Add(Encoding.UTF8.GetString(record.Json.Span));
                    break;
            }
        }
    }

    /// <summary>The same call, as a journal of an earlier time rebuilds it.</summary>
    public static CallDriver FromJournal(IEnumerable<byte[]> rows, Instant now)
    {
        var call = new CallDriver { Now = now };
        call.Journal.AddRange(rows);
        call.CrashAndRecover();
        return call;
    }

    /// <summary>The process dies; what is in the journal is read back and the call goes on.</summary>
    public void CrashAndRecover()
    {
        State = Journal.SelectMany(payload => Codec.Decode(payload)).Aggregate(CallState.Empty, Call.Evolve);
        Give(CallInput.Recovered.Instance);
    }

    /// <summary>The newest message sent whose start line begins with the text.</summary>
    public Sent Last(string start, IPEndPoint? to = null) =>
        Wire.LastOrDefault(sent => sent.Text.StartsWith(start, StringComparison.Ordinal) && (to is null || sent.To.Remote.Equals(to)))
        ?? throw new InvalidOperationException($"nothing sent that begins with \"{start}\"; sent: {string.Join(" | ", Wire.Select(sent => sent.StartLine))}");

    /// <summary>All messages that went to one party and begin with the text.</summary>
    public IReadOnlyList<Sent> To(IPEndPoint party, string start) =>
        [.. Wire.Where(sent => sent.To.Remote.Equals(party) && sent.Text.StartsWith(start, StringComparison.Ordinal))];

    public Sent First(string start) => Wire.First(sent => sent.Text.StartsWith(start, StringComparison.Ordinal));

    /// <summary>The INVITE that tried a leg.</summary>
    public Sent Invite(int leg) => Wire.First(sent => sent.Text.StartsWith("INVITE", StringComparison.Ordinal) && sent.Header("Call-ID") == State.Legs[leg].CallIdValue);

    /// <summary>Time passes while the process is down: no timer fires.</summary>
    public void Sleep(TimeSpan time) => Now = Now.After(time);

    public int CountSent(string start) => Wire.Count(sent => sent.Text.StartsWith(start, StringComparison.Ordinal));

    private static string Text(CallState state) =>
        $"{state.Phase} {state.StartedAt} {state.RingingAt} {state.AnsweredAt} {state.EndedAt} {state.Winner} {state.Ending} {string.Join(";", state.Legs.Select(leg => leg with { RouteSet = [] }))} "
        + $"{string.Join(";", state.Transactions.Select(t => $"{t.Kind}/{t.Leg}/{t.Method}/{t.Branch}/{t.Phase}/{t.Retransmit}/{t.Timeout}/{t.Last.Length}/{t.Request.Length}"))} {state.Answers.Length}";
}

internal sealed record Sent(Instant At, Flow To, byte[] Bytes, bool AfterRequiredCommit)
{
    public string Text { get; } = Encoding.Latin1.GetString(Bytes);
    public string StartLine => Text[..Text.IndexOf('\r', StringComparison.Ordinal)];
    public SipMessage Message { get; } = SipMessage.Copy(Bytes);

    /// <summary>The tag in To.</summary>
    public string ToTag => Header("To").Split(";tag=") is { Length: 2 } parts ? parts[1] : "";

    /// <summary>The session description; empty if there is none.</summary>
    public string Body => Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    public bool Has(string header) => Header(header).Length > 0;

    public string Header(string name)
    {
        foreach (string line in Text.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return "";
    }
}
