using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Trunks.Health;
using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>
/// What all nodes have to agree on about one trunk: how many calls are on it, and how fast they come. Every leg that wants to use a trunk with a limit asks
/// this one actor of the cluster, and says when it is done.
/// <code>
///   call: target ──TrunkAsked──▶ trunk ──commit──▶ TrunkAnswered ──▶ call: INVITE … over ──TrunkFreed──▶ trunk
///                                  │
///                                  └─ every so often, and all at once after a takeover: TrunkChecked ──▶ call: TrunkFreed, if it is not so any more
/// </code>
/// </summary>
/// <remarks>
/// Invariants: a call is told only what is committed, so the limit holds across any takeover; the slots are those of legs that live, because whoever
/// holds one is asked: nothing that is lost on the way leaks a slot for longer than a round of <see cref="Verification"/>.
/// </remarks>
public readonly struct Trunk : IActor<TrunkState, CallInput, TrunkEvent, CallEffect, ControllerSettings>
{
    /// <summary>So many rows are read back at most: then one row tells all.</summary>
    private const int MostRows = 512;

    public static TrunkState Empty => TrunkState.Empty;

    public static CallInput TimerDue => CallInput.TimerDue.Instance;

    public static CallInput Recovered => CallInput.Recovered.Instance;

    public static Decision<TrunkState, TrunkEvent, CallEffect> Decide(TrunkState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        var turn = new TrunkTurn(state, context);
        switch (input)
        {
            case CallInput.TrunkAsked asked:
                Admission.Asked(turn, asked);
                break;
            case CallInput.TrunkFreed freed:
                Admission.Freed(turn, new Slot(freed.Call, freed.Leg));
                break;
            case CallInput.TrunkWoken woken:
                Probing.Woken(turn, woken.Trunk);
                break;
            case CallInput.ResponseReceived received:
                Probing.Responded(turn, received.Response);
                break;
            case CallInput.TransportFailed failed:
                Probing.TransportFailed(turn, failed.Branch);
                break;
            case CallInput.Resolved resolved:
                Probing.Resolved(turn, resolved.Lookup, resolved.Targets);
                break;
            case CallInput.TimerDue:
                Verification.Due(turn);
                Probing.Due(turn);
                break;
            case CallInput.Recovered:
                Verification.All(turn);
                Probing.Reconcile(turn);
                break;
            default:
                // What is said to calls means nothing here.
                break;
        }

        if (turn.State.Rows >= MostRows)
        {
            turn.Happened(new TrunkEvent.Counted(turn.State.Name, turn.State.Slots, turn.State.PacedUntil, turn.State.Down));
        }

        return turn.Decided();
    }

    public static TrunkState Evolve(TrunkState state, TrunkEvent happened) => happened switch
    {
        TrunkEvent.Opened e => state with { Name = e.Name, Rows = state.Rows + 1 },
        TrunkEvent.Granted e => state with
        {
            Slots = e.Holds ? state.Slots.SetItem(e.Slot, e.At) : state.Slots,
            PacedUntil = e.PacedUntil,
            Rows = state.Rows + 1,
        },
        TrunkEvent.Freed e => state with { Slots = state.Slots.Remove(e.Slot), Rows = state.Rows + 1 },
        TrunkEvent.Counted e => state with { Name = e.Name, Slots = e.Slots, PacedUntil = e.PacedUntil, Endpoints = state.With(e.Down), Rows = 0 },
        TrunkEvent.EndpointJudged e => state.With(e.Uri, state.EndpointAt(e.Uri) with { IsDown = e.IsDown, Since = e.At }) with { Rows = state.Rows + 1 },
        TrunkEvent.EndpointGone e => state with { Endpoints = state.Endpoints.Remove(e.Uri), Rows = state.Rows + 1 },
        TrunkEvent.EndpointProbed e => state.With(e.Uri, e.Endpoint) with { Lookups = Math.Max(state.Lookups, e.Endpoint.Lookup) },
        TrunkEvent.Checked e => state with { CheckAt = e.Next, Round = e.Round },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "no evolution for this event"),
    };

    public static Instant NextDue(TrunkState state) => Instant.Earlier(
        state.Slots.IsEmpty ? Instant.Never : state.CheckAt,
        state.Endpoints.Values.Aggregate(Instant.Never, (due, endpoint) => Instant.Earlier(due, endpoint.NextDue)));

    /// <summary>
    /// Who is given a slot must not be forgotten. A slot given back may be: the call is asked again. Nor need a pace survive that nobody can have used twice:
    /// it goes with the next batch, and a takeover takes longer than it reaches.
    /// </summary>
    public static Durability DurabilityOf(TrunkEvent happened) => happened switch
    {
        TrunkEvent.Granted { Holds: true } => Durability.Required,
        TrunkEvent.Checked or TrunkEvent.EndpointProbed => Durability.Volatile,
        _ => Durability.Lazy,
    };
}
