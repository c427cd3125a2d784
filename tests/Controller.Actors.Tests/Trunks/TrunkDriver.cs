using System.Buffers;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Actors.Trunks;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Trunks;

/// <summary>One trunk under a virtual clock; what it stores is kept, so that it can be taken over at any moment.</summary>
internal sealed class TrunkDriver(ControllerSettings settings)
{
    private static readonly TrunkEventCodec s_codec = new();

    public ControllerSettings Settings { get; set; } = settings;
    public ActorId Self { get; } = ActorKeys.ForTrunk(settings.Secret.Span, "uas");
    public Instant Now { get; set; } = new(1_700_000_000_000);
    public TrunkState State { get; private set; } = TrunkState.Empty;

    /// <summary>What is stored: the rows after the last that tells all.</summary>
    public List<byte[]> Journal { get; } = [];
    public List<CallEffect.Tell> Told { get; } = [];

    /// <summary>By the last input, like <see cref="Told"/>.</summary>
    public List<CallEffect.Send> Sent { get; } = [];
    public List<CallEffect.Resolve> LookedUp { get; } = [];

    public static ControllerSettings Limited(int? calls, double? perSecond = null, params string[] endpoints)
    {
        ControllerSettings one = CallDriver.OneTrunk(endpoints);
        return one with { Trunks = one.Trunks.SetItem("uas", one.Trunks["uas"] with { MaxCalls = calls, CallsPerSecond = perSecond }) };
    }

    public static ActorId Call(int number) => new(ActorKinds.Call, (UInt128)number << 100 | (UInt128)number);

    public TrunkVerdict Ask(int call, int leg = 1, string endpoint = "", bool isUrgent = false)
    {
        Give(new CallInput.TrunkAsked(Call(call), lookup: 7, leg, "uas", isUrgent, endpoint));
        CallEffect.Tell told = Assert.Single(Told);
        Assert.Equal(Call(call), told.To);
        CallInput.TrunkAnswered answer = Assert.IsType<CallInput.TrunkAnswered>(told.Input);
        Assert.Equal((7, leg, "uas"), (answer.Lookup, answer.Leg, answer.Trunk));
        return answer.Verdict;
    }

    public void Free(int call, int leg = 1) => Give(new CallInput.TrunkFreed(Call(call), leg));

    public void Elapse(TimeSpan time)
    {
        Instant end = Now.After(time);
        while (Trunk.NextDue(State) is var due && due <= end)
        {
            Now = due > Now ? due : Now;
            Give(CallInput.TimerDue.Instance);
        }

        Now = end;
    }

    public void Give(CallInput input)
    {
        Decision<TrunkState, TrunkEvent, CallEffect> decision = Trunk.Decide(State, input, new ActorContext<ControllerSettings>(Self, Now, Settings));

        // The law of IActor: the next state is the fold of the events.
        TrunkState folded = decision.Events.Aggregate(State, Trunk.Evolve);
        Assert.Equal(folded with { Slots = decision.Next.Slots, Endpoints = decision.Next.Endpoints }, decision.Next);
        Assert.Equal(folded.Endpoints.AsEnumerable(), decision.Next.Endpoints);
        Assert.True(folded.Slots.Count == decision.Next.Slots.Count && folded.Slots.All(decision.Next.Slots.Contains));

        State = decision.Stop ? TrunkState.Empty : decision.Next;
        TrunkEvent[] stored = [.. decision.Events.Where(happened => Trunk.DurabilityOf(happened) != Durability.Volatile)];
        if (stored.Length > 0 && !decision.Stop)
        {
            var into = new ArrayBufferWriter<byte>();
            s_codec.Encode(stored, into);
            if (stored.Any(s_codec.Supersedes))
            {
                Journal.Clear();
            }

            Journal.Add(into.WrittenSpan.ToArray());
        }

        Told.Clear();
        Told.AddRange(decision.Effects.OfType<CallEffect.Tell>());
        Sent.Clear();
        Sent.AddRange(decision.Effects.OfType<CallEffect.Send>());
        LookedUp.Clear();
        LookedUp.AddRange(decision.Effects.OfType<CallEffect.Resolve>());
        Assert.Equal(decision.Effects.Length, Told.Count + Sent.Count + LookedUp.Count);
    }

    /// <summary>Another node takes it over.</summary>
    public void CrashAndRecover()
    {
        State = Journal.SelectMany(row => s_codec.Decode(row)).Aggregate(TrunkState.Empty, Trunk.Evolve);
        Give(CallInput.Recovered.Instance);
    }
}
