using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Concerns;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Exchanges;

/// <summary>
/// From a request outside a dialog to its requests on the other side: 1 challenge, 2 ask the routes, 3 find bindings or addresses, 4 try targets (all at
/// once, or one after the other). The same routes and the same authentication as a call's.
/// </summary>
internal static class Forwarding
{
    /// <returns>Null if the request was challenged; nothing is kept of it then.</returns>
    public static ResponseContext? Begin(ForwardingTurn turn, SipMessage request, Flow flow, string key)
    {
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        uint salt = Dialogs.Number(request);
        string tag = turn.Tag(0, salt);
        if (CallerAuthentication.Challenge(turn.Settings, turn.Now, request, flow, listener.Realm, tag, out string? user) is { } challenge)
        {
            turn.Send(Responses.Destination(request, flow), challenge);
            return null;
        }

        SipMessage kept = SipMessage.Copy(request.Raw);
        var caller = new Leg
        {
            Number = 0,
            State = LegState.Calling,
            CallIdValue = Latin1.Text(request.Value(HeaderId.CallId)),
            LocalTag = tag,
            RemoteTag = Dialogs.Tag(request.Value(HeaderId.From)),
            LocalParty = Dialogs.Party(request.Value(HeaderId.To)),
            RemoteParty = Dialogs.Party(request.Value(HeaderId.From)),
            RemoteTarget = Dialogs.ContactUri(request),
            RouteSet = RouteSets.OfRequest(request),
            RemoteCSeq = salt,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(turn.CallIdValue(0, salt), listener),
            Realm = listener.Realm,
            Trunk = turn.Settings.TrunkAt(listener.Realm, flow.Remote, user),
        };
        var context = new ResponseContext
        {
            Key = key,
            Request = kept,
            Caller = caller,
            Server = Transaction.Start(TransactionKind.NonInviteServer, 0, key, request.Method, salt, Responses.Destination(request, flow), turn.Now) with { Received = kept },
            Salt = salt,
            GiveUpAt = turn.Now.After(SipTimers.Default.T1Times64),
        };
        return Route(turn, context);
    }

    private static ResponseContext Route(ForwardingTurn turn, ResponseContext context)
    {
        RoutePlan plan = RoutePlan.For(turn.Settings, Question(turn, context));
        if (plan.AddressOfRecord is not { } aor)
        {
            return Follow(turn, context, plan);
        }

        int lookup = turn.NextLookup();
        turn.Do(new CallEffect.LookUpBindings(lookup, ActorKeys.ForAddressOfRecord(turn.Settings.Secret.Span, aor)));
        return context with { Lookup = lookup };
    }

    /// <summary>The request as the other side sees it; what answers it is made from the request itself.</summary>
    private static SipMessage TakenIn(ForwardingTurn turn, ResponseContext context) => Boundary.TakenIn(turn.Settings, context.Caller, context.Request);

    private static ResponseContext Follow(ForwardingTurn turn, ResponseContext context, RoutePlan plan) =>
        plan.Status != 0 ? context with { Status = plan.Status } : TryNext(turn, context with { Targets = plan.Targets, RetryOn = plan.RetryOn });

    private static RouteRequest Question(ForwardingTurn turn, ResponseContext context) =>
        RouteRequest.TakenIn(turn.Settings, context.Request, context.Caller.Realm, context.Caller.Trunk, turn.Self.Key, turn.Now);

    public static ResponseContext BindingsFound(ForwardingTurn turn, ResponseContext context, ImmutableArray<Binding> bindings)
    {
        context = context with { Lookup = 0 };
        RoutePlan plan = RoutePlan.For(turn.Settings, Question(turn, context) with { IsUnregistered = bindings.IsEmpty });
        if (plan.AddressOfRecord is not { } aor)
        {
            return Follow(turn, context, plan);
        }

        if (bindings.IsEmpty)
        {
            return context with { Status = 480 };
        }

        context = context with { Targets = RoutePlan.TargetsOf(aor, bindings), Parallel = true };
        while (!context.Targets.IsEmpty)
        {
            context = Try(turn, context, context.Targets[0].Flow!);
        }

        return context;
    }

    /// <summary>Tries the target at the head of the list; a name is looked up first.</summary>
    public static ResponseContext TryNext(ForwardingTurn turn, ResponseContext context)
    {
        Target target = context.Targets[0];
        if (target.Flow is { } flow)
        {
            return Try(turn, context, flow);
        }

        int lookup = turn.NextLookup();
        turn.Do(new CallEffect.Resolve(lookup, target.Host, target.Port, target.Transport, target.Listener) { AnyTransport = target.AnyTransport });
        return context with { Lookup = lookup, TryUntil = Instant.Never };
    }

    public static ResponseContext Resolved(ForwardingTurn turn, ResponseContext context, ImmutableArray<Flow> flows)
    {
        context = context with { Lookup = 0 };
        if (context.IsDecided || context.Targets.IsEmpty)
        {
            return context;
        }

        if (flows.Length > 1)
        {
            context = context with { Targets = Alternatives.Of(context.Targets, flows) };
        }

        // 8.1.3.1: a next hop that cannot be found is treated as a 503.
        return flows.IsEmpty
            ? Forks.GoOn(turn, Forks.Count(context with { Targets = context.Targets.RemoveAt(0) }, 503, null, 0), context.Targets[0].Trunk, 503)
            : Try(turn, context, flows[0]);
    }

    private static ResponseContext Try(ForwardingTurn turn, ResponseContext context, Flow flow)
    {
        Target target = context.Targets[0];
        ResponseContext before = context;
        context = context with { Targets = context.Targets.RemoveAt(0) };
        int number = context.Legs.Length + 1;
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        string callId = turn.CallIdValue(number, context.Salt);
        Leg leg = Boundary.Formed(turn.Settings, new Leg
        {
            Number = number,
            State = LegState.Calling,
            CallIdValue = callId,
            LocalTag = turn.Tag(number, context.Salt),
            LocalParty = Contacts.CallerTowards(turn.Settings, listener, TakenIn(turn, context)),
            RemoteParty = target.RemoteParty,
            RemoteTarget = target.Uri,
            LocalCSeq = 1,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(callId, listener),
            Realm = listener.Realm,
            Trunk = target.Trunk,
        });
        context = context with { Legs = context.Legs.Add(leg) };
        int refusal = NamedDialogs.Refusal(turn.Crossing(context.Caller, leg), context.Request);
        if (refusal != 0)
        {
            return Forks.Failed(turn, context, leg, refusal, null);
        }

        string branch = turn.Branch(number, leg.LocalCSeq, context.Request.Method, context.Salt);
        byte[] bytes = Requests.Outside(turn.Crossing(context.Caller, leg), branch, context.Request);
        if (LongRequests.IsTooLong(turn.Settings, target, flow, bytes.Length) && LongRequests.ByTcp(turn.Settings, before.Targets, flow) is { } targets)
        {
            return Try(turn, before with { Targets = targets }, targets[0].Flow!);
        }

        Transaction client = Transaction.Start(TransactionKind.NonInviteClient, number, branch, context.Request.Method, leg.LocalCSeq, flow, turn.Now) with { Request = bytes };
        turn.Send(flow, bytes, branch);
        turn.Keep();
        bool another = !context.Targets.IsEmpty && !context.Parallel;
        return context with
        {
            Clients = context.Clients.Add(client),
            TryUntil = another && turn.Settings.Trunks.TryGetValue(target.Trunk, out TrunkSettings? trunk) ? turn.Now.After(trunk.TryTimeout) : Instant.Never,
        };
    }
}
