using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// From the caller's INVITE to the first INVITE of ours:
/// 1 challenge, 2 store the INVITE, 3 ask the routes, 4 find bindings or addresses, 5 try targets (all at once, or one after the other).
/// </summary>
internal static class Setup
{
    public static void Received(Turn turn, SipMessage invite, Flow flow, string key)
    {
        if (IsMergedOrLooped(turn.State, invite))
        {
            turn.Reply(invite, flow, 482, turn.LocalTag(0));
            return;
        }

        // Another INVITE with the Call-ID of a call that is not over: there is one call to a Call-ID (8.1.1.4 wants it unique).
        if (turn.State.Phase is not (CallPhase.None or CallPhase.Ended) || IsBeingTakenDown(turn.State))
        {
            turn.Send(Responses.Destination(invite, flow), Responses.Begin(invite, 500, default, flow.Remote, turn.LocalTag(0)).Header(HeaderId.RetryAfter, "5"u8).Finish());
            return;
        }

        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        string contact = Dialogs.ContactUri(invite);
        if (contact.Length == 0)
        {
            // 8.1.1.8: "The Contact header field MUST be present and contain exactly one SIP or SIPS URI in any request that can result in … a dialog".
            turn.Reply(invite, flow, 400, turn.LocalTag(0));
            return;
        }

        if (invite.Has(HeaderId.Replaces) && !Replaces.TryParse(invite.Value(HeaderId.Replaces), out _))
        {
            // RFC 3891 section 3: what is no Replaces, or more than one of them, is "rejected with a 400 response".
            turn.Reply(invite, flow, 400, turn.LocalTag(0));
            return;
        }

        if (!CallerAuthentication.Passes(turn, invite, flow, listener.Realm, out string? user))
        {
            return;
        }

        if (SessionTimers.IsTooSmall(turn, invite))
        {
            turn.Send(Responses.Destination(invite, flow), Answers.IntervalTooSmall(invite, flow.Remote, turn.LocalTag(0), turn.Settings.Calls));
            return;
        }

        var caller = new Leg
        {
            Number = 0,
            State = LegState.Calling,
            CallIdValue = Latin1.Text(invite.Value(HeaderId.CallId)),
            LocalTag = turn.TagOfNewCall(),
            RemoteTag = Dialogs.Tag(invite.Value(HeaderId.From)),
            LocalParty = Dialogs.Party(invite.Value(HeaderId.To)),
            RemoteParty = Dialogs.Party(invite.Value(HeaderId.From)),
            RemoteTarget = contact,
            RouteSet = RouteSets.OfRequest(invite),
            RemoteCSeq = Dialogs.Number(invite),
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(CallToken.Encode(turn.Secret, turn.Self.Key, 0, 0), listener),
            Realm = listener.Realm,
            Trunk = turn.Settings.TrunkAt(listener.Realm, flow.Remote, user),
            Capabilities = PeerCapabilities.Of(invite),
        };
        turn.Happened(new CallEvent.Received(turn.Now, caller, key, invite.Raw.ToArray(), turn.Now.After(turn.Settings.Calls.NoAnswer)));
        Begin(turn);
    }

    /// <summary>
    /// 8.2.2.2: "If the From tag, Call-ID, and CSeq exactly match those associated with an ongoing transaction, but the request does not match that
    /// transaction (based on the matching rules in Section 17.2.3), the UAS core SHOULD generate a 482": it came here by two ways. The Call-ID of a leg of
    /// ours in an INVITE without a To tag: our own INVITE has come back by somebody who took our Via away (16.3 step 4).
    /// </summary>
    private static bool IsMergedOrLooped(CallState state, SipMessage invite)
    {
        if (state.Phase == CallPhase.None)
        {
            return false;
        }

        return state.Legs[0].CallIdValue != Latin1.Text(invite.Value(HeaderId.CallId))
            || (state.Legs[0].RemoteTag == Dialogs.Tag(invite.Value(HeaderId.From))
                && state.Find(TransactionKind.InviteServer, 0) is { } ongoing && ongoing.CSeq == Dialogs.Number(invite));
    }

    /// <summary>The Call-ID of a call that is over but not done: a peer has not been told, or has not answered yet.</summary>
    private static bool IsBeingTakenDown(CallState state)
    {
        bool open = !state.Answers.IsEmpty;
        foreach (Transaction transaction in state.Transactions)
        {
            open |= transaction is { IsClient: true, IsPending: true };
        }

        return open;
    }

    /// <summary>The INVITE is stored: from here on, and again after a recovery that finds no target tried. First of all, may its trunk bring one more call?</summary>
    public static void Begin(Turn turn)
    {
        if (!TrunkAdmission.Ask(turn, 0, turn.State.A.Trunk))
        {
            Route(turn);
        }
    }

    /// <summary>An emergency number is called: no limit holds for it.</summary>
    public static bool IsEmergency(Turn turn) => RoutePlan.For(turn.Settings, Question(turn)).IsEmergency;

    /// <summary>Steps 3 and 4, from the stored INVITE: after the reception, and again after a recovery that finds no target tried.</summary>
    public static void Route(Turn turn)
    {
        SipMessage invite = turn.State.Invite!;
        DialogQuery? dialog = ReplacedDialogs.Named(turn.Secret, invite);
        RoutePlan plan = RoutePlan.For(turn.Settings, Question(turn));
        if (plan.Status == 0 || dialog is not null)
        {
            turn.Send(Responses.Destination(invite, turn.State.A.Flow), Responses.Begin(invite, 100, default, turn.State.A.Flow.Remote, null).Finish());
        }

        if (dialog is not null)
        {
            ReplacedDialogs.Ask(turn, NextLookup(turn), dialog);
        }
        else if (plan.AddressOfRecord is { } aor)
        {
            int lookup = NextLookup(turn);
            turn.Do(new CallEffect.LookUpBindings(lookup, ActorKeys.ForAddressOfRecord(turn.Secret, aor)));
        }
        else
        {
            Follow(turn, plan);
        }
    }

    /// <summary>The INVITE as the callee sees it; what answers it is made from the INVITE itself.</summary>
    private static SipMessage TakenIn(Turn turn) => Boundary.TakenIn(turn.Settings, turn.State.A, turn.State.Invite!);

    /// <summary>By the time that the call began: asked again after a recovery, it is the same question.</summary>
    private static RouteRequest Question(Turn turn) =>
        RouteRequest.TakenIn(turn.Settings, turn.State.Invite!, turn.State.A.Realm, turn.State.A.Trunk, turn.Self.Key, turn.State.StartedAt);

    private static void Follow(Turn turn, RoutePlan plan)
    {
        if (plan.Status != 0)
        {
            Forking.Refuse(turn, plan.Status, "rejected", plan.Explanation, "controller");
            return;
        }

        turn.Happened(new CallEvent.Routed(plan.Route, plan.Targets, Parallel: false)
        {
            RetryOn = plan.RetryOn,
            BudgetUntil = plan.Budget is { } budget ? turn.State.StartedAt.After(budget) : Instant.Never,
        });
        TryNext(turn);
    }

    public static void BindingsFound(Turn turn, int lookup, ImmutableArray<Binding> bindings)
    {
        if (lookup != turn.State.Lookups || turn.State.Phase != CallPhase.Routing)
        {
            return;
        }

        RoutePlan plan = RoutePlan.For(turn.Settings, Question(turn) with { IsUnregistered = bindings.IsEmpty });
        if (plan.AddressOfRecord is null)
        {
            Follow(turn, plan);
            return;
        }

        if (bindings.IsEmpty)
        {
            Forking.Refuse(turn, 480, "rejected", "not registered", "controller");
            return;
        }

        turn.Happened(new CallEvent.Routed(plan.Route, RoutePlan.TargetsOf(plan.AddressOfRecord, bindings), Parallel: true));
        while (!turn.State.Targets.IsEmpty)
        {
            Target target = turn.State.Targets[0];
            if (!CodecLimits.IsPassedOver(turn, target))
            {
                Try(turn, target, target.Flow!);
            }
        }

        if (turn.State.Legs.Length == 1)
        {
            Forking.GoOn(turn, 488, null);
        }
    }

    /// <summary>The call that an INVITE named has said who is beyond its dialog.</summary>
    public static void DialogFound(Turn turn, int lookup, DialogParty? party)
    {
        if (lookup != turn.State.Lookups || turn.State.Phase != CallPhase.Routing)
        {
            return;
        }

        if (party is null)
        {
            // RFC 3891 section 3: "If no match is found, the UAS rejects the INVITE and returns a 481 Call/Transaction Does Not Exist response." Without
            // Replaces it is a Request-URI that "does not identify an address that the UAS is willing to accept" (RFC 3261 section 8.2.2.1).
            Forking.Refuse(turn, turn.State.Invite!.Has(HeaderId.Replaces) ? 481 : 404, "rejected", "names a dialog that is not known", "controller");
            return;
        }

        turn.Happened(new CallEvent.Routed("", [party.AsTarget()], Parallel: false));
        TryNext(turn);
    }

    /// <summary>Tries the target at the head of the list; a name is looked up first.</summary>
    public static void TryNext(Turn turn)
    {
        if (turn.State.BudgetUntil <= turn.Now)
        {
            Forking.BudgetSpent(turn);
            return;
        }

        Target target = turn.State.Targets[0];
        if (CodecLimits.IsPassedOver(turn, target))
        {
            GoOn(turn, 488);
            return;
        }

        if (TrunkAdmission.Ask(turn, turn.State.Legs.Length, target.Trunk))
        {
            return;
        }

        if (target.Flow is { } flow)
        {
            Try(turn, target, flow);
            return;
        }

        int lookup = NextLookup(turn);
        turn.Do(new CallEffect.Resolve(lookup, target.Host, target.Port, target.Transport, target.Listener) { AnyTransport = target.AnyTransport });
    }

    /// <summary>The trunk of the target at the head of the list has said whether it takes the call.</summary>
    public static void Admitted(Turn turn, bool granted)
    {
        if (!granted)
        {
            turn.Happened(new CallEvent.Routed(turn.State.Route, turn.State.Targets.RemoveAt(0), turn.State.Parallel));
        }

        if (granted)
        {
            TryNext(turn);
        }
        else
        {
            GoOn(turn, 503);
        }
    }

    /// <summary>A target has been left out without an attempt.</summary>
    /// <param name="status">What the caller is told if there is no other, and nobody has refused.</param>
    private static void GoOn(Turn turn, int status)
    {
        if (turn.State.Targets.IsEmpty)
        {
            Forking.GoOn(turn, status, null);
        }
        else
        {
            TryNext(turn);
        }
    }

    public static void Resolved(Turn turn, int lookup, ImmutableArray<Flow> flows)
    {
        // Asked again after a recovery or on another node, a look-up has two answers: the second must not be taken for that of the next target.
        if (lookup != turn.State.Lookups || !turn.State.IsLookedUp || turn.State.IsDecided || turn.State.Targets.IsEmpty)
        {
            return;
        }

        if (flows.Length > 1)
        {
            turn.Happened(new CallEvent.Routed(turn.State.Route, Alternatives.Of(turn.State.Targets, flows), turn.State.Parallel));
        }

        if (!flows.IsEmpty)
        {
            Try(turn, turn.State.Targets[0], flows[0]);
            return;
        }

        // 8.1.3.1: a next hop that cannot be found is treated as a 503.
        turn.Happened(new CallEvent.Routed(turn.State.Route, turn.State.Targets.RemoveAt(0), turn.State.Parallel));
        Forking.GoOn(turn, 503, null);
    }

    private static void Try(Turn turn, Target target, Flow flow)
    {
        int number = turn.State.Legs.Length;
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        SipMessage invite = turn.State.Invite!;
        string callId = turn.CallIdValue(number);
        Leg leg = Boundary.Formed(turn.Settings, new Leg
        {
            Number = number,
            State = LegState.Calling,
            CallIdValue = callId,
            LocalTag = turn.LocalTag(number),
            LocalParty = Contacts.CallerTowards(turn.Settings, listener, TakenIn(turn)),
            RemoteParty = target.RemoteParty,
            RemoteTarget = target.Uri,
            LocalCSeq = 1,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(callId, listener),
            Realm = listener.Realm,
            Trunk = target.Trunk,
        });
        string branch = turn.Branch(number, leg.LocalCSeq, SipMethod.Invite);
        byte[] bytes = Requests.Invite(turn.Crossing(turn.State.A, leg), branch, invite, target.Replaces);
        if (LongRequests.IsTooLong(turn.Settings, target, flow, bytes.Length) && LongRequests.ByTcp(turn.Settings, turn.State.Targets, flow) is { } targets)
        {
            turn.Happened(new CallEvent.Routed(turn.State.Route, targets, turn.State.Parallel));
            Try(turn, targets[0], targets[0].Flow!);
            return;
        }

        bool another = turn.State.Targets.Length > 1 && !turn.State.Parallel;
        Instant tryUntil = another && turn.Settings.TrunkOf(target.Trunk) is { } trunk ? turn.Now.After(trunk.TryTimeout) : Instant.Never;
        tryUntil = Instant.Earlier(tryUntil, turn.State.BudgetUntil);
        turn.Happened(new CallEvent.LegTried(turn.Now, leg, branch, bytes, tryUntil));
        turn.Send(flow, bytes, branch);
    }

    public static int NextLookup(Turn turn)
    {
        int lookup = turn.State.Lookups + 1;
        turn.Happened(new CallEvent.LookupAsked(lookup));
        return lookup;
    }
}
