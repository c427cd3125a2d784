using Controller.Actors.Calls.Concerns;
using Controller.Actors.Calls.Events;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing;

/// <summary>What routing looks at: a request, or, of a transfer, an INVITE that is still to be made.</summary>
/// <param name="Realm">Where it comes from.</param>
/// <param name="Uri">Its Request-URI; schemes other than sip, sips and tel have been refused before (416).</param>
/// <param name="Lot">What stands for chance in a weighted choice: the actor's key.</param>
/// <param name="At">The time that routes by time of day go by: the same when it is asked again.</param>
public sealed record RouteRequest(string Realm, ReadOnlyMemory<byte> Uri, UInt128 Lot, Instant At)
{
    /// <summary>The trunk that it comes from; empty: none that is known.</summary>
    public string Trunk { get; init; } = "";

    /// <summary>As on the wire.</summary>
    public string Method { get; init; } = SipMethod.Invite.Name();

    /// <summary>Its header fields; null: it has none.</summary>
    public SipMessage? Message { get; init; }

    /// <summary>The user was looked up and has no binding: routes for registered users do not match.</summary>
    public bool IsUnregistered { get; init; }

    /// <summary>A request as it was received: routing sees what the rules of its trunk or its realm make of it.</summary>
    public static RouteRequest TakenIn(ControllerSettings settings, SipMessage received, string realm, string trunk, UInt128 lot, Instant at) =>
        Of(Boundary.TakenIn(settings.BoundaryOf(realm, trunk), received), realm, trunk, lot, at);

    /// <summary>A call's INVITE as if it came now, under these settings: who sent it is asked again, too.</summary>
    public static RouteRequest Again(ControllerSettings settings, CallEvent.Received call, UInt128 lot)
    {
        var invite = SipMessage.Copy(call.Invite.Span);
        string realm = call.Caller.Realm;
        string? user = CallerAuthentication.Verified(settings, call.At, invite, realm);
        return TakenIn(settings, invite, realm, settings.TrunkAt(realm, call.Caller.Flow.Remote, user), lot, call.At);
    }

    /// <param name="request">As it was taken in.</param>
    public static RouteRequest Of(SipMessage request, string realm, string trunk, UInt128 lot, Instant at) => new(realm, request.RequestUri.ToArray(), lot, at)
    {
        Trunk = trunk,
        Method = request.Method == SipMethod.Unknown ? System.Text.Encoding.Latin1.GetString(request.MethodText) : request.Method.Name(),
        Message = request,
    };
}
