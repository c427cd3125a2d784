using Controller.Actors.Calls.State;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Concerns;

/// <summary>An UPDATE (RFC 3311) from one side when the other side does not take it.</summary>
internal static class UpdateInterworking
{
    /// <summary>
    /// By which method a request goes on. Within an established dialog an UPDATE with an offer becomes a re-INVITE, which every peer takes; one without needs
    /// no other party. An early dialog has no such way: there, who has said nothing of methods is asked.
    /// </summary>
    /// <returns>Null: it goes no further, we answer it.</returns>
    public static SipMethod? MethodFor(SipMessage request, Leg other, string dialog)
    {
        if (request.Method != SipMethod.Update || (dialog.Length > 0 ? other.Capabilities.AllowsUpdate() : OwnRequests.TakesUpdate(other, other.Timer)))
        {
            return request.Method;
        }

        return dialog.Length == 0 && Dialogs.HasSession(request) ? SipMethod.Invite : null;
    }

    /// <summary>A peer of which we thought that it takes UPDATE does not: 405, or 501 (RFC 3261 sections 21.4.6 and 21.5.2).</summary>
    public static bool IsUnknown(Turn turn, Transaction client, SipMessage response) =>
        response.StatusCode is 405 or 501 && client is { Method: SipMethod.Update, Dialog: "" } && turn.State.Phase == CallPhase.Established
        && turn.State.Legs[client.Leg].Timer is { NoUpdate: false };
}
