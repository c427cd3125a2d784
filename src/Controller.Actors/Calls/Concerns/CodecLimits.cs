using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Concerns;

/// <summary>An offer that cannot be made, because codec rules leave nothing of it: refused before anything is rendered. (A transfer looks for itself.)</summary>
internal static class CodecLimits
{
    /// <summary>
    /// Nothing that the caller offers may be said to the target at the head of the list: it is not asked. True: it is no target any more. (Who calls for help is
    /// connected, with whatever codec.)
    /// </summary>
    public static bool IsPassedOver(Turn turn, Target target)
    {
        bool isPassedOver = turn.State.Route != RoutePlan.Emergency
            && Boundary.Codecs(turn.Settings, turn.State.A, turn.Settings.Listeners[target.Listener].Realm, target.Trunk).Refuses(BodyParts.Session(turn.State.Invite!));
        if (isPassedOver)
        {
            turn.Happened(new CallEvent.Routed(turn.State.Route, turn.State.Targets.RemoveAt(0), turn.State.Parallel));
        }

        return isPassedOver;
    }

    /// <summary>Nothing that a request within the call offers may be said to the other side.</summary>
    public static bool IsRefused(Turn turn, SipMessage request, Leg from, Leg to) =>
        turn.State.Route != RoutePlan.Emergency && Relay.IsOffer(request) && Boundary.Codecs(turn.Settings, from, to).Refuses(BodyParts.Session(request));
}
