using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls;

/// <summary>The several places that one look-up led to (RFC 3263 section 4.3): each is a target of its own, tried when the one before it cannot be had.</summary>
internal static class Alternatives
{
    /// <summary>What was found takes the place of what was looked up.</summary>
    /// <param name="flows">At least one.</param>
    public static ImmutableArray<Target> Of(ImmutableArray<Target> targets, ImmutableArray<Flow> flows)
    {
        Target head = targets[0];
        return
        [
            .. flows.Select((flow, i) => head with
            {
                Flow = flow,
                Host = "",
                Transport = flow.Transport,
                Listener = flow.Listener,
                AnyTransport = false,
                IsRedirected = head.IsRedirected && i == 0,
                IsAlternative = i > 0,
            }),
            .. targets.Skip(1),
        ];
    }

    /// <summary>4.3 is about a server that fails. One that has refused has been reached: whoever else stands for the same name would say the same.</summary>
    public static ImmutableArray<Target> Without(ImmutableArray<Target> targets) => [.. targets.SkipWhile(target => target.IsAlternative)];

    /// <summary>
    /// RFC 3261 section 21.5.4: "The server MAY indicate when the client should retry the request in a Retry-After header field"; one that was not reached
    /// at all says nothing. Null for a target that is not a peer's, and for one that goes on being tried.
    /// </summary>
    /// <param name="response">Null: 503 for a transport error, or 408 for silence (section 8.1.3.1).</param>
    public static CallEffect.PassOver? PassedOver(Leg leg, int status, SipMessage? response)
    {
        if (leg.Trunk.Length == 0 || leg.State != LegState.Calling)
        {
            return null;
        }

        return response is null ? status is 408 or 503 ? new CallEffect.PassOver(leg.Flow, null) : null
            : status == 503 && RetryAfter.Seconds(response) is { } seconds ? new CallEffect.PassOver(leg.Flow, TimeSpan.FromSeconds(seconds))
            : null;
    }
}
