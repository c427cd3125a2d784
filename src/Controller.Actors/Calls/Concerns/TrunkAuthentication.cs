using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Evolution;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// We are the client that a trunk challenges: 401 and 407 to whatever request of ours are answered with the trunk's credentials (RFC 3261 section 22, RFC 7616,
/// RFC 8760), as the same attempt. Neither the challenge nor the credentials are anybody else's: the other side sees nothing of it, the journal no secret.
/// </summary>
internal static class TrunkAuthentication
{
    /// <summary>How many challenges one request answers: a proxy's, a server's, and a stale nonce of either.</summary>
    private const int Most = 4;

    /// <param name="client">As it was before this response.</param>
    /// <param name="to">Where the response came from, if that is another connection than the request went by.</param>
    /// <returns>False if the challenge cannot be answered, or has been: then it is a refusal like any other.</returns>
    public static bool TryAgain(Turn turn, Transaction client, SipMessage response, Flow to)
    {
        if (response.StatusCode is not (401 or 407) || !client.IsPending || client.Request.IsEmpty || client.Challenges >= Most || !IsWanted(turn.State, client))
        {
            return false;
        }

        Leg leg = turn.State.Side(client.Leg, client.Dialog);
        SipMessage refused = SipMessage.Copy(client.Request.Span);
        ImmutableArray<AnsweredChallenge> asked = DigestAnswers.Asked(leg.Challenges, refused, client.Challenges, response);
        if (asked.IsEmpty || Account(turn, leg) is not { } account)
        {
            return false;
        }

        uint cseq = leg.LocalCSeq + 1;
        string branch = turn.Branch(leg.Number, cseq, client.Method, client.Dialog);
        byte[] again = CredentialLines.Again(refused, branch, cseq, Lines(turn, leg.Number, account, ChallengeProgress.Merged(leg.Challenges, asked), refused));
        byte[] ack = client.Method == SipMethod.Invite ? Requests.AckRefusal(client.Request.Span, response) : [];
        turn.Happened(new CallEvent.Challenged(turn.Now, client.Leg, client.Branch, ack, asked, branch, cseq, to, again));
        turn.Send(to, ack);
        turn.Send(to, again, branch);
        return true;
    }

    /// <summary>A request of ours within the dialog: with credentials from the start, if the leg has been challenged before (RFC 7616 section 3.6).</summary>
    public static byte[] Authorized(Turn turn, Leg leg, byte[] request) => leg.Challenges.IsEmpty || Account(turn, leg) is not { } account
        ? request
        : CredentialLines.With(request, Lines(turn, leg.Number, account, leg.Challenges, SipMessage.Copy(request)));

    /// <summary>Whoever waits for the response would have use for another one.</summary>
    private static bool IsWanted(CallState state, Transaction client)
    {
        if (state.FindClient(client.Branch, SipMethod.Cancel) is not null)
        {
            // 9.1: the CANCEL has crossed the challenge, and there is nothing left to cancel.
            return false;
        }

        return client switch
        {
            { Method: SipMethod.Bye } => true,
            { Purpose: RequestPurpose.Refresh } => state.Phase == CallPhase.Established,
            { Method: SipMethod.Invite, Peer: "" } => state.Legs[client.Leg].State is LegState.Calling or LegState.Early,
            { Method: SipMethod.Invite, Peer: Transfer.Own } => state.Transfer?.JoinBranch == client.Branch,
            { Peer: "" or Transfer.Own } => true,
            _ => state.FindServer(client.Peer) is { Received: not null },
        };
    }

    private static (string User, string Password)? Account(Turn turn, Leg leg) =>
        turn.Settings.TrunkOf(leg.Trunk) is { User: { } user, Password: { } password } ? (user, password) : null;

    private static string Lines(Turn turn, int leg, (string User, string Password) account, ImmutableArray<AnsweredChallenge> challenges, SipMessage request) =>
        DigestAnswers.Lines(account, challenges, request, nonce => turn.ClientNonce(leg, nonce));
}
