using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Exchanges;

/// <summary>What the responses to our requests mean for the one that led to them: RFC 3261 section 16.7, with the timing of RFC 4320.</summary>
internal static class Forks
{
    public static ResponseContext Responded(ForwardingTurn turn, ResponseContext context, Transaction client, SipMessage response)
    {
        Transaction next = client.Step(TransactionInput.Received(response.StatusCode), turn.Now, out TransactionEffects effects);
        context = Replace(context, client, (effects & TransactionEffects.Terminated) != 0 ? null : response.StatusCode < 200 ? next : next with { Request = default });
        context = context with { TryUntil = client.Leg == context.Legs.Length ? Instant.Never : context.TryUntil };
        if ((effects & TransactionEffects.PassToUser) == 0 || response.StatusCode < 200)
        {
            // RFC 4320 section 4.1: no provisional response of theirs is passed on; ours is a 100 of our own, in its time.
            return context;
        }

        Leg leg = context.Legs[client.Leg - 1];
        if (response.StatusCode >= 300)
        {
            return Failed(turn, context, leg, response.StatusCode, SipMessage.Copy(response.Raw));
        }

        // 16.7 step 5: a 2xx "MUST be immediately forwarded"; one more is for nobody.
        return context.IsDecided ? context : context with { Status = response.StatusCode, Winner = leg.Number, Best = SipMessage.Copy(response.Raw) };
    }

    /// <param name="response">The refusal; null if it is of our own making.</param>
    public static ResponseContext Failed(ForwardingTurn turn, ResponseContext context, Leg leg, int status, SipMessage? response)
    {
        if (status == 503 && Alternatives.PassedOver(leg, status, response) is { } passedOver)
        {
            turn.Do(passedOver);
        }

        context = context with { Legs = context.Legs.SetItem(leg.Number - 1, leg with { State = LegState.Terminated }) };
        return context.IsDecided ? context : GoOn(
            turn, Count(context, status, response, leg.Number), leg.Trunk, status, LongRequests.IsSentAgain(context.Targets, leg, status, response is not null));
    }

    /// <summary>16.7 step 6: "any 6xx class response", else "from the lowest response class"; what did not come at all is worth least.</summary>
    public static ResponseContext Count(ResponseContext context, int status, SipMessage? response, int leg) =>
        context.BestStatus == 0 || Rank(status) < Rank(context.BestStatus) ? context with { BestStatus = status, Best = response, Winner = leg } : context;

    private static int Rank(int status) => status >= 600 ? 0 : status == 408 ? 9 : status / 100;

    /// <summary>After a target has failed: wait for the others, try the next, or tell the caller.</summary>
    /// <param name="again">The next one is the same by UDP.</param>
    public static ResponseContext GoOn(ForwardingTurn turn, ResponseContext context, string trunk, int status, bool again = false)
    {
        if (!context.Targets.IsEmpty && context.Lookup == 0 && status < 600
            && (again || IsRetried(turn, context, trunk, status)))
        {
            return Forwarding.TryNext(turn, context);
        }

        if (context.Parallel && !context.Targets.IsEmpty)
        {
            return context;
        }

        foreach (Transaction client in context.Clients)
        {
            if (client.IsPending)
            {
                return context;
            }
        }

        return context.Lookup != 0 ? context : context with { Status = context.BestStatus };
    }

    private static bool IsRetried(ForwardingTurn turn, ResponseContext context, string trunk, int status) => context.RetryOn.IsEmpty
        ? turn.Settings.Trunks.TryGetValue(trunk, out TrunkSettings? settings) && settings.RetryOn.Contains(status)
        : context.RetryOn.Contains(status);

    public static ResponseContext TimerDue(ForwardingTurn turn, ResponseContext context)
    {
        foreach (Transaction client in context.Clients)
        {
            if (Timers.Elapse(turn, client, out bool timedOut) is var next && next != client)
            {
                context = Replace(context, client, next);
            }

            if (timedOut)
            {
                // 8.1.3.1: "it MUST be treated as if a 408 (Request Timeout) status code has been received".
                context = Failed(turn, context, context.Legs[client.Leg - 1], 408, null);
            }
        }

        if (context.TryUntil <= turn.Now && !context.IsDecided)
        {
            context = context with { TryUntil = Instant.Never };
            context = context.Targets.IsEmpty ? context : Forwarding.TryNext(turn, context);
        }

        if (context.Server is { } server)
        {
            context = context with { Server = Timers.Elapse(turn, server, out _) };
        }

        // RFC 4320 section 4.2: "A transaction-stateful SIP element MUST NOT send a response with Status-Code of 408 to a non-INVITE request": the
        // server transaction ends in silence.
        return context.IsDecided || context.GiveUpAt > turn.Now ? context : context with { Status = 408 };
    }

    public static ResponseContext TransportFailed(ForwardingTurn turn, ResponseContext context, Transaction client)
    {
        if (!client.IsPending)
        {
            return context;
        }

        Leg leg = context.Legs[client.Leg - 1];
        if (NextHops.OtherThan(turn.Settings, leg, client.Flow) is { } other)
        {
            turn.Send(other, client.Request, client.Branch);
            return Replace(context, client, client with { Flow = other });
        }

        // 8.1.3.1: "If a fatal transport error is reported by the transport layer … the condition MUST be treated as a 503".
        return Failed(turn, Replace(context, client, null), leg, 503, null);
    }

    public static ResponseContext Replace(ResponseContext context, Transaction client, Transaction? next)
    {
        for (int i = 0; i < context.Clients.Length; i++)
        {
            if (context.Clients[i].Branch == client.Branch)
            {
                return context with { Clients = next is null ? context.Clients.RemoveAt(i) : context.Clients.SetItem(i, next) };
            }
        }

        return context;
    }
}
