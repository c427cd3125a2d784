using System.Globalization;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Said = Controller.Actors.Tests.Calls.Messages;

namespace Controller.Benchmarks.Gate;

/// <summary>The engine itself on one thread, with a clock that stands still: ordinary calls go through it in lockstep, and what each kind of input allocates is added up.</summary>
internal sealed class MeasuredEngine : IEffectInterpreter<CallEffect>, IDisposable
{
    private static readonly TimeSpan LazyFlush = TimeSpan.FromMilliseconds(60);
    private static readonly Flow Caller = new(SipTransport.Udp, 0, CallDriver.Caller), Callee = new(SipTransport.Udp, 1, CallDriver.Callee);

    private readonly StillClock _clock = new();
    private readonly ActorSystem _system;
    private readonly Dictionary<ActorId, Talk> _talks = [];
    private readonly List<(ActorId Actor, CallEffect.Send Send)> _sent = new(4096);
    private int _made;

    public MeasuredEngine()
    {
        ControllerSettings settings = CallDriver.OneTrunk() with { Secret = CountingJournal.Secret };
        _system = new ActorSystem(new EngineOptions { Pumped = true, Loops = 1 }, Journal, new SingleNodePlacement(), _clock);
        _system.Register<Call, CallState, CallInput, CallEvent, CallEffect, ControllerSettings>(
            ActorKinds.Call, new CallEventCodec(), this, new SettingsSource<ControllerSettings>(settings), PassivationPolicy.Never);
        _system.Start();
    }

    public CountingJournal Journal { get; } = new();

    /// <summary>Octets, by what came in.</summary>
    public Dictionary<string, long> Allocated { get; } = [];

    /// <summary>So many calls, from their INVITE until nothing is left of them.</summary>
    public void Carry(int calls)
    {
        CarryUntilHungUp(calls);
        Count("timers until the end", () =>
        {
            while (_system.CountOf(ActorKinds.Call) > 0)
            {
                _clock.Now = _system.PumpDue;
                Settle();
            }
        });
    }

    /// <summary>What the engine keeps, in octets, of each of so many calls that are established, and then of each of as many that have been hung up.</summary>
    /// <remarks>The talks are forgotten before it is counted: they belong to those who measure.</remarks>
    public (double Established, double Ended) Keep(int calls)
    {
        long before = Kept();
        SetUp(Begin(calls));
        long established = Kept();
        CarryUntilHungUp(calls);
        return ((double)(established - before) / calls, (double)(Kept() - established) / calls);
    }

    public void Release(ActorId actor, CallEffect effect, Instant decidedAt)
    {
        if (effect is CallEffect.Send send)
        {
            _sent.Add((actor, send));
        }
    }

    public void Dispose() => _system.Dispose();

    private void CarryUntilHungUp(int calls)
    {
        Talk[] talks = Begin(calls);
        SetUp(talks);
        HangUp(talks);
    }

    private long Kept()
    {
        _talks.Clear();
        _talks.TrimExcess();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private Talk[] Begin(int calls)
    {
        Talk[] talks = [.. Enumerable.Range(0, calls).Select(_ => new Talk(_made++))];
        _talks.Clear();
        Array.ForEach(talks, talk => _talks.Add(talk.Actor, talk));
        return talks;
    }

    private void SetUp(Talk[] talks)
    {
        Take("INVITE", talks, Caller, talk => talk.Own(Said.Invite()));
        Take("180", talks, Callee, talk => Said.Response(talk.Invite, 180));
        Take("200 to INVITE", talks, Callee, talk => Said.Response(talk.Invite, 200, sdp: Said.CalleeSdp));
        Take("ACK", talks, Caller, talk => talk.Own(Said.FromCaller("ACK", talk.Tag, 1, "z9hG4bKack1")));
    }

    private void HangUp(Talk[] talks)
    {
        Take("BYE", talks, Caller, talk => talk.Own(Said.FromCaller("BYE", talk.Tag, 2, "z9hG4bKbye1")));
        Take("200 to BYE", talks, Callee, talk => Said.Response(talk.Bye, 200));
    }

    private void Take(string kind, Talk[] talks, Flow from, Func<Talk, string> says)
    {
        (ActorId, CallInput)[] inputs = [.. talks.Select(talk => (talk.Actor, Input(says(talk), from)))];
        Count(kind, () =>
        {
            foreach ((ActorId actor, CallInput input) in inputs)
            {
                Assert.True(_system.Tell(actor, input));
            }

            Settle();
            _clock.Now = _clock.Now.After(LazyFlush);
            Settle();
        });
        foreach ((ActorId actor, CallEffect.Send send) in _sent)
        {
            _talks[actor].Hear(new Sent(_clock.Now, send.To, send.Bytes.ToArray(), false));
        }

        _sent.Clear();
    }

    private void Count(string kind, Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        Allocated[kind] = Allocated.GetValueOrDefault(kind) + GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Settle()
    {
        while (_system.Pump() | Journal.CommitNext())
        {
        }
    }

    private static CallInput Input(string message, Flow flow)
    {
        SipMessage parsed = SipMessage.Copy(Encoding.Latin1.GetBytes(message));
        return parsed.IsRequest ? new CallInput.RequestReceived(parsed, flow) : new CallInput.ResponseReceived(parsed, flow);
    }

    /// <summary>What the two parties of one call have heard.</summary>
    private sealed class Talk(int number)
    {
        private const string AnyCall = "a-call@192.0.2.10";
        private readonly string _callId = string.Create(CultureInfo.InvariantCulture, $"{number:000000}@192.0.2.10");

        public ActorId Actor => ActorKeys.ForCallId(CountingJournal.Secret.Span, Encoding.ASCII.GetBytes(_callId));
        public Sent Invite { get; private set; } = null!;
        public Sent Bye { get; private set; } = null!;

        /// <summary>Ours, towards the caller.</summary>
        public string Tag { get; private set; } = "";

        public string Own(string message) => message.Replace(AnyCall, _callId, StringComparison.Ordinal);

        public void Hear(Sent message)
        {
            switch (message.StartLine.Split(' '))
            {
                case ["INVITE", ..]:
                    Invite = message;
                    break;
                case ["BYE", ..]:
                    Bye = message;
                    break;
                case [_, "200", ..]:
                    Tag = message.ToTag;
                    break;
            }
        }
    }
}
