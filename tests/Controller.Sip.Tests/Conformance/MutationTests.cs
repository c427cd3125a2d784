using System.Net;
using System.Text;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Tests.Messages;
using Controller.Sip.Uris;
using Xunit.Abstractions;

namespace Controller.Sip.Tests.Conformance;

/// <summary>
/// Whatever arrives: one of three outcomes, no exception, nothing read or written outside the received octets. Seeded; the failing
/// octets are printed, to become a file of the corpus.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Seed = 4475;
    private const byte Guard = 0xA5;

    private static readonly byte[][] Corpus =
    [
        Wire.Invite,
        .. Directory.EnumerateFiles(TortureMessage.Root, "*.dat", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
    ];

    [Fact]
    public void Random_octets()
    {
        var random = new Random(Seed);
        Run(4_000, _ =>
        {
            var octets = new byte[random.Next(0, 400)];
            random.NextBytes(octets);
            return octets;
        });
    }

    // Letters that mean something, in any order: nearer to a message than noise.
    [Fact]
    public void Random_grammar()
    {
        var random = new Random(Seed + 1);
        string[] pieces = ["INVITE ", "sip:", "a@b", " SIP/2.0\r\n", "SIP/2.0 200 OK\r\n", "Via: ", "SIP/2.0/UDP ", "h", ";branch=", "\r\n", "\r\n ", "\r\n\r\n", "\"", "<", ">", ";", ",", "=",
            ":", "From: ", "To: ", "Call-ID: x\r\n", "CSeq: 1 INVITE\r\n", "Contact: ", "*", "[::1]", "%41", "%", "\\", "\0", "l: ", "3", "-1", "?", "/", "\r", "\n", "\t", "é", ";tag=1", "tel:+1", ";rport"];
        Run(6_000, _ => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => pieces[random.Next(pieces.Length)]))));
    }

    [Fact]
    public void Torture_messages_bent_cut_and_spliced()
    {
        var random = new Random(Seed + 2);
        Run(8_000, round =>
        {
            var octets = Corpus[round % Corpus.Length].ToArray();
            switch (random.Next(4))
            {
                case 0:
                    for (var flips = random.Next(1, 6); flips > 0; flips--)
                    {
                        octets[random.Next(octets.Length)] ^= (byte)(1 << random.Next(8));
                    }

                    return octets;
                case 1:
                    return octets[..random.Next(octets.Length)];
                case 2:
                    var other = Corpus[random.Next(Corpus.Length)];
                    return [.. octets[..random.Next(octets.Length)], .. other[random.Next(other.Length)..]];
                default:
                    var at = random.Next(octets.Length);
                    var length = random.Next(Math.Min(40, octets.Length - at));
                    return [.. octets[..at], .. octets[at..(at + length)], .. octets[at..]];
            }
        });
    }

    private void Run(int rounds, Func<int, byte[]> next)
    {
        output.WriteLine($"seed {Seed}, {rounds} rounds");
        var message = new SipMessage();
        var outcomes = new HashSet<ParseOutcome>();
        for (var round = 0; round < rounds; round++)
        {
            var octets = next(round);
            try
            {
                outcomes.Add(Drive(octets, message));
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {Seed}, round {round}: {failure}\n{Convert.ToHexString(octets)}");
            }
        }

        Assert.Contains(ParseOutcome.Rejected, outcomes);
    }

    private static ParseOutcome Drive(byte[] octets, SipMessage message)
    {
        var guarded = Guarded(octets);
        var outcome = DatagramFraming.Parse(guarded.AsMemory(16, octets.Length), message, SipLimits.Default, out var reason);
        Assert.NotEqual(ParseOutcome.NeedMore, outcome);
        Assert.Equal(outcome == ParseOutcome.Done, reason == RejectionReason.None);
        Unharmed(guarded);
        Read(message, octets.Length);

        guarded = Guarded(octets);
        var streamed = StreamFraming.Parse(guarded.AsMemory(16, octets.Length), message, SipLimits.Default, out var consumed, out reason);
        Assert.InRange(consumed, 0, octets.Length);
        Assert.Equal(streamed == ParseOutcome.Rejected, reason != RejectionReason.None);
        Unharmed(guarded);
        Read(message, octets.Length);
        return outcome;
    }

    private static byte[] Guarded(byte[] octets)
    {
        var guarded = new byte[octets.Length + 32];
        Array.Fill(guarded, Guard);
        octets.CopyTo(guarded, 16);
        return guarded;
    }

    private static void Unharmed(byte[] guarded)
    {
        Assert.Equal(-1, guarded.AsSpan(0, 16).IndexOfAnyExcept(Guard));
        Assert.Equal(-1, guarded.AsSpan(guarded.Length - 16).IndexOfAnyExcept(Guard));
    }

    // Everything that can be asked of a message, asked.
    private static void Read(SipMessage message, int received)
    {
        Assert.InRange(message.Raw.Length, 0, received);
        Assert.InRange(message.Body.Length, 0, message.Raw.Length);
        for (var i = 0; i < message.HeaderCount; i++)
        {
            var line = message.Header(i);
            Assert.InRange(line.ValueStart + line.ValueLength, 0, received);
            Assert.False(message.Value(line).ContainsAny((byte)'\r', (byte)'\n'));
            foreach (var value in message.Values(line.Id))
            {
                _ = Via.TryParse(value, out _);
                if (NameAddr.TryParse(value, out var address) && SipUri.TryParse(address.Uri, out var uri))
                {
                    _ = SipUris.AddressOfRecord(uri);
                    _ = (uri.Transport, uri.IsLooseRoute);
                    Assert.True(SipUri.AreEquivalent(address.Uri, address.Uri));
                }

                _ = CSeq.TryParse(value, out _, out _);
            }
        }

        var screened = MessageScreening.Check(message);
        if (message.IsRequest)
        {
            if (screened == RejectionReason.None)
            {
                RequestScreening.Answer(message, RequestRules.Default, out _);
            }

            // A refusal is itself a message that can be read, and copies no line more than it should.
            var response = SipMessage.Copy(Responses.Begin(message, 400, default, new IPEndPoint(IPAddress.Loopback, 5060), "t").Finish());
            Assert.Equal(message.Count(HeaderId.Via), response.Count(HeaderId.Via));
            Assert.InRange(response.HeaderCount, 1, message.HeaderCount + 1);
        }
    }
}
