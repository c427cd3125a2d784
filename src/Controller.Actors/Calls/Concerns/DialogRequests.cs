using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Every request of ours within a dialog leaves here: the next number (RFC 3261 section 12.2.1.1), a branch of its own, the credentials that the leg's trunk has asked
/// for, the event, and then the message. (An ACK has no number of its own, a CANCEL those of its INVITE.)
/// </summary>
internal static class DialogRequests
{
    /// <param name="leg">As the dialog has it.</param>
    /// <param name="write">Writes it, given branch and number.</param>
    /// <param name="peer">Branch of the request that it relays; empty if it is our own.</param>
    /// <param name="dialog">The early dialog it is in, by our tag towards the caller; empty: the leg's own.</param>
    /// <returns>Its branch.</returns>
    public static string Send(
        Turn turn, Leg leg, SipMethod method, Func<string, uint, byte[]> write, string peer = "", string dialog = "", RequestPurpose purpose = RequestPurpose.Call)
    {
        uint cseq = leg.LocalCSeq + 1;
        string branch = turn.Branch(leg.Number, cseq, method, dialog);
        byte[] bytes = TrunkAuthentication.Authorized(turn, leg, write(branch, cseq));
        var to = NextHops.Of(turn, leg);
        turn.Happened(new CallEvent.RequestSent(turn.Now, leg.Number, branch, method, cseq, to, peer, bytes) { Purpose = purpose, Dialog = dialog });
        turn.Send(to, bytes, branch);
        return branch;
    }
}
