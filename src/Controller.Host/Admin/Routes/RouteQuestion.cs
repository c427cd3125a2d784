using System.Text.Json.Serialization;

namespace Controller.Host.Admin.Routes;

/// <summary>A request to be routed in thought.</summary>
/// <param name="Uri">The Request-URI: <c>sip:+15551234@example.test</c>.</param>
/// <param name="Realm">The segment it comes from; null: the first listener's.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RouteQuestion(string? Uri = null, string? Realm = null)
{
    /// <summary>How many calls may be compared.</summary>
    public const int MostRecent = 1000;

    /// <summary>Address and port it comes from.</summary>
    public string? Source { get; init; }

    /// <summary>Whose credentials were right, in a realm that asks for them.</summary>
    public string? User { get; init; }

    /// <summary>Null: INVITE.</summary>
    public string? Method { get; init; }

    /// <summary><c>Name: value</c> each.</summary>
    public IReadOnlyList<string>? Headers { get; init; }

    /// <summary>When it comes; null: now.</summary>
    public string? At { get; init; }

    /// <summary>False: the user was looked up and has no binding.</summary>
    public bool? Registered { get; init; }

    /// <summary>The request as SIP text, instead of uri, method and headers.</summary>
    public string? Invite { get; init; }

    /// <summary>A candidate configuration (HOCON, one text, no includes): the same question is put to it.</summary>
    public string? Configuration { get; init; }

    /// <summary>With a candidate: how many of the newest calls that live are put to both configurations.</summary>
    public int? Recent { get; init; }
}
