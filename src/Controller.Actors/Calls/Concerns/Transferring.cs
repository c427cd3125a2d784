using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Actors.Tokens;
using Controller.Sip.Messages;
using Controller.Sip.Topology;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// A REFER carried out here, up to the target's answer (RFC 5589 section 6, seen from the transferor; the rest is <see cref="Joining"/>):
/// 1 202 and NOTIFY 100, 2 ask the routes, or the call that Replaces names, 3 try the targets as those of a call are tried.
/// </summary>
internal static class Transferring
{
    public static void Begin(Turn turn, SipMessage refer, string key, Leg referrer, uint number)
    {
        Flow back = Responses.Destination(refer, referrer.Flow);

        // RFC 4488 section 4: "Refer-Sub: false" asks for no subscription, and is said again in the 2xx.
        bool notified = !refer.Value(Controller.Sip.Headers.HeaderId.ReferSub).StartsWith("false"u8);
        byte[] accepted = Answers.Accepted(refer, referrer, notified);
        turn.Happened(new CallEvent.RequestAccepted(turn.Now, referrer.Number, key, SipMethod.Refer, number, back, refer.Raw.ToArray()));
        turn.Happened(new CallEvent.RequestAnswered(turn.Now, referrer.Number, key, 202, accepted, "", AckHeld: false));
        turn.Send(back, accepted);
        turn.Happened(new CallEvent.TransferStarted(turn.Now, referrer.Number, refer.Raw.ToArray(), notified, turn.Now.After(turn.Settings.Calls.NoAnswer)));

        // RFC 3515 section 2.4.4: "the agent … MUST … immediately send a NOTIFY".
        Notify(turn, 100);
        Route(turn);
    }

    public static void Route(Turn turn)
    {
        Transfer transfer = turn.State.Transfer!;
        (string uri, string replaces) = TransferRequests.TargetOf(transfer.Refer);
        if (ReplacedDialogs.Query(turn.Secret, Latin1.Octets(uri), Latin1.Octets(replaces)) is { } dialog)
        {
            ReplacedDialogs.Ask(turn, Setup.NextLookup(turn), dialog);
            return;
        }

        RoutePlan plan = Plan(turn, transfer, uri, unregistered: false);
        if (plan.AddressOfRecord is { } aor)
        {
            turn.Do(new CallEffect.LookUpBindings(Setup.NextLookup(turn), ActorKeys.ForAddressOfRecord(turn.Secret, aor)));
        }
        else
        {
            Follow(turn, plan);
        }
    }

    private static RoutePlan Plan(Turn turn, Transfer transfer, string uri, bool unregistered) =>
        RoutePlan.For(turn.Settings, new RouteRequest(turn.State.Legs[transfer.Referrer].Realm, Latin1.Octets(Boundary.Dialled(turn.Settings, turn.State.Legs[transfer.Referrer], uri)), turn.Self.Key, turn.Now)
        {
            Trunk = turn.State.Legs[transfer.Referrer].Trunk,
            IsUnregistered = unregistered,
        });

    private static void Follow(Turn turn, RoutePlan plan)
    {
        if (plan.Status != 0)
        {
            Joining.Fail(turn, plan.Status);
            return;
        }

        turn.Happened(new CallEvent.TransferRouted(plan.Targets));
        TryNext(turn);
    }

    public static void BindingsFound(Turn turn, int lookup, ImmutableArray<Binding> bindings)
    {
        if (!IsAwaited(turn, lookup) || turn.State.Transfer is not { } transfer)
        {
            return;
        }

        RoutePlan plan = Plan(turn, transfer, TransferRequests.TargetOf(transfer.Refer).Uri, unregistered: bindings.IsEmpty);
        if (plan.AddressOfRecord is null)
        {
            Follow(turn, plan);
            return;
        }

        string party = $"<sip:{plan.AddressOfRecord}>";
        turn.Happened(new CallEvent.TransferRouted([.. bindings.OrderByDescending(binding => binding.Q)
            .Select(binding => new Target(binding.Contact, party, binding.Flow, "", 0, binding.Flow.Transport, binding.Flow.Listener, ""))]));
        if (bindings.IsEmpty)
        {
            Joining.Fail(turn, 480);
        }

        while (turn.State.Transfer is { Targets: [var next, ..] })
        {
            Try(turn, next, next.Flow!);
        }
    }

    public static void DialogFound(Turn turn, int lookup, DialogParty? party)
    {
        if (!IsAwaited(turn, lookup))
        {
            return;
        }

        if (party is null)
        {
            // RFC 3891 section 3: 481 if there is no such dialog; what the target would have said of itself.
            Joining.Fail(turn, TransferRequests.TargetOf(turn.State.Transfer!.Refer).Replaces.Length > 0 ? 481 : 404);
            return;
        }

        turn.Happened(new CallEvent.TransferRouted([party.AsTarget()]));
        TryNext(turn);
    }

    public static void Resolved(Turn turn, int lookup, ImmutableArray<Flow> flows)
    {
        if (!IsAwaited(turn, lookup) || turn.State.Transfer is not { Targets: [var target, ..] } transfer)
        {
            return;
        }

        if (flows.Length > 1)
        {
            turn.Happened(new CallEvent.TransferRouted(Alternatives.Of(transfer.Targets, flows)));
            target = turn.State.Transfer!.Targets[0];
        }

        if (!flows.IsEmpty)
        {
            Try(turn, target, flows[0]);
            return;
        }

        // RFC 3261 section 8.1.3.1: a next hop that cannot be found is treated as a 503.
        turn.Happened(new CallEvent.TransferRouted(transfer.Targets.RemoveAt(0)));
        GoOn(turn, 503);
    }

    private static bool IsAwaited(Turn turn, int lookup) => lookup == turn.State.Lookups && !IsOpen(turn.State) && turn.State.Transfer is { Answered: 0 };

    private static bool IsOpen(CallState state)
    {
        for (int i = state.Transfer?.FirstLeg ?? state.Legs.Length; i < state.Legs.Length; i++)
        {
            if (state.Legs[i].State is LegState.Calling or LegState.Early)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The trunk of the next target has said whether it takes the call.</summary>
    public static void Admitted(Turn turn, bool granted)
    {
        if (granted)
        {
            TryNext(turn);
            return;
        }

        turn.Happened(new CallEvent.TransferRouted(turn.State.Transfer!.Targets.RemoveAt(0)));
        GoOn(turn, 503);
    }

    private static void TryNext(Turn turn)
    {
        Target target = turn.State.Transfer!.Targets[0];
        if (TrunkAdmission.Ask(turn, turn.State.Legs.Length, target.Trunk))
        {
            return;
        }

        if (target.Flow is { } flow)
        {
            Try(turn, target, flow);
        }
        else
        {
            turn.Do(new CallEffect.Resolve(Setup.NextLookup(turn), target.Host, target.Port, target.Transport, target.Listener) { AnyTransport = target.AnyTransport });
        }
    }

    private static void Try(Turn turn, Target target, Flow flow)
    {
        Transfer transfer = turn.State.Transfer!;
        Leg referrer = turn.State.Legs[transfer.Referrer];
        if (referrer.Description is not { } description)
        {
            // Nothing to offer: the remaining party has never described itself.
            Joining.Fail(turn, 488);
            return;
        }

        int number = turn.State.Legs.Length;
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        string host = Relay.HostInUri(listener.AdvertiseHost);
        string callId = turn.CallIdValue(number);
        Leg leg = Boundary.Formed(turn.Settings, new Leg
        {
            Number = number,
            State = LegState.Calling,
            CallIdValue = callId,
            LocalTag = turn.LocalTag(number),
            LocalParty = TransferRequests.Caller(turn.State.Opposite(referrer), new TopologyHiding(host, turn.Settings.Registrar.PublicDomains), listener.SentBy),
            RemoteParty = target.RemoteParty,
            RemoteTarget = target.Uri,
            LocalCSeq = 1,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(callId, listener),
            Realm = listener.Realm,
            Trunk = target.Trunk,
        });
        CodecFilter codecs = Boundary.Codecs(turn.Settings, turn.State.Opposite(referrer), leg);
        if (codecs.Refuses(description.Body.Span))
        {
            turn.Happened(new CallEvent.TransferRouted(transfer.Targets.RemoveAt(0)));
            GoOn(turn, 488);
            return;
        }

        string branch = turn.Branch(number, leg.LocalCSeq, SipMethod.Invite);
        byte[] bytes = TransferRequests.Invite(turn.Crossing(referrer, leg), branch, transfer.Refer, target.Replaces, codecs.Apply(description.Body.Span, isOffer: true).ToArray());
        if (LongRequests.IsTooLong(turn.Settings, target, flow, bytes.Length) && LongRequests.ByTcp(turn.Settings, transfer.Targets, flow) is { } targets)
        {
            turn.Happened(new CallEvent.TransferRouted(targets));
            Try(turn, targets[0], targets[0].Flow!);
            return;
        }

        turn.Happened(new CallEvent.TransferTried(turn.Now, leg, branch, bytes));
        turn.Send(flow, bytes, branch);
    }

    /// <summary>A leg has failed, in whatever way: if it was tried for a transfer, that goes on.</summary>
    public static void LegFailed(Turn turn, Leg leg, int status)
    {
        if (turn.State.Transfer is { Answered: 0 } transfer && leg.Number >= transfer.FirstLeg)
        {
            GoOn(turn, status);
        }
    }

    /// <summary>After a target has failed: wait for the others, try the next one, or give up. As <see cref="Forking.GoOn"/> for the call itself.</summary>
    private static void GoOn(Turn turn, int status)
    {
        Transfer transfer = turn.State.Transfer!;
        bool global = status >= 600;
        if (IsOpen(turn.State) && !global)
        {
            return;
        }

        ImmutableArray<Target> left = status is 408 or 503 ? transfer.Targets : Alternatives.Without(transfer.Targets);
        if (!left.IsEmpty && !global)
        {
            if (left.Length != transfer.Targets.Length)
            {
                turn.Happened(new CallEvent.TransferRouted(left));
            }

            TryNext(turn);
            return;
        }

        int best = global || transfer.BestStatus == 0 ? status : transfer.BestStatus;
        Joining.Fail(turn, best is 401 or 407 ? 403 : best is >= 300 and < 400 ? 480 : best);
    }

    /// <summary>Tells the referrer, if it wants to be told: RFC 3515 section 2.4.4.</summary>
    public static void Notify(Turn turn, int status)
    {
        if (turn.State.Transfer is not { IsNotified: true } transfer)
        {
            return;
        }

        Leg leg = turn.State.Legs[transfer.Referrer];
        DialogRequests.Send(turn, leg, SipMethod.Notify, (branch, cseq) => TransferRequests.Notify(leg, branch, cseq, transfer.CSeq, status), peer: Transfer.Own);
    }

    /// <summary>After a recovery: what was being looked up is asked for again.</summary>
    public static void Resume(Turn turn)
    {
        if (turn.State.Transfer is { Answered: 0 } transfer && !IsOpen(turn.State))
        {
            if (!transfer.Targets.IsEmpty)
            {
                TryNext(turn);
            }
            else if (turn.State.Legs.Length == transfer.FirstLeg)
            {
                Route(turn);
            }
            else
            {
                GoOn(turn, transfer.BestStatus == 0 ? 408 : transfer.BestStatus);
            }
        }
    }
}
