using System.Net;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>From the wire to the verdict: both framings, screening, every typed reading, and an answer.</summary>
internal sealed class MessageTarget : Target
{
    private static readonly SipLimits Limits = SipLimits.Default;

    public override string Name => "message";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Messages[random.Next(Seeds.Messages.Length)], Seeds.Messages, random);

    public override void Run(byte[] input)
    {
        var message = new SipMessage();
        ParseOutcome outcome = DatagramFraming.Parse(input.ToArray(), message, Limits, out RejectionReason reason);
        Check(outcome != ParseOutcome.NeedMore, "a datagram is whole");
        Check(outcome == ParseOutcome.Done == (reason == RejectionReason.None), "a reason for what is rejected, and for nothing else");
        ReadAll(message);

        var streamed = new SipMessage();
        StreamFraming.Parse(input.ToArray(), streamed, Limits, out int consumed, out _);
        Check(consumed >= 0 && consumed <= input.Length, "no more is taken than came");
        ReadAll(streamed);
    }

    private static void ReadAll(SipMessage message)
    {
        for (int i = 0; i < message.HeaderCount; i++)
        {
            HeaderLine line = message.Header(i);
            Check(!message.Value(line).ContainsAny((byte)'\r', (byte)'\n'), "a value is one line");
            foreach (ReadOnlySpan<byte> value in message.Values(line.Id))
            {
                HeaderTarget.ReadValue(value);
            }
        }

        if (MessageScreening.Check(message) == RejectionReason.None && message.IsRequest)
        {
            _ = SipUri.TryParse(message.RequestUri, out _);
            _ = RequestScreening.Answer(message, RequestRules.Default, out _);
            CheckGood(SipMessage.Copy(Responses.Begin(message, 400, default, new IPEndPoint(IPAddress.Loopback, 5060), "t").Finish()));
        }
    }
}
