using System.Text;

namespace Controller.Interop.Tests.Parties;

/// <summary>
/// What must hold of every message a party receives, whatever the test: no two different finals for a transaction, no request repeated
/// with other bytes, no call offered twice, nothing of the other side visible, well-formed headers.
/// </summary>
internal sealed class PartyChecks(Party party)
{
    private readonly List<string> _violations = [];
    private readonly List<string> _foreign = [];
    private readonly Dictionary<string, WireMessage> _rings = [];
    private int _received;

    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (party.Gate)
            {
                return [.. _violations];
            }
        }
    }

    public int Received => Volatile.Read(ref _received);

    /// <summary>Both parties hold a name and an address that the other must never see in a header.</summary>
    public static void HideFromEachOther(Party one, Party other)
    {
        one.Checks._foreign.AddRange([other.Name, other.Address.ToString()]);
        other.Checks._foreign.AddRange([one.Name, one.Address.ToString()]);
    }

    public void Violation(string what, WireMessage message) => Violation(what, message.Raw);

    public void Violation(string what, ReadOnlySpan<byte> bytes)
    {
        lock (party.Gate)
        {
            _violations.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {party.Name}: {what}:\n{Encoding.Latin1.GetString(bytes)}");
        }
    }

    public void Inspect(WireMessage message)
    {
        _received++;

        // 8.1.1: "A valid SIP request formulated by a UAC MUST, at a minimum, contain ... To, From, CSeq, Call-ID, Max-Forwards, and Via".
        foreach (string name in (string[])(message.IsRequest ? ["To", "From", "Max-Forwards"] : ["To", "From"]))
        {
            if (message.All(name).Count() != 1)
            {
                Violation($"{message.All(name).Count()} {name} headers", message);
            }
        }

        // 8.1.1.7: "The branch ID ... MUST always begin with the characters "z9hG4bK"".
        if (!message.Branch.StartsWith("z9hG4bK", StringComparison.Ordinal))
        {
            Violation("branch without the magic cookie", message);
        }

        // 8.1.3.3: "If more than one Via header field value is present in a response, the UAC SHOULD discard the message."
        // A request has passed the proxies that stand before the party and nobody else that shows; those send CANCEL and the ACK of a refusal themselves (9.2, 17.1.1.3).
        int vias = message.List("Via").Count();
        if (vias != (message.IsRequest ? 1 + party.Proxies : 1) && !(vias == 1 && message.IsRequest && message.Method is "CANCEL" or "ACK"))
        {
            Violation("Via of another element", message);
        }

        // 8.2.6.2: "...the UAS MUST add a tag to the To header field in the response (with the exception of the 100 (Trying) response)".
        if (message is { IsRequest: false, Status: > 100, ToTag: "" } && message.Method != "CANCEL")
        {
            Violation("no To tag", message);
        }

        foreach (string foreign in _foreign)
        {
            if (message.HeaderText.Contains(foreign, StringComparison.OrdinalIgnoreCase) || Origin(message).Contains(foreign, StringComparison.OrdinalIgnoreCase))
            {
                Violation($"the other side shows ({foreign})", message);
            }
        }
    }

    public void SameFinal(WireMessage first, WireMessage again)
    {
        if (!first.Raw.AsSpan().SequenceEqual(again.Raw))
        {
            Violation($"two different finals for one transaction, the first was\n{first}\nthe second", again);
        }
    }

    public void SameRequest(WireMessage first, WireMessage again)
    {
        if (!first.Raw.AsSpan().SequenceEqual(again.Raw))
        {
            Violation($"a request repeated with other bytes, the first was\n{first}\nthe second", again);
        }
    }

    /// <summary>The user part of the Request-URI names a call once: a second INVITE for it, not a retransmission, rings twice.</summary>
    public void NewCall(WireMessage invite)
    {
        string user = invite.RequestUri.Split('@')[0];
        if (!_rings.TryAdd(user, invite))
        {
            Violation($"rung twice for one call, the first was\n{_rings[user]}\nthe second", invite);
        }
    }

    private static string Origin(WireMessage message)
    {
        string body = Encoding.ASCII.GetString(message.Body);
        int at = body.IndexOf("o=", StringComparison.Ordinal);
        return at < 0 ? "" : body[at..].Split('\r')[0].Split(" IN ")[0];
    }
}
