using System.Globalization;
using System.Net;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>Everything that happened, to be read when something is wrong.</summary>
internal sealed class Ladder(SimulatedClock clock)
{
    private readonly List<(long At, object Who, SipMessage? Message, string Note)> _lines = [];

    public void Note(string note) => _lines.Add((clock.Now, "", null, note));

    /// <param name="who">The name of a party that speaks, or the address that the node speaks to.</param>
    public void Add(object who, SipMessage message, string note = "") => _lines.Add((clock.Now, who, message, note));

    public string Render()
    {
        var text = new StringBuilder();
        foreach ((long at, object who, SipMessage? message, string note) in _lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{at,8} ms  {(who is IPEndPoint to ? $"node -> {to}" : who),-34} ");
            if (message is not null)
            {
                string start = Encoding.Latin1.GetString(message.Raw);
                text.Append(start.AsSpan(0, start.IndexOf('\r', StringComparison.Ordinal)))
                    .Append(CultureInfo.InvariantCulture, $"  [{Text(message, HeaderId.CSeq)}; {Short(Text(message, HeaderId.CallId))}; {Branch(message)}{Dialog(message)}{(message.Body.IsEmpty ? "" : "; sdp")}] ");
            }

            text.AppendLine(note);
        }

        return text.ToString();
    }

    private static string Text(SipMessage message, HeaderId id) => Encoding.Latin1.GetString(message.Value(id));

    private static string Short(string text) => text.Length > 14 ? text[^14..] : text;

    /// <summary>The end of the To tag, which tells early dialogs apart; and which reliable response it is, or is about.</summary>
    private static string Dialog(SipMessage message)
    {
        string tag = PartyText.Tag(message, HeaderId.To);
        string reliable = Text(message, HeaderId.RSeq) + Text(message, HeaderId.RAck).Split(' ')[0];
        return (tag.Length > 0 ? "; to " + tag[^Math.Min(tag.Length, 4)..] : "") + (reliable.Length > 0 ? "; rseq " + reliable : "");
    }

    private static string Branch(SipMessage message) => Via.TryParse(message.Value(HeaderId.Via), out Via via) ? Short(Encoding.Latin1.GetString(via.Branch)) : "";
}
