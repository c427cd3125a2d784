using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>
/// Those who hold slots are asked whether they still do. A call says that it is done when it is; this is for what was lost on the way (a node died with it,
/// a row was taken out by hand). After a takeover all are asked at once; else each once a minute.
/// </summary>
internal static class Verification
{
    private const int Rounds = 6;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(10);

    public static void Plan(TrunkTurn turn)
    {
        if (turn.State.CheckAt == Instant.Never)
        {
            turn.Happened(new TrunkEvent.Checked(turn.Now.After(s_round), turn.State.Round));
        }
    }

    public static void Due(TrunkTurn turn)
    {
        if (turn.State.CheckAt > turn.Now)
        {
            return;
        }

        foreach ((Slot slot, Instant since) in turn.State.Slots)
        {
            // A call that has just been given a slot may not have heard of it yet.
            if ((int)((ulong)slot.Call.Key % Rounds) == turn.State.Round && since.After(s_round) <= turn.Now)
            {
                Ask(turn, slot);
            }
        }

        turn.Happened(new TrunkEvent.Checked(turn.State.Slots.IsEmpty ? Instant.Never : turn.Now.After(s_round), (turn.State.Round + 1) % Rounds));
    }

    public static void All(TrunkTurn turn)
    {
        foreach (Slot slot in turn.State.Slots.Keys)
        {
            Ask(turn, slot);
        }

        if (!turn.State.Slots.IsEmpty)
        {
            Plan(turn);
        }
    }

    private static void Ask(TrunkTurn turn, Slot slot) => turn.Tell(slot.Call, new CallInput.TrunkChecked(turn.Self, slot.Leg));
}
