using System.Collections.Immutable;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.State;

/// <summary>
/// Finding early dialogs, and looking at a leg as one of them has it: what works on a leg's own dialog works the same on its early dialogs.
/// </summary>
public static class EarlyDialogs
{
    public static EarlyDialog? EarlyDialog(this CallState state, int leg, string remoteTag)
    {
        foreach (EarlyDialog dialog in state.EarlyDialogs)
        {
            if (dialog.Leg == leg && dialog.RemoteTag == remoteTag)
            {
                return dialog;
            }
        }

        return null;
    }

    /// <summary>The early dialog that the caller knows by this tag of ours.</summary>
    public static EarlyDialog? EarlyDialog(this CallState state, string callerTag)
    {
        foreach (EarlyDialog dialog in state.EarlyDialogs)
        {
            if (dialog.CallerTag == callerTag)
            {
                return dialog;
            }
        }

        return null;
    }

    /// <summary>Is the dialog still one that the call may go on with: an early one, or the one that was answered?</summary>
    public static bool IsOpen(this CallState state, string callerTag) =>
        callerTag.Length == 0 || state.EarlyDialog(callerTag) is { IsOver: false } || (state.Winner != 0 && state.A.LocalTag == callerTag);

    public static CallState With(this CallState state, EarlyDialog dialog) =>
        state with { Setup = state.Setup with { EarlyDialogs = state.EarlyDialogs.With(dialog) } };

    public static ImmutableArray<EarlyDialog> With(this ImmutableArray<EarlyDialog> dialogs, EarlyDialog dialog)
    {
        for (int i = 0; i < dialogs.Length; i++)
        {
            if (dialogs[i].CallerTag == dialog.CallerTag)
            {
                return dialogs.SetItem(i, dialog);
            }
        }

        return dialogs.Add(dialog);
    }

    /// <summary>One side of a dialog: the leg itself, or the leg as the early dialog with this tag has it, while there is one.</summary>
    public static Leg Side(this CallState state, int leg, string callerTag)
    {
        Leg own = state.Legs[leg];
        if (callerTag.Length == 0 || state.EarlyDialog(callerTag) is not { } dialog)
        {
            return own;
        }

        return own.IsA
            ? own with
            {
                LocalTag = dialog.CallerTag,
                LocalCSeq = dialog.CallerLocalCSeq,
                RemoteCSeq = dialog.CallerRemoteCSeq,
                Description = dialog.CallerDescription,
            }
            : own with
            {
                RemoteTag = dialog.RemoteTag,
                RemoteTarget = dialog.RemoteTarget,
                RouteSet = dialog.RouteSet,
                Capabilities = dialog.Capabilities,
                LocalCSeq = dialog.LocalCSeq,
                RemoteCSeq = dialog.RemoteCSeq,
                Description = dialog.CalleeDescription,
            };
    }

    /// <summary>The side of a dialog as it has become: what <see cref="Side"/> shows goes back to where it came from.</summary>
    public static CallState WithSide(this CallState state, Leg side, string callerTag)
    {
        if (callerTag.Length == 0 || state.EarlyDialog(callerTag) is not { } dialog)
        {
            return state.With(side);
        }

        return side.IsA
            ? state.With(dialog with { CallerLocalCSeq = side.LocalCSeq, CallerRemoteCSeq = side.RemoteCSeq, CallerDescription = side.Description })
                .With(state.A with { RemoteTarget = side.RemoteTarget })
            // An answer that comes when this dialog is forgotten is hung up with a number that no dialog of the leg has used.
            : state.With(state.Legs[side.Number] with { LocalCSeq = Math.Max(state.Legs[side.Number].LocalCSeq, side.LocalCSeq) }).With(dialog with
            {
                RemoteTarget = side.RemoteTarget,
                Capabilities = side.Capabilities,
                LocalCSeq = side.LocalCSeq,
                RemoteCSeq = side.RemoteCSeq,
                CalleeDescription = side.Description,
            });
    }

    /// <summary>A message passes on one side of an early dialog: offer and answer step.</summary>
    public static CallState Passed(this CallState state, int leg, string callerTag, OfferAnswer.Side sender, OfferAnswer.Carrier carrier, bool described)
    {
        if (callerTag.Length == 0 || state.EarlyDialog(callerTag) is not { } dialog)
        {
            return state;
        }

        return state.With(leg == 0
            ? dialog with { CallerExchange = OfferAnswer.Pass(dialog.CallerExchange, sender, carrier, described).Next }
            : dialog with { CalleeExchange = OfferAnswer.Pass(dialog.CalleeExchange, sender, carrier, described).Next });
    }
}
