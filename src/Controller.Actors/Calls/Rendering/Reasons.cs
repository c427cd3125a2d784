using Controller.Actors.Calls.State;
using Controller.Actors.Routing.Refusals;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Rendering;

/// <summary>Values of the Reason header field (RFC 3326) in what we say of our own accord, and the one that a peer has given.</summary>
internal static class Reasons
{
    /// <summary>RFC 3326 section 3.1: with this a phone that loses a fork shows no missed call.</summary>
    public const string CompletedElsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

    /// <summary>RFC 4028 section 10.</summary>
    public const string SessionTimerExpired = "SIP;cause=408;text=\"Session timer expired\"";

    /// <summary>RFC 3261 section 13.3.1.4.</summary>
    public const string NoAck = "SIP;cause=408;text=\"No ACK\"";

    /// <summary>Normal clearing (Q.850), by whoever runs this node.</summary>
    public const string Operator = "Q.850;cause=16;text=\"Hung up by the operator\"";

    /// <summary>Normal, unspecified (Q.850).</summary>
    public const string MaxDuration = "Q.850;cause=31;text=\"Maximum duration reached\"";

    /// <summary>Normal clearing (Q.850) of a party whom another has replaced.</summary>
    public const string Transferred = "Q.850;cause=16;text=\"Transferred\"";

    /// <summary>The first callee's final response that ends the search for everybody.</summary>
    public static string Of(int status) => $"SIP;cause={status};text=\"{Latin1.Text(StatusCodes.Phrase(status))}\"";

    /// <summary>A cause of ISUP; empty for none.</summary>
    public static string OfCause(int cause) => cause == 0 ? "" : $"{Refusal.Protocol};cause={cause}";

    /// <summary>What a refusal says, but for what names its side, and with another cause of ISUP.</summary>
    public static string With(Crossing over, SipMessage response, int cause)
    {
        TopologyHiding hiding = over.Hiding(response);
        var values = new List<string> { OfCause(cause) };
        foreach (ReadOnlySpan<byte> value in response.Values(HeaderId.Reason))
        {
            if (!Refusal.IsCause(Latin1.Text(value), out _) && HeaderHiding.Told(value, hiding) is { } told)
            {
                values.Add(Latin1.Text(told));
            }
        }

        return string.Join(", ", values);
    }

    /// <summary>What a peer's CANCEL says, but for what names its side; empty if it gives no reason.</summary>
    public static string In(Turn turn, SipMessage request, Leg from)
    {
        TopologyHiding hiding = turn.Crossing(from, from).Hiding(request);
        var values = new List<string>();
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.Reason))
        {
            if (HeaderHiding.Told(value, hiding) is { } told)
            {
                values.Add(Latin1.Text(told));
            }
        }

        return string.Join(", ", values);
    }
}
