using System.Text;
using Controller.Benchmarks.Harness;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Benchmarks.Messages;

/// <summary>What the edge does with every message.</summary>
internal static class MessageBenchmarks
{
    public static IEnumerable<Benchmark> All =>
    [
        new("message: index an INVITE of 1 KB", () =>
        {
            byte[] received = OneKilobyte();
            var message = new SipMessage();
            return Subject.Of(() => DatagramFraming.Parse(received, message, SipLimits.Default, out _));
        }),
        new("message: copy an INVITE of 1 KB and index it", () =>
        {
            byte[] received = OneKilobyte();
            return Subject.Of(() => SipMessage.Copy(received));
        }),
        new("message: serialize an INVITE of 1 KB", () =>
        {
            SipMessage message = SipMessage.Copy(OneKilobyte());
            var writer = new SipWriter(2048);
            return Subject.Of(() => Serialize(message, writer));
        }),
    ];

    /// <summary>As a telephone sends it: with what it can do, who made it, and a session description.</summary>
    public static byte[] OneKilobyte()
    {
        string usual = Actors.Tests.Calls.Messages.Invite(extra:
            "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK\r\nSupported: replaces, 100rel, timer, norefersub\r\n" +
            "User-Agent: A telephone of some maker/1.2.3\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\nP-Preferred-Identity: <sip:alice@192.0.2.10>\r\n");
        return Encoding.Latin1.GetBytes(usual.Replace("Min-SE", "Subject: " + new string('x', 1024 - usual.Length - 11) + "\r\nMin-SE", StringComparison.Ordinal));
    }

    public static int Serialize(SipMessage message, SipWriter into)
    {
        into.Reset();
        into.RequestLine(message.MethodText, message.RequestUri);
        for (int i = 0; i < message.HeaderCount; i++)
        {
            HeaderLine line = message.Header(i);
            if (line.Id is not (HeaderId.ContentLength or HeaderId.ContentType))
            {
                into.Copy(message, line);
            }
        }

        return into.Complete(message.Body, message.Value(HeaderId.ContentType)).Length;
    }
}
