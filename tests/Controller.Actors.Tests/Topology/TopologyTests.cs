using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Controller.Sip.Headers;
using Controller.Sip.Topology;
using Xunit.Abstractions;

namespace Controller.Actors.Tests.Topology;

/// <summary>Not beside other tests: it takes every core, and its mutants change what the whole process does.</summary>
[CollectionDefinition(nameof(TopologyTests), DisableParallelization = true)]
public sealed class TopologyCollection;

/// <summary>
/// RFC 5853 section 3.1 as a property: nothing that names one side stands in any byte sent to the other. 100,000 generated calls a run; TOPOLOGY_SEED
/// and TOPOLOGY_CALLS choose others.
/// </summary>
[Collection(nameof(TopologyTests))]
public sealed class TopologyTests(ITestOutputHelper output)
{
    private static readonly int Seed = Setting("TOPOLOGY_SEED", Environment.TickCount & 0xFFFFFF);
    private static readonly int Calls = Setting("TOPOLOGY_CALLS", 100_000);

    [Fact]
    public void Nothing_of_one_side_is_told_to_the_other()
    {
        long began = Stopwatch.GetTimestamp();
        var met = new ConcurrentDictionary<string, int>();
        long sent = 0;
        (int call, string? leak) = FirstLeak(Seed, Calls, done =>
        {
            Interlocked.Add(ref sent, done.Sent);
            foreach (string what in done.Met)
            {
                met.AddOrUpdate(what, 1, (_, count) => count + 1);
            }
        });
        output.WriteLine($"seed {Seed}: {Calls} calls, {sent} messages looked through in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        output.WriteLine(string.Join(", ", met.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.True(leak is null, $"seed {Seed}, call {call}: {leak}");

        // The property is of what crosses: a run in which little crosses shows nothing.
        Assert.All((string[])["INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "MESSAGE", "180", "183", "200", "486", "487", "503", "603"], what => Assert.True(met.GetValueOrDefault(what) > Calls / 1000, what));
    }

    public static TheoryData<HeaderId, HeaderRelay> Flips => new()
    {
        { HeaderId.Warning, HeaderRelay.Pass },
        { HeaderId.Server, HeaderRelay.Pass },
        { HeaderId.InReplyTo, HeaderRelay.Pass },
        { HeaderId.PAssertedIdentity, HeaderRelay.Pass },
        { HeaderId.Diversion, HeaderRelay.Trusted },
        { HeaderId.CallInfo, HeaderRelay.Pass },
        { HeaderId.Path, HeaderRelay.Verbatim },
        { HeaderId.Reason, HeaderRelay.Verbatim },
        { HeaderId.Unknown, HeaderRelay.Verbatim },
    };

    // The check can fail: one rule of the catalogue changed, and a leak is found.
    [Theory]
    [MemberData(nameof(Flips))]
    public void A_wrong_header_rule_is_found(HeaderId header, HeaderRelay wrong)
    {
        var rows = (HeaderRow[])typeof(HeaderCatalogue).GetField("ById", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        HeaderRow right = rows[(int)header];
        rows[(int)header] = right with { Relay = wrong };
        try
        {
            Assert.NotNull(FirstLeak(1, 5_000, _ => { }).Leak);
        }
        finally
        {
            rows[(int)header] = right;
        }
    }

    [Theory]
    [InlineData("e=")]
    [InlineData("a=tool:")]
    public void A_line_of_a_session_description_that_stays_is_found(string line)
    {
        var personal = (string[])typeof(SdpHiding).GetField("Personal", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        int at = Array.IndexOf(personal, line);
        personal[at] = "?";
        try
        {
            Assert.NotNull(FirstLeak(1, 5_000, _ => { }).Leak);
        }
        finally
        {
            personal[at] = line;
        }
    }

    private static (int Call, string? Leak) FirstLeak(int seed, int calls, Action<GeneratedCall> done)
    {
        var leaks = new ConcurrentDictionary<int, string>();
        Parallel.For(0, calls, (number, loop) =>
        {
            var call = new GeneratedCall(HashCode(seed, number));
            try
            {
                call.Run();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}, call {number}", failure);
            }

            done(call);
            if (call.Leak is { } leak)
            {
                leaks[number] = leak;
                loop.Stop();
            }
        });
        return leaks.IsEmpty ? (-1, null) : (leaks.Keys.Min(), leaks[leaks.Keys.Min()]);
    }

    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) + number);

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
