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

    public void Check(SipMessage message)
    {
        if (message.Body.IsEmpty || !_seen.Add(Fingerprint.Of(message.Raw)))
        {
            return;
        }

        string ours = PartyText.Tag(message, message.IsRequest ? HeaderId.From : HeaderId.To);
        string theirs = PartyText.Tag(message, message.IsRequest ? HeaderId.To : HeaderId.From);
        string side = $"{PartyText.Value(message, HeaderId.CallId)} {ours}";
        Description now = Read(message.Body);

        // What stood in an INVITE that forked was said in each of its dialogs.
        if (_last.TryGetValue(side + theirs, out Description? before) || _last.TryGetValue(side, out before))
        {
            bool follows = now.Origin == before.Origin && (now.Version == before.Version ? now.Print == before.Print : now.Version == before.Version + 1);
            if (mayComeLate && now.Origin == before.Origin && now.Version + 1 == before.Version && !before.Follows)
            {
                _last[side + theirs] = before with { Follows = true };
                return;
            }

            if (!follows)
            {
                throw new ViolationException("C9", $"o={before.Origin} version {before.Version} is followed by o={now.Origin} version {now.Version}{(now.Version == before.Version ? " with other content" : "")}");
            }
        }

        _last[side + theirs] = now with { Follows = before is not null && (now.Version > before.Version || before.Follows) };
    }

    private static Description Read(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> line = body[(body.IndexOf("o="u8) + 2)..];
        string[] fields = Encoding.Latin1.GetString(line[..line.IndexOf((byte)'\r')]).Split(' ');
        return new($"{fields[0]} {fields[1]}", ulong.Parse(fields[2], CultureInfo.InvariantCulture), Fingerprint.Of(body));
    }

    /// <param name="Follows">The version before it has been seen.</param>
    private sealed record Description(string Origin, ulong Version, (ulong, int) Print, bool Follows = false);
}
