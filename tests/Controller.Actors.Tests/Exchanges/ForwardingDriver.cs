using System.Buffers;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Exchanges;

/// <summary>
/// One exchange or subscription under a virtual clock, between a party in the realm "access" and parties in the realm "core". Every decision is checked
/// against the actor's law; what is committed is kept, so that a test can crash it at any moment and go on with what the journal rebuilds.
/// </summary>
internal class ForwardingDriver<TActor, TState, TEvent>
    where TActor : IActor<TState, CallInput, TEvent, CallEffect, ControllerSettings>
    where TState : class
    where TEvent : class
{
    private readonly IEventCodec<TEvent, CallEffect> _codec;

    protected ForwardingDriver(ActorKind kind, IEventCodec<TEvent, CallEffect> codec, ControllerSettings? settings, SipTransport transport)
    {
        _codec = codec;
        Transport = transport;
        Settings = settings ?? CallDriver.OneTrunk();
        if (transport == SipTransport.Tcp)
        {
            Settings = CallDriver.OneTrunk("sip:198.51.100.20:5080;transport=tcp") with
            {
                Listeners = [.. Settings.Listeners.Select(listener => listener with { Transport = SipTransport.Tcp })],
            };
        }

        Self = ActorKeys.ForCallId(Settings.Secret.Span, kind, Encoding.ASCII.GetBytes("a-call@192.0.2.10"), "alice-tag"u8);
    }

    public SipTransport Transport { get; }
    public ControllerSettings Settings { get; }
    public ActorId Self { get; }
    public Instant Now { get; private set; } = new(1_700_000_000_000);
    public TState State { get; private set; } = TActor.Empty;
    public bool Stopped { get; private set; }

    /// <summary>The last row: each carries the whole state. Null: nothing is stored.</summary>
    public byte[]? Row { get; private set; }

    /// <summary>Every message sent since the beginning, in order.</summary>
    public List<Sent> Wire { get; } = [];
    public List<CallEffect> Asked { get; } = [];

    public void FromCaller(string message) => Receive(message, new Flow(Transport, 0, CallDriver.Caller, Transport == SipTransport.Tcp ? 7 : 0));

    public void FromCallee(string message, IPEndPoint? from = null) => Receive(message, new Flow(Transport, 1, from ?? CallDriver.Callee, Transport == SipTransport.Tcp ? 8 : 0));

    public void Receive(string message, Flow flow)
    {
        SipMessage parsed = SipMessage.Copy(Encoding.Latin1.GetBytes(message));
        Give(parsed.IsRequest ? new CallInput.RequestReceived(parsed, flow) : new CallInput.ResponseReceived(parsed, flow));
    }

    public void Give(CallInput input)
    {
        TState before = State;
        Decision<TState, TEvent, CallEffect> decision = TActor.Decide(before, input, new ActorContext<ControllerSettings>(Self, Now, Settings));

        // The law of IActor: the next state is the fold of the events.
        Assert.Equal(decision.Events.Aggregate(before, TActor.Evolve), decision.Next);
        State = decision.Next;
        Stopped = decision.Stop;
        TEvent[] stored = [.. decision.Events.Where(happened => TActor.DurabilityOf(happened) != Durability.Volatile)];
        if (Stopped)
        {
            State = TActor.Empty;
            Row = null;
        }
        else if (stored.Length > 0)
        {
            var into = new ArrayBufferWriter<byte>();
            _codec.Encode(stored, into);
            Assert.All(stored, happened => Assert.True(_codec.Supersedes(happened)));
            Row = into.WrittenSpan.ToArray();
        }

        Asked.Clear();
        foreach (CallEffect effect in decision.Effects)
        {
            if (effect is CallEffect.Send send)
            {
                Wire.Add(new Sent(Now, send.To, send.Bytes.ToArray(), stored.Any(happened => TActor.DurabilityOf(happened) == Durability.Required)));
            }
            else
            {
                Asked.Add(effect);
            }
        }
    }

    public void Elapse(TimeSpan time)
    {
        Instant end = Now.After(time);
        while (!Stopped && TActor.NextDue(State) is var due && due <= end)
        {
            Now = due > Now ? due : Now;
            Give(CallInput.TimerDue.Instance);
        }

        Now = end;
    }

    /// <summary>The process dies; what is in the journal is read back and it goes on.</summary>
    public void CrashAndRecover()
    {
        State = TActor.Empty;
        if (Row is { } row)
        {
            State = _codec.Decode(row).Aggregate(State, TActor.Evolve);
            Give(CallInput.Recovered.Instance);
        }
    }

    /// <summary>The newest message sent whose start line begins with the text.</summary>
    public Sent Last(string start, IPEndPoint? to = null) =>
        Wire.LastOrDefault(sent => sent.Text.StartsWith(start, StringComparison.Ordinal) && (to is null || sent.To.Remote.Equals(to)))
        ?? throw new InvalidOperationException($"nothing sent that begins with \"{start}\"; sent: {string.Join(" | ", Wire.Select(sent => sent.StartLine))}");

    public Sent Last(IPEndPoint to) => Wire.Last(sent => sent.To.Remote.Equals(to));

    public int CountSent(string start) => Wire.Count(sent => sent.Text.StartsWith(start, StringComparison.Ordinal));
}
