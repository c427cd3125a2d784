using System.Globalization;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>
/// C9: RFC 3264 section 8 of the session descriptions that leave: in one dialog, one way, the origin stays the same, the version stays the same with the
/// description, and grows by exactly one with each that differs.
/// </summary>
/// <param name="mayComeLate">The journal stalls or fails, or the node dies: what was to leave first may have stayed behind, and leaves when it is asked for again.</param>
internal sealed class Descriptions(bool mayComeLate)
{
    private readonly HashSet<(ulong, int)> _seen = [];
    private readonly Dictionary<string, Description> _last = [];
    private readonly Dictionary<string, int> _arrived = [];
    private int _now;

    /// <summary>A message reaches the node.</summary>
    public void Arrived(SipMessage message)
    {
        if (message.IsRequest)
        {
            _arrived.TryAdd(Request(message), ++_now);
        }
        else if (message.Method == SipMethod.Invite && message.StatusCode / 100 == 2)
        {
            _arrived.TryAdd(Acknowledged(message), ++_now);
        }
    }

    public void Check(SipMessage message)
    {
        if (message.Body.IsEmpty || !_seen.Add(Fingerprint.Of(message.Raw)))
        {
            return;
        }

        string ours = PartyText.Tag(message, message.IsRequest ? HeaderId.From : HeaderId.To);
        string theirs = PartyText.Tag(message, message.IsRequest ? HeaderId.To : HeaderId.From);
        string side = $"{PartyText.Value(message, HeaderId.CallId)} {ours}";
        Description now = Read(message.Body) with { Left = ++_now };

        // What stood in an INVITE that forked was said in each of its dialogs.
        if (_last.TryGetValue(side + theirs, out Description? before) || _last.TryGetValue(side, out before))
        {
            bool follows = now.Origin == before.Origin && (now.Version == before.Version ? now.Print == before.Print : now.Version == before.Version + 1);
            if (mayComeLate && now.Origin == before.Origin && now.Version + 1 == before.Version && before.Before is null)
            {
                _last[side + theirs] = before with { Before = now };
                return;
            }

            // An ACK that carries an answer stays behind like a response, and leaves when the 2xx comes again (RFC 3261 section 13.2.2.4).
            string asks = !message.IsRequest ? Request(message) : message.Method == SipMethod.Ack ? Acknowledged(message) : "";
            if (mayComeLate && _arrived.TryGetValue(asks, out int asked) && WasCurrent(now, asked, before))
            {
                return;
            }

            if (!follows)
            {
                throw new ViolationException("C9", $"o={before.Origin} version {before.Version} is followed by o={now.Origin} version {now.Version}{(now.Version == before.Version ? " with other content" : "")}");
            }
        }

        _last[side + theirs] = now.Version == before?.Version ? before : now with { Before = before };
    }

    /// <summary>What answers something that was here before the next description left, and that says what was said until then: it was decided in time.</summary>
    private static bool WasCurrent(Description now, int asked, Description last)
    {
        for (Description next = last; next.Before is { } said; next = said)
        {
            if (said.Origin == now.Origin && said.Version == now.Version)
            {
                return said.Print == now.Print && asked < next.Left;
            }
        }

        return false;
    }

    /// <summary>A request, by what its responses have of it.</summary>
    private static string Request(SipMessage message) => $"{PartyText.ServerKey(message)} {PartyText.Value(message, HeaderId.CallId)} {PartyText.Value(message, HeaderId.CSeq)}";

    /// <summary>A 2xx to an INVITE, by what its ACK has of it.</summary>
    private static string Acknowledged(SipMessage message) => $"ACK {PartyText.Value(message, HeaderId.CallId)} {PartyText.Number(message)} {PartyText.Tag(message, HeaderId.To)}";

    private static Description Read(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> line = body[(body.IndexOf("o="u8) + 2)..];
        string[] fields = Encoding.Latin1.GetString(line[..line.IndexOf((byte)'\r')]).Split(' ');
        return new($"{fields[0]} {fields[1]}", ulong.Parse(fields[2], CultureInfo.InvariantCulture), Fingerprint.Of(body));
    }

    /// <param name="Left">When it first left, among the arrivals.</param>
    /// <param name="Before">The version before it; null if it has not been seen.</param>
    private sealed record Description(string Origin, ulong Version, (ulong, int) Print, int Left = 0, Description? Before = null);
}
