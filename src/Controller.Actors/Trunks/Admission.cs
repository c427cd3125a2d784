using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Trunks.Health;

namespace Controller.Actors.Trunks;

/// <summary>Whether one more leg may use the trunk.</summary>
internal static class Admission
{
    public static void Asked(TrunkTurn turn, CallInput.TrunkAsked asked)
    {
        turn.Open(asked.Trunk);
        turn.Tell(asked.By, new CallInput.TrunkAnswered(asked.Lookup, asked.Leg, asked.Trunk, Judge(turn, asked)));
    }

    public static void Freed(TrunkTurn turn, Slot slot)
    {
        if (turn.State.Slots.ContainsKey(slot))
        {
            turn.Happened(new TrunkEvent.Freed(slot));
        }
    }

    private static TrunkVerdict Judge(TrunkTurn turn, CallInput.TrunkAsked asked)
    {
        var slot = new Slot(asked.By, asked.Leg);
        if (turn.State.Slots.ContainsKey(slot))
        {
            // Asked again, because the answer was lost with a node: it is the same leg.
            return TrunkVerdict.Granted;
        }

        TrunkSettings? settings = turn.SettingsOf(asked.Trunk);
        if (settings?.Health is not null && !asked.IsUrgent && turn.State.Endpoints.TryGetValue(asked.Endpoint, out EndpointHealth? endpoint) && endpoint.IsDown)
        {
            return TrunkVerdict.Down;
        }

        if (settings?.MaxCalls is { } most && !asked.IsUrgent && turn.State.Slots.Count >= most)
        {
            return TrunkVerdict.Full;
        }

        long paced = turn.State.PacedUntil;
        if (settings?.CallsPerSecond is { } perSecond && !Pace.Allows(turn.State.PacedUntil, turn.Now, perSecond, out paced) && !asked.IsUrgent)
        {
            return TrunkVerdict.TooFast;
        }

        if (settings is { MaxCalls: not null } or { CallsPerSecond: not null })
        {
            turn.Happened(new TrunkEvent.Granted(slot, turn.Now, paced, Holds: settings.MaxCalls is not null));
            Verification.Plan(turn);
        }

        return TrunkVerdict.Granted;
    }
}
