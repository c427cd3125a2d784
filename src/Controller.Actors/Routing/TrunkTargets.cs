using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Actors.Routing;

/// <summary>From trunks in the order to try to their endpoints in the order to try.</summary>
internal static class TrunkTargets
{
    /// <summary>Sees how many are wanted before it makes them: a table may name hundreds.</summary>
    /// <param name="most">How many targets are tried at most.</param>
    public static ImmutableArray<Target> Of(
        ControllerSettings settings, IEnumerable<(string Trunk, string Reason)> trunks, string number, UInt128 lot, int most, RouteTrace? trace)
    {
        var targets = ImmutableArray.CreateBuilder<Target>();
        foreach ((string name, string reason) in trunks)
        {
            if (targets.Count >= most)
            {
                if (trace is null)
                {
                    break;
                }

                trace.Drop(name, null, $"{reason}: no more than {most} are tried");
                continue;
            }

            if (settings.TrunkOf(name) is not { } trunk)
            {
                trace?.Drop(name, null, $"{reason}: no such trunk is configured");
                continue;
            }

            foreach (TrunkPeerSettings peer in EndpointsOf(trunk, lot))
            {
                if (TargetAt(settings, trunk, peer, number) is not { } target)
                {
                    trace?.Drop(name, peer.Uri, $"{reason}: realm {trunk.Realm} has no listener for it");
                }
                else if (targets.Count < most)
                {
                    targets.Add(target);
                    trace?.Take(name, target.Uri, reason);
                }
                else
                {
                    trace?.Drop(name, target.Uri, $"{reason}: no more than {most} are tried");
                }
            }
        }

        return targets.ToImmutable();
    }

    private static ImmutableArray<TrunkPeerSettings> EndpointsOf(TrunkSettings trunk, UInt128 lot) => trunk.Endpoints.Length == 1 ? trunk.Endpoints : Ordered(trunk, lot);

    private static ImmutableArray<TrunkPeerSettings> Ordered(TrunkSettings trunk, UInt128 lot) =>
    [
        .. trunk.Endpoints.GroupBy(peer => peer.Priority).OrderBy(group => group.Key)
            .SelectMany(same => WeightedOrder.Of([.. same], candidate => candidate.Weight, WeightedOrder.LotOf(lot, trunk.Name))),
    ];

    /// <summary>One endpoint as a target; null if its realm has no listener for it.</summary>
    /// <param name="number">User part; empty for none.</param>
    public static Target? TargetAt(ControllerSettings settings, TrunkSettings trunk, TrunkPeerSettings peer, string number)
    {
        if (peer.Place is not { } place)
        {
            return null;
        }

        string written = Relay.HostInUri(place.Host);
        string at = place.Port == 0 ? written : $"{written}:{place.Port}";
        string user = number.Length == 0 ? "" : (IsPlain(number) ? number : Uri.EscapeDataString(number).Replace("%2B", "+", StringComparison.Ordinal)) + "@";
        string requestUri = $"sip:{user}{at}{(place.Asked is { } asked ? ";transport=" + asked.UriToken() : "")}";
        return NextHops.Of(settings, trunk, place, requestUri, $"<sip:{user}{written}>");
    }

    /// <summary>A number, as most are: nothing of it has to be escaped.</summary>
    private static bool IsPlain(string number) => !number.AsSpan(number[0] == '+' ? 1 : 0).ContainsAnyExceptInRange('0', '9');
}
