using System.Text.Json.Serialization;

namespace Controller.Host.Admin.Routes;

/// <summary>A request to be routed in thought.</summary>
/// <param name="Uri">The Request-URI: <c>sip:+15551234@example.test</c>.</param>
/// <param name="Realm">The segment it comes from; null: the first listener's.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RouteQuestion(string? Uri, string? Realm = null);

/// <param name="Decision">registered, trunk or rejected.</param>
/// <param name="Route">Name of the route that matched; null if none did.</param>
/// <param name="Trace">One line for every step taken, in order.</param>
public sealed record RouteAnswer(string Decision, string? Route, int? Status, IReadOnlyList<RouteTargetView> Targets, IReadOnlyList<string> Trace);

/// <param name="Trunk">Null: registered bindings of the address-of-record.</param>
public sealed record RouteTargetView(string? Trunk, string Uri);
