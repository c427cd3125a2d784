using System.Net;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Host.Configuration.Keys;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Host.Rehearsal;

/// <summary>A request that nobody has sent: typed in, or a fixture of a route.</summary>
/// <param name="Uri">The Request-URI.</param>
public sealed record RehearsedRequest(string Uri)
{
    /// <summary>Monday noon in UTC: the time where none is given, so that a fixture says the same every day.</summary>
    public static readonly DateTimeOffset SomeTime = new(2024, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Null: that of the first listener.</summary>
    public string? Realm { get; init; }

    /// <summary>Address and port; null: from nobody that is known.</summary>
    public string? Source { get; init; }

    /// <summary>Whose credentials were right, in a realm that asks for them; null: nobody's.</summary>
    public string? User { get; init; }
    public string Method { get; init; } = "INVITE";

    /// <summary><c>Name: value</c> each.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>A date and a time; null: <see cref="Otherwise"/>.</summary>
    public string? At { get; init; }
    public DateTimeOffset Otherwise { get; init; } = SomeTime;

    /// <summary>False: the user was looked up and has no binding.</summary>
    public bool IsRegistered { get; init; } = true;

    /// <summary>The whole request as text, instead of <see cref="Uri"/>, <see cref="Method"/> and <see cref="Headers"/>.</summary>
    public string? Text { get; init; }

    /// <exception cref="FormatException">Something cannot be understood; the message begins with what it is about.</exception>
    public RouteRequest Build(ControllerSettings settings)
    {
        string realm = Realm ?? settings.Listeners[0].Realm;
        if (settings.ListenerFor(realm) is null)
        {
            throw new FormatException($"realm: '{realm}' has no listener; known: {string.Join(", ", settings.Listeners.Select(l => l.Realm).Distinct())}");
        }

        if (User is not null && !(settings.Realms.GetValueOrDefault(realm) is { AuthenticateCalls: true } && settings.Registrar.Users.ContainsKey(User)))
        {
            throw new FormatException($"user: '{User}' cannot have shown who it is; expected a user of the registrar, and a realm with authenticate-calls");
        }

        SipMessage message = Message();
        RequireRoutable(Encoding.UTF8.GetString(message.RequestUri), message.RequestUri);
        var at = new Instant(Moment(settings).ToUnixTimeMilliseconds());
        IPEndPoint from = Endpoint() ?? new IPEndPoint(IPAddress.None, 0);
        return RouteRequest.TakenIn(settings, message, realm, settings.TrunkAt(realm, from, User), UInt128.Zero, at) with { IsUnregistered = !IsRegistered };
    }

    private static void RequireRoutable(string text, ReadOnlySpan<byte> uri)
    {
        if (!SipUri.TryParse(uri, out SipUri parsed) || parsed.Scheme == UriScheme.Other)
        {
            throw new FormatException($"uri: '{text}' is not a sip, sips or tel URI, such as \"sip:bob@example.test\"");
        }
    }

    private IPEndPoint? Endpoint()
    {
        bool read = IPEndPoint.TryParse(Source ?? "", out IPEndPoint? from);
        return Source is null || read ? from : throw new FormatException($"source: '{Source}' is not an address and a port, such as \"192.0.2.1:5060\"");
    }

    private DateTimeOffset Moment(ControllerSettings settings) => At is null ? Otherwise
        : MomentKind.TryParse(At, settings.TimeZone, out DateTimeOffset moment) ? moment
        : throw new FormatException($"at: '{At}' is not {new MomentKind().Expected}");

    private SipMessage Message()
    {
        if (Text is not null)
        {
            SipMessage message = Parse("invite", Complete(Text));
            return message.IsRequest ? message : throw new FormatException("invite: a response; expected a request");
        }

        RequireRoutable(Uri, Encoding.UTF8.GetBytes(Uri));
        if (Method.Length == 0 || !Method.All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal)))
        {
            throw new FormatException($"method: '{Method}' is not a method, such as INVITE");
        }

        foreach (string header in Headers)
        {
            if (header.IndexOf(':', StringComparison.Ordinal) <= 0 || header.Any(char.IsControl))
            {
                throw new FormatException($"headers: '{header}' is not one; expected \"Name: value\"");
            }
        }

        // What every request has (RFC 3261 section 8.1.1), unless it is given.
        string[] own =
        [
            "Via: SIP/2.0/UDP rehearsal.invalid;branch=z9hG4bKrehearsal", "Max-Forwards: 70", "From: <sip:rehearsal@rehearsal.invalid>;tag=1", $"To: <{Uri}>",
            "Call-ID: rehearsal", $"CSeq: 1 {Method}", "Contact: <sip:rehearsal@rehearsal.invalid>", "Content-Length: 0",
        ];
        IEnumerable<string> given = Headers.Select(header => header.Split(':')[0].Trim());
        IEnumerable<string> lines = own.Where(line => !given.Contains(line.Split(':')[0], StringComparer.OrdinalIgnoreCase)).Concat(Headers);
        return Parse("headers", $"{Method} {Uri} SIP/2.0\r\n{string.Join("\r\n", lines)}\r\n\r\n");
    }

    private static SipMessage Parse(string what, string text)
    {
        try
        {
            return SipMessage.Copy(Encoding.UTF8.GetBytes(text));
        }
        catch (FormatException bad)
        {
            throw new FormatException($"{what}: {bad.Message}", bad);
        }
    }

    /// <summary>A text that went through an editor: lines end as lines do, and an empty one ends the header.</summary>
    private static string Complete(string text)
    {
        text = text.TrimStart().ReplaceLineEndings("\r\n");
        return text.Contains("\r\n\r\n", StringComparison.Ordinal) ? text : text.TrimEnd() + "\r\n\r\n";
    }
}
