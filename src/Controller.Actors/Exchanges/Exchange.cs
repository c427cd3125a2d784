using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Exchanges;

/// <summary>
/// Requests outside a dialog that are for somebody behind us, and make no dialog: MESSAGE (RFC 3428), OPTIONS to a user, PUBLISH (RFC 3903), NOTIFY that
/// nobody has subscribed to, and methods that we do not know. One actor has all those of one Call-ID and From tag.
/// <code>
///   request ──▶ routes ──▶ bindings, names ──▶ our requests ──▶ best response ──▶ response ──timer J──▶ (forgotten)
/// </code>
/// Nothing is stored: every name on the other side is a function of the request, so a request that comes again after a crash becomes the same bytes again,
/// and the other side takes it for the retransmission that it is.
/// </summary>
public readonly struct Exchange : IActor<ExchangeState, CallInput, ExchangeEvent, CallEffect, ControllerSettings>
{
    public static ExchangeState Empty => ExchangeState.Empty;

    public static CallInput TimerDue => CallInput.TimerDue.Instance;

    public static CallInput Recovered => CallInput.Recovered.Instance;

    public static Decision<ExchangeState, ExchangeEvent, CallEffect> Decide(ExchangeState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        var turn = new ForwardingTurn(context, state.Lookups);
        ExchangeState next = input switch
        {
            CallInput.RequestReceived received => Requested(turn, state, received.Request, received.Flow),
            CallInput.ResponseReceived received => OfClient(turn, state, Dialogs.ClientBranch(received.Response), (one, client) =>
                client.Method == received.Response.Method ? Forks.Responded(turn, one, client, received.Response) : one),
            CallInput.TransportFailed failed => OfClient(turn, state, failed.Branch, (one, client) => Forks.TransportFailed(turn, one, client)),
            CallInput.BindingsFound found => OfLookup(turn, state, found.Lookup, one => Forwarding.BindingsFound(turn, one, found.Bindings)),
            CallInput.Resolved resolved => OfLookup(turn, state, resolved.Lookup, one => Forwarding.Resolved(turn, one, resolved.Targets)),
            CallInput.TimerDue => Each(turn, state, static _ => true, one => Forks.TimerDue(turn, one)),

            // What is asked of calls means nothing here, and nothing was stored that could be recovered.
            _ => state,
        };

        // Of a request that has been answered at once nothing is left.
        next = next.Contexts.IsEmpty ? ExchangeState.Empty : next with { Lookups = turn.Lookups };
        return new(next, next == state ? [] : [new ExchangeEvent.Became(next)], turn.Effects, Stop: next.Contexts.IsEmpty);
    }

    public static ExchangeState Evolve(ExchangeState state, ExchangeEvent happened) => happened switch
    {
        ExchangeEvent.Became became => became.State,
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "no evolution for this event"),
    };

    public static Instant NextDue(ExchangeState state)
    {
        Instant due = Instant.Never;
        foreach (ResponseContext context in state.Contexts)
        {
            due = Instant.Earlier(due, context.NextDue);
        }

        return due;
    }

    public static Durability DurabilityOf(ExchangeEvent happened) => Durability.Volatile;

    private static ExchangeState Requested(ForwardingTurn turn, ExchangeState state, SipMessage request, Flow flow)
    {
        if (request.Method == SipMethod.Ack)
        {
            // 17: an ACK is never answered; nor does one belong here.
            return state;
        }

        if (Dialogs.Tag(request.Value(HeaderId.To)).Length > 0
            || request.Method is not (SipMethod.Message or SipMethod.Options or SipMethod.Publish or SipMethod.Notify or SipMethod.Unknown))
        {
            // 12.2.2: what we pass on here makes no dialog, so none is known.
            turn.Reply(request, flow, 481);
            return state;
        }

        string key = Dialogs.ServerKey(request);
        uint number = Dialogs.Number(request);
        foreach (ResponseContext context in state.Contexts)
        {
            if (context.Key == key)
            {
                Timers.Retransmission(turn, context.Server);
                return state;
            }

            if (context.Salt == number && context.Request.MethodText.SequenceEqual(request.MethodText))
            {
                // 8.2.2.2: the same From tag, Call-ID and CSeq by another path: "the UAS core SHOULD generate a 482 (Loop Detected) response".
                turn.Reply(request, flow, 482);
                return state;
            }
        }

        return Forwarding.Begin(turn, request, flow, key) is { } begun && Settle(turn, begun) is { } settled
            ? state with { Contexts = state.Contexts.Add(settled) }
            : state;
    }

    private static ExchangeState OfClient(ForwardingTurn turn, ExchangeState state, string branch, Func<ResponseContext, Transaction, ResponseContext> step) =>
        Each(turn, state, context => context.FindClient(branch) is not null, context => step(context, context.FindClient(branch)!));

    private static ExchangeState OfLookup(ForwardingTurn turn, ExchangeState state, int lookup, Func<ResponseContext, ResponseContext> step) =>
        Each(turn, state, context => context.Lookup == lookup, step);

    private static ExchangeState Each(ForwardingTurn turn, ExchangeState state, Func<ResponseContext, bool> which, Func<ResponseContext, ResponseContext> step)
    {
        foreach (ResponseContext context in state.Contexts)
        {
            if (which(context))
            {
                ResponseContext? next = Settle(turn, step(context));
                state = state with { Contexts = next is null ? state.Contexts.Remove(context) : state.Contexts.Replace(context, next) };
            }
        }

        return state;
    }

    /// <summary>Answers what has been decided.</summary>
    /// <returns>Null if nothing is left of it.</returns>
    private static ResponseContext? Settle(ForwardingTurn turn, ResponseContext context)
    {
        if (context is { IsDecided: true, Server: { IsPending: true } server })
        {
            byte[] response = context.Best is { } best
                ? Answers.Passed(context.Request, turn.Crossing(context.Legs[context.Winner - 1], context.Caller), context.Caller.LocalTag, best)
                : Answers.Own(context.Request, context.Caller, context.Caller.LocalTag, context.Status);
            context = context with { Server = Timers.Answer(turn, server, context.Status, response) };
        }

        return context.IsOver ? null : context;
    }
}
