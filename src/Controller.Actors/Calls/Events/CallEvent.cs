using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Events;

/// <summary>
/// What has happened to a call: facts, past tense. Messages of ours that may have to be sent again stand in them byte for byte, so that
/// a recovered call, of whatever version, re-emits exactly what the peer has seen. <c>call.proto</c> holds the stored form.
/// </summary>
public abstract record CallEvent
{
    private CallEvent() { }

    /// <summary>An initial INVITE was accepted for handling (failover.md 5.1 #1).</summary>
    public sealed record Received(Instant At, Leg Caller, string Branch, ReadOnlyMemory<byte> Invite, Instant NoAnswerAt) : CallEvent;

    /// <summary>It is known where the call may go.</summary>
    public sealed record Routed(string Route, ImmutableArray<Target> Targets, bool Parallel) : CallEvent
    {
        /// <summary>Final responses after which the next target is tried; empty: those of the trunk that refused.</summary>
        public ImmutableArray<int> RetryOn { get; init; } = [];

        /// <summary>When a target has to ring at the latest.</summary>
        public Instant BudgetUntil { get; init; } = Instant.Never;
    }

    /// <summary>A target is tried: this INVITE goes out on a new leg (#2).</summary>
    public sealed record LegTried(Instant At, Leg Leg, string Branch, ReadOnlyMemory<byte> Invite, Instant TryUntil) : CallEvent;

    /// <summary>The target being tried has answered provisionally, and now has until then for its final response; or, with never, as long as the call has.</summary>
    public sealed record RingingLimited(Instant Until) : CallEvent;

    /// <summary>A callee rings or sends early media; <paramref name="Response"/> is what the caller gets (#4).</summary>
    public sealed record LegRang(
        Instant At, int Leg, int Status, string RemoteTag, string RemoteTarget, ImmutableArray<string> RouteSet, bool HasSession, ReadOnlyMemory<byte> Response) : CallEvent
    {
        /// <summary>Our tag in the response: the early dialog that the caller sees. Empty in what older versions stored.</summary>
        public string CallerTag { get; init; } = "";

        /// <summary>RSeq of the response to the caller; 0: it is not reliable (RFC 3262).</summary>
        public uint RSeq { get; init; }

        /// <summary>RSeq of the callee's response; 0: it was not reliable.</summary>
        public uint RemoteRSeq { get; init; }

        /// <summary>What the callee can do, in this dialog.</summary>
        public LegCapabilities Capabilities { get; init; }
    }

    /// <summary>A callee answered first; <paramref name="Response"/> is the 200 that the caller gets (#6).</summary>
    public sealed record LegAnswered(
        Instant At, int Leg, int Status, string RemoteTag, string RemoteTarget, ImmutableArray<string> RouteSet, string CallerTag, ReadOnlyMemory<byte> Response,
        bool AckHeld, Instant MaxDurationAt) : CallEvent
    {
        /// <summary>What the callee can do.</summary>
        public LegCapabilities Capabilities { get; init; }

        /// <summary>
        /// The 2xx waits: RFC 3262 section 3 forbids it before the PRACK of a reliable provisional response with a session description.
        /// </summary>
        public bool PrackAwaited { get; init; }
    }

    /// <summary>A leg's INVITE got a final response other than 2xx, timed out or could not be sent (#15).</summary>
    public sealed record LegFailed(Instant At, int Leg, int Status, ReadOnlyMemory<byte> Ack) : CallEvent;

    /// <summary>A leg is no longer wanted: CANCEL it as soon as RFC 3261 section 9.1 allows (#14).</summary>
    public sealed record LegCancelled(Instant At, int Leg) : CallEvent
    {
        /// <summary>Value of Reason in the CANCEL (RFC 3326); empty for none.</summary>
        public string Reason { get; init; } = "";
    }

    /// <summary>A leg answered when its answer was no longer wanted: it is acknowledged and hung up.</summary>
    public sealed record LegAnsweredLate(Instant At, int Leg, string RemoteTag, string RemoteTarget, ImmutableArray<string> RouteSet) : CallEvent;

    /// <summary>The caller got a final response other than 2xx (#14, #16).</summary>
    public sealed record Refused(Instant At, Ending Ending, ReadOnlyMemory<byte> Response) : CallEvent;

    /// <summary>A 2xx of ours was acknowledged; <paramref name="Ack"/> is the ACK with a session description that the other side gets, empty if it had its own (#7, #7b).</summary>
    public sealed record Acknowledged(Instant At, int Leg, uint CSeq, ReadOnlyMemory<byte> Ack) : CallEvent;

    /// <summary>A request within a dialog was accepted for relaying (#9, #11).</summary>
    public sealed record RequestAccepted(Instant At, int Leg, string Branch, SipMethod Method, uint CSeq, Flow Flow, ReadOnlyMemory<byte> Request) : CallEvent
    {
        /// <summary>The early dialog it belongs to, by our tag towards the caller; empty: the leg's own.</summary>
        public string Dialog { get; init; } = "";

        /// <summary>It goes on when the other side has acknowledged our 2xx: RFC 3261 section 14.1.</summary>
        public bool IsHeld { get; init; }
    }

    /// <summary>A request of ours within a dialog goes out. <paramref name="Peer"/>: branch of the request that it relays, empty if it is our own (a BYE).</summary>
    public sealed record RequestSent(Instant At, int Leg, string Branch, SipMethod Method, uint CSeq, Flow Flow, string Peer, ReadOnlyMemory<byte> Request) : CallEvent
    {
        /// <summary>Why it was sent.</summary>
        public RequestPurpose Purpose { get; init; }

        /// <summary>The early dialog it belongs to, by our tag towards the caller; empty: the leg's own.</summary>
        public string Dialog { get; init; } = "";
    }

    /// <summary>A relayed request got its final response from the other side: <paramref name="Response"/> goes back (#10).</summary>
    /// <param name="Branch">Of the request accepted.</param>
    /// <param name="RemoteTarget">New remote target of the leg that answered; empty if unchanged.</param>
    /// <param name="AckHeld">The answering side waits for a session description in our ACK.</param>
    public sealed record RequestAnswered(
        Instant At, int Leg, string Branch, int Status, ReadOnlyMemory<byte> Response, string RemoteTarget, bool AckHeld) : CallEvent
    {
        /// <summary>What the leg that answered can do; none if the response did not say.</summary>
        public LegCapabilities Capabilities { get; init; }

        /// <summary>The response carries a session description.</summary>
        public bool HasSession { get; init; }

        /// <summary>The call ended meanwhile: the response is ours, and the other side has not been heard yet.</summary>
        public bool Abandoned { get; init; }
    }

    /// <summary>The call is over after it was answered; who hung up and why (#12, #13). The legs named are still to be told by a BYE.</summary>
    public sealed record Ended(Instant At, Ending Ending, bool CallerOwed, bool CalleeOwed) : CallEvent
    {
        /// <summary>What the BYEs of ours say.</summary>
        public Farewell Farewell { get; init; } = Farewell.Silent;
    }

    /// <summary>An early dialog ended before an answer: by a BYE in it (RFC 3261 section 15) or a 199 (RFC 6228).</summary>
    public sealed record EarlyDialogEnded(Instant At, string CallerTag) : CallEvent;

    /// <summary>The caller's PRACK came: the reliable response is not sent again, and what waited for it goes out (failover.md 5.1 #4c).</summary>
    public sealed record ProvisionalAcknowledged(Instant At, string CallerTag, uint RSeq) : CallEvent;

    /// <summary>A BYE of a peer got its final response: repeated, it gets the same, whatever has become of the dialog and the node.</summary>
    public sealed record ByeAnswered(string Branch, int Status) : CallEvent;

    /// <summary>The ACK of a refusal of ours has come (RFC 3261 section 17.2.1): whoever takes the call over does not repeat it.</summary>
    public sealed record RefusalAcknowledged(Instant At, string Branch) : CallEvent;

    /// <summary>A BYE of ours has its final response: whoever takes the call over has nothing to repeat.</summary>
    public sealed record ByeSettled(Instant At, string Branch, int Status) : CallEvent;

    /// <summary>A peer's messages come from elsewhere now (a new connection): ours follow.</summary>
    public sealed record FlowMoved(int Leg, Flow Flow) : CallEvent;

    /// <summary>
    /// A second answer of one leg (a fork behind the callee's side, 13.2.2.4) is hung up by this BYE, which belongs to a dialog that is not the leg's own.
    /// </summary>
    public sealed record SecondAnswerHungUp(Instant At, int Leg, string Branch, uint CSeq, Flow Flow, ReadOnlyMemory<byte> Request) : CallEvent
    {
        /// <summary>The callee's tag in that dialog.</summary>
        public string RemoteTag { get; init; } = "";
    }

    /// <summary>After a recovery: the next request of ours on this leg jumps ahead, past numbers that lazy events may have lost (RFC 3261 section 12.2.1.1 allows gaps).</summary>
    public sealed record CSeqSkipped(int Leg, uint CSeq) : CallEvent;

    /// <summary>A REFER has gone to the other side: there is a subscription now, until it is known that there is none (#11).</summary>
    public sealed record ReferralStarted(Referral Referral) : CallEvent;

    /// <summary>A NOTIFY said how long the subscription of that REFER lasts.</summary>
    public sealed record ReferralExtended(int Leg, uint CSeq, Instant ExpiresAt) : CallEvent;

    /// <summary>The subscription of that REFER is over.</summary>
    public sealed record ReferralEnded(int Leg, uint CSeq) : CallEvent;

    /// <summary>A REFER was accepted and is carried out here (#11).</summary>
    public sealed record TransferStarted(Instant At, int Referrer, ReadOnlyMemory<byte> Refer, bool IsNotified, Instant GiveUpAt) : CallEvent;

    /// <summary>It is known where the target of a transfer may be reached.</summary>
    public sealed record TransferRouted(ImmutableArray<Target> Targets) : CallEvent;

    /// <summary>A target of a transfer is tried: this INVITE goes out on a new leg (#2).</summary>
    public sealed record TransferTried(Instant At, Leg Leg, string Branch, ReadOnlyMemory<byte> Invite) : CallEvent;

    /// <summary>A target of a transfer answered; <paramref name="Offer"/> is its description as the remaining party may see it (#6).</summary>
    public sealed record TransferAnswered(
        Instant At, int Leg, int Status, string RemoteTag, string RemoteTarget, ImmutableArray<string> RouteSet, ReadOnlyMemory<byte> Offer, LegCapabilities Capabilities) : CallEvent;

    /// <summary>The remaining party has been sent the re-INVITE with this branch, or, if that is empty, will be at that time.</summary>
    public sealed record TransferJoinSet(string Branch, Instant At) : CallEvent;

    /// <summary>The transfer is over: 200: the target has taken the referrer's place; any other status: all is as before.</summary>
    /// <param name="RemoteTarget">New remote target of the remaining party; empty if unchanged.</param>
    /// <param name="Joined">The remaining party has answered the re-INVITE with this status.</param>
    public sealed record TransferEnded(Instant At, int Status, string RemoteTarget, bool Joined) : CallEvent;

    /// <summary>A party that a transfer removes, or has brought in and not connected yet, has hung up; the call goes on.</summary>
    public sealed record PartyLeft(int Leg) : CallEvent;

    /// <summary>A leg's 3xx is followed: these are tried next, each as an attempt of its own (RFC 3261 section 8.1.3.4).</summary>
    public sealed record Redirected(int Leg, ImmutableArray<Target> Targets) : CallEvent;

    /// <summary>A session interval of a leg was agreed on, or has begun again, or its deadlines have moved (RFC 4028).</summary>
    public sealed record SessionTimed(int Leg, SessionTimer Timer) : CallEvent;

    /// <summary>A callee wants longer session intervals (422): its leg is tried again with this INVITE (RFC 4028 section 7.3).</summary>
    /// <param name="Ack">The ACK that the 422 got.</param>
    public sealed record LegTriedAgain(Instant At, int Leg, string Branch, uint CSeq, Flow Flow, ReadOnlyMemory<byte> Invite, ReadOnlyMemory<byte> Ack) : CallEvent;

    /// <summary>
    /// A trunk has challenged a request of ours (401, 407): it is sent again as <paramref name="Request"/>, with credentials and the next number (RFC 3261 section 22.2).
    /// </summary>
    /// <param name="Branch">Of the request that was challenged.</param>
    /// <param name="Ack">The ACK that the challenge got; empty if it was for another method than INVITE.</param>
    /// <param name="RetryBranch">Of the request that takes its place.</param>
    public sealed record Challenged(
        Instant At, int Leg, string Branch, ReadOnlyMemory<byte> Ack, ImmutableArray<AnsweredChallenge> Challenges, string RetryBranch, uint CSeq, Flow Flow,
        ReadOnlyMemory<byte> Request) : CallEvent;

    /// <summary>A refresh of ours got its final response, or none: <paramref name="Status"/> is 408 or 503 then.</summary>
    /// <param name="RemoteTarget">New remote target; empty if unchanged.</param>
    public sealed record RefreshAnswered(Instant At, int Leg, string Branch, int Status, SessionTimer Timer, string RemoteTarget) : CallEvent;

    /// <summary>Volatile: a transaction stepped. Rebuilt after a recovery from the events above.</summary>
    public sealed record TransactionStepped(Transaction Transaction) : CallEvent;

    /// <summary>Volatile: a transaction terminated.</summary>
    public sealed record TransactionEnded(Transaction Transaction) : CallEvent;

    /// <summary>Volatile: a 2xx was sent again; null <paramref name="Next"/>: it is given up.</summary>
    public sealed record AnswerRepeated(Answer Answer, Answer? Next) : CallEvent;

    /// <summary>Volatile: a reliable provisional response was sent again.</summary>
    public sealed record ProvisionalRepeated(ReliableProvisional Provisional, ReliableProvisional Next) : CallEvent;

    /// <summary>Volatile: a BYE has been answered over UDP; as long as it may come again the call stays.</summary>
    public sealed record Kept(Instant Until) : CallEvent;

    /// <summary>Volatile: the call is over and nobody waits for anything any more. What only those needed who did is left out.</summary>
    public sealed record Rested : CallEvent
    {
        public static readonly Rested Instance = new();
    }

    /// <summary>Volatile: a look-up was asked for.</summary>
    public sealed record LookupAsked(int Lookup) : CallEvent;

    /// <summary>Volatile: a trunk was asked whether the next leg, or the caller's own, may use it; again at <paramref name="AgainAt"/>, if it says nothing.</summary>
    public sealed record AdmissionAsked(int Lookup, Instant AgainAt) : CallEvent;

    /// <summary>Volatile: the trunk has said yes.</summary>
    public sealed record Admitted : CallEvent;
}
