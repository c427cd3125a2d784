using System.Diagnostics;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Tests.Messages;
using Xunit.Abstractions;

namespace Controller.Sip.Tests.Framing;

/// <summary>What a message costs on its way in. Allocation is asserted; time is printed, for it is the machine's as much as ours.</summary>
public sealed class CostTests(ITestOutputHelper output)
{
    [Fact]
    public void Indexing_screening_and_reading_allocate_nothing()
    {
        var pool = new SipMessagePool(4, 2048);
        Work(pool);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Work(pool);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Nanoseconds_for_an_invite_of_a_kilobyte()
    {
        // Batches shorter than a time slice: the best of them had the core for itself.
        const int Rounds = 50;
        var octets = Wire.Invite.ToArray();
        var message = new SipMessage();
        var rules = RequestRules.Default;
        var index = Best(() => DatagramFraming.Parse(octets, message, SipLimits.Default, out _));
        var check = Best(() => MessageScreening.Check(message));
        var answer = Best(() => RequestScreening.Answer(message, rules, out _));
        output.WriteLine($"{octets.Length} octets, {message.HeaderCount} header lines: index {index:F0} ns, screening {check:F0} ns, request screening {answer:F0} ns");
        Assert.Equal(RejectionReason.None, MessageScreening.Check(message));

        static double Best(Action action)
        {
            var best = double.MaxValue;
            for (var run = 0; run < 1_000; run++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < Rounds; i++)
                {
                    action();
                }

                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Rounds);
            }

            return best;
        }
    }

    private static void Work(SipMessagePool pool)
    {
        var message = pool.Rent();
        Wire.Invite.CopyTo(message.Buffer);
        if (DatagramFraming.Parse(message.Buffer[..Wire.Invite.Length], message, SipLimits.Default, out _) != ParseOutcome.Done ||
            MessageScreening.Check(message) != RejectionReason.None || RequestScreening.Answer(message, RequestRules.Default, out _) != 0)
        {
            throw new InvalidOperationException("the measure is no valid message");
        }

        foreach (var value in message.Values(HeaderId.Supported))
        {
            _ = value.Length;
        }

        message.Release();
    }
}
