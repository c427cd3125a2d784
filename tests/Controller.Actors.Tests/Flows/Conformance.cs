using System.Globalization;
using System.Text.RegularExpressions;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tests.Flows.World;

namespace Controller.Actors.Tests.Flows;

/// <summary>
/// What holds for every message that the controller says, whatever the flow: what RFC 3261, 3262, 3264 and 4028 demand of any message, and that nothing names
/// the other side. A flow's own ladder is in its script.
/// </summary>
internal sealed class Conformance
{
    private static readonly string[] Hosts = ["203.0.113.1", "203.0.113.2"];
    private readonly Dictionary<(Party To, string Dialog), uint> _numbers = [];
    private readonly Dictionary<(Party To, string Dialog), string> _tags = [];
    private readonly Dictionary<(Party To, string Branch, string Method), int> _finals = [];
    private readonly Dictionary<(Party To, string Session), (ulong Version, string Lines)> _descriptions = [];
    private readonly Dictionary<(Party To, string Dialog), uint> _reliable = [];
    private readonly List<FlowMessage> _fromParties = [];

    /// <returns>How many messages of the controller were looked at.</returns>
    public static int Check(FlowWorld world)
    {
        var conformance = new Conformance();
        int looked = 0;
        foreach ((int number, Passage passage) in world.Ladder.Messages)
        {
            if (passage.ToController)
            {
                conformance._fromParties.Add(passage.Message);
                continue;
            }

            looked++;
            try
            {
                conformance.Message(world, passage.Party, passage.Message);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"F{number} to {passage.Party.Name}: {failure.Message}\n{passage.Message.Text}", failure);
            }
        }

        return looked;
    }

    private void Message(FlowWorld world, Party to, FlowMessage message)
    {
        // RFC 3261 section 20.14: "the size of the message-body, in decimal number of octets"; over a stream it "MUST be used".
        Assert.Equal(message.Body.Length.ToString(CultureInfo.InvariantCulture), Assert.Single(message.Headers("Content-Length")));
        Assert.Equal(message.Body.Length > 0 ? 1 : 0, message.Headers("Content-Type").Count());

        // 8.1.1: "A valid SIP request formulated by a UAC MUST, at a minimum, contain … To, From, CSeq, Call-ID, Max-Forwards, and Via".
        foreach (string header in (string[])["To", "From", "CSeq", "Call-ID"])
        {
            Assert.Single(message.Headers(header));
        }

        Assert.NotEmpty(message.FromTag);
        if (message.IsRequest)
        {
            Request(to, message);
        }
        else
        {
            Response(to, message);
        }

        Description(to, message);
        if (message.Method != "REGISTER")
        {
            // RFC 3261 section 10.3 step 8: the response to a REGISTER "MUST contain Contact header field values enumerating all current bindings".
            NamesNobodyElse(world, to, message);
        }
    }

    private void Request(Party to, FlowMessage request)
    {
        Assert.Equal(request.StartLine.Split(' ')[0], request.Method);
        Assert.StartsWith($"SIP/2.0/{to.Transport} {to.Controller};branch=z9hG4bK", Assert.Single(request.Headers("Via")), StringComparison.Ordinal);
        Assert.InRange(int.Parse(Assert.Single(request.Headers("Max-Forwards")), CultureInfo.InvariantCulture), 60, 70);

        // 12.2.1.1: "Requests within a dialog MUST contain strictly monotonically increasing and contiguous CSeq sequence numbers (increasing-by-one) in each
        // direction (excepting ACK and CANCEL of course, whose numbers equal the requests being acknowledged or cancelled)." Contiguous, as long as nobody restarts.
        var dialog = (to, $"{request.CallId} {request.FromTag}");
        bool known = _numbers.TryGetValue(dialog, out uint last);
        if (request.Method is "ACK" or "CANCEL")
        {
            Assert.True(known && request.CSeq <= last, "the number of a request that was sent");
        }
        else
        {
            Assert.True(!known || request.CSeq > last || request.ToTag != _tags[dialog], $"{request.CSeq} after {last}");
            _numbers[dialog] = Math.Max(last, request.CSeq);
            _tags[dialog] = request.ToTag;
        }

        // 8.1.1.8, RFC 3311 section 5.1, RFC 3515 section 2.1, RFC 6665: these are target refreshes, or set a dialog up.
        bool hasContact = request.Method is "INVITE" or "UPDATE" or "REFER" or "SUBSCRIBE" or "NOTIFY";
        Assert.True(hasContact ? request.Headers("Contact").Single().Contains($"@{to.Controller}", StringComparison.Ordinal) : request.Method is not ("ACK" or "BYE" or "CANCEL") || request.Contact.Length == 0, "Contact");
        if (request.Method == "PRACK")
        {
            // RFC 3262 section 7.2: the numbers of the response that it acknowledges.
            string[] rack = Assert.Single(request.Headers("RAck")).Split(' ');
            Assert.Contains(_fromParties, response => response.Header("RSeq") == rack[0] && response.CSeq.ToString(CultureInfo.InvariantCulture) == rack[1] && response.Method == rack[2] && response.CallId == request.CallId);
        }

        if (request.Method == "ACK" && _fromParties.Find(response => !response.IsRequest && response.Status >= 200 && response.Method == "INVITE" && response.CallId == request.CallId && response.CSeq == request.CSeq && response.ToTag == request.ToTag) is { } final)
        {
            // 17.1.1.3: the ACK of a refusal has the branch of the INVITE; 13.2.2.4: that of a 2xx is a request of its own.
            Assert.Equal(final.Status >= 300, final.Branch == request.Branch);
        }
    }

    private void Response(Party to, FlowMessage response)
    {
        // 8.2.6.2: "The From field of the response MUST equal the From header field of the request. The Call-ID … The CSeq … The Via header field values … MUST equal … and MUST maintain the same ordering."
        FlowMessage request = _fromParties.Last(sent => sent.IsRequest && sent.Branch == response.Branch && sent.Method == response.Method);
        foreach (string header in (string[])["From", "Call-ID", "CSeq"])
        {
            Assert.Equal(request.Header(header), response.Header(header));
        }

        Assert.Equal(request.Headers("Via").Count(), response.Headers("Via").Count());
        Assert.Equal(response.Status > 100 || request.ToTag.Length > 0, response.ToTag.Length > 0);
        Assert.StartsWith(request.Header("To"), response.Header("To"), StringComparison.Ordinal);
        if (response.Status >= 200)
        {
            // 17.2: one final response to a transaction. Several 2xx, of several forks, are several dialogs.
            Assert.True(_finals.TryAdd((to, response.Branch, response.Method), response.Status), "another final response to the same request");
        }

        // 12.1.1: "The UAS MUST add a Contact header field to the response" that makes a dialog, or (RFC 3311) refreshes its target.
        if (response.Method is "INVITE" or "UPDATE" && response.Status is > 100 and < 300)
        {
            Assert.Contains($"@{to.Controller}", Assert.Single(response.Headers("Contact")), StringComparison.Ordinal);
        }

        // RFC 4028 section 9, RFC 3261 sections 8.2.1 and 21.4.18.
        Assert.Equal(response.Status == 422, response.Header("Min-SE").Length > 0);
        Assert.True(response.Status != 405 || response.Header("Allow").Length > 0, "405 without Allow");
        Assert.True(!response.Lists("Require", "timer") || (response.Header("Session-Expires").Contains("refresher=", StringComparison.Ordinal) && request.Lists("Supported", "timer")), "Require: timer");

        // RFC 3262 section 3: "The provisional response … MUST contain a Require header field containing the option tag 100rel, and MUST include an RSeq header field."
        Assert.Equal(response.Lists("Require", "100rel"), response.Header("RSeq").Length > 0);
        if (response.Header("RSeq").Length > 0)
        {
            Assert.InRange(response.Status, 101, 199);
            uint rseq = uint.Parse(response.Header("RSeq"), CultureInfo.InvariantCulture);
            if (_reliable.TryGetValue((to, response.CallId + response.ToTag), out uint last))
            {
                // "the value of the RSeq … for each subsequent reliable provisional response … MUST be greater by exactly one".
                Assert.Equal(last + 1, rseq);
            }

            _reliable[(to, response.CallId + response.ToTag)] = rseq;
        }
    }

    /// <summary>RFC 3264 section 8: the version "MUST increment by one" if the description has changed, and otherwise "the SDP MUST be identical".</summary>
    private void Description(Party to, FlowMessage message)
    {
        if (!message.HasSession)
        {
            return;
        }

        string[] lines = message.Body.Split("\r\n");
        string origin = Assert.Single(lines, line => line.StartsWith("o=", StringComparison.Ordinal));
        string[] words = origin.Split(' ');
        Assert.Equal((words[0], words[5]), ("o=-", to.Controller.Address.ToString()));
        var version = ulong.Parse(words[2], CultureInfo.InvariantCulture);
        string rest = string.Join('\n', lines.Where(line => line != origin));
        if (_descriptions.TryGetValue((to, words[1]), out (ulong Version, string Lines) last))
        {
            Assert.Equal(last.Lines == rest ? last.Version : last.Version + 1, version);
        }

        _descriptions[(to, words[1])] = (version, rest);
    }

    /// <summary>No host, tag, Call-ID or branch of another party, and not our address on its side. Media go straight from one to the other: c= is theirs.</summary>
    private static void NamesNobodyElse(FlowWorld world, Party to, FlowMessage message)
    {
        string text = string.Join('\n', message.Text.Split("\r\n").Where(line => !line.StartsWith("c=", StringComparison.Ordinal)));
        foreach (Party other in world.Parties.Where(other => other != to))
        {
            // RFC 3261 section 8.1.3.4: after a redirection "the UAC SHOULD reuse the same To": it names the server that redirected, which is on the same side.
            string seen = other.Controller.Equals(to.Controller) ? string.Join('\n', text.Split('\n').Where(line => line[..Math.Min(4, line.Length)] is not ("To: " or "From"))) : text;
            Assert.DoesNotMatch($"{Regex.Escape($"{other.Address.Address}")}(?![0-9])", seen);
            foreach (string name in (string[])[$"call-{other.User}-", $"tag-{other.User}-", $"branch-{other.User}-"])
            {
                Assert.DoesNotContain(name, text, StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain(Hosts.Single(host => host != to.Controller.Address.ToString()), text, StringComparison.Ordinal);
    }
}
