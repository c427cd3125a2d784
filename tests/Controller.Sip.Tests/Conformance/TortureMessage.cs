using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Conformance;

/// <summary>One file of the corpus, and what becomes of it on its way through framing and screening.</summary>
internal static class TortureMessage
{
    public static readonly string Root = Path.Combine(AppContext.BaseDirectory, "torture");

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Root, file));

    public static SipMessage Parse(string file)
    {
        var message = new SipMessage();
        Assert.Equal(ParseOutcome.Done, DatagramFraming.Parse(Read(file), message, SipLimits.Default, out _));
        return message;
    }

    /// <summary>"valid", "discard" or the status of the answer, and why.</summary>
    public static (string Verdict, RejectionReason Reason) Judge(byte[] datagram, SipMessage message)
    {
        var outcome = DatagramFraming.Parse(datagram, message, SipLimits.Default, out var reason);
        if (outcome == ParseOutcome.Done)
        {
            reason = MessageScreening.Check(message);
        }

        if (reason != RejectionReason.None)
        {
            return (MessageScreening.MayAnswer(message) ? MessageScreening.StatusFor(reason).ToString() : "discard", reason);
        }

        var status = message.IsRequest ? RequestScreening.Answer(message, RequestRules.Default, out _) : 0;
        return (status == 0 ? "valid" : status.ToString(), reason);
    }
}
