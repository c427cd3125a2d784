using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>Asks for plans as a call does.</summary>
internal static class Plans
{
    /// <summary>Several trunks a, b, c … of one endpoint each, 198.51.100.1, .2, .3 …, and the routes given.</summary>
    public static ControllerSettings Settings(string trunks, params RouteSettings[] routes) => CallDriver.OneTrunk() with
    {
        Trunks = trunks.ToImmutableDictionary(letter => letter.ToString(), letter => new TrunkSettings
        {
            Name = letter.ToString(),
            Realm = "core",
            Endpoints = [new TrunkPeerSettings($"sip:198.51.100.{letter - 'a' + 1}:5080")],
        }),
        Routes = [.. routes],
    };

    public static RouteRequest Request(string user, string realm = "access", string method = "INVITE", string headers = "", string at = "2026-11-21T12:00:00Z", UInt128 lot = default, string trunk = "")
    {
        SipMessage message = SipMessage.Copy(Encoding.Latin1.GetBytes(
            $"{method} sip:{user}@203.0.113.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:z@y>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n{headers}Content-Length: 0\r\n\r\n"));
        DateTimeOffset moment = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture);
        return RouteRequest.Of(message, realm, trunk, lot, new Instant(moment.ToUnixTimeMilliseconds()));
    }

    /// <summary>The trunks in the order to try, one letter each; or the status.</summary>
    public static string Order(ControllerSettings settings, RouteRequest request)
    {
        RoutePlan plan = RoutePlan.For(settings, request);
        return plan.Status != 0 ? plan.Status.ToString(CultureInfo.InvariantCulture) : string.Concat(plan.Targets.Select(target => target.Trunk));
    }
}
