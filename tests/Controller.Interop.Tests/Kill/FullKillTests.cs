using System.Diagnostics;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Kill;

/// <summary>
/// SIGKILL with 200 established calls, 200 ringing ones and some inside every transaction window; restart. Every established call takes
/// a re-INVITE and a BYE from either side, every ringing one is answered, cancelled or rejected, every open transaction completes.
/// </summary>
[Collection(Alone.Name)]
[Trait("Category", "Kill")]
public sealed class FullKillTests
{
    private const int Many = 200, Some = 10;
    private static readonly string[] Windows = ["silent", "unacked", "refused", "cancel", "bye-a", "bye-b", "re-a", "re-b"];

    [Fact]
    public void Every_call_goes_on_as_if_nothing_had_happened()
    {
        using var parties = new TwoParties();
        parties.Callee.OnCall = Answer;
        List<PartyCall> established = Start(parties, "established", Many), ringing = Start(parties, "ringing", Many);
        Dictionary<string, List<PartyCall>> windows = Windows.ToDictionary(window => window, window => Start(parties, window, Some));
        parties.Await(() => Many == Count(parties, established, (near, far) => near.Phase == CallPhase.Established && far.Phase == CallPhase.Established), 20, "calls established");
        parties.Await(() => Many == Count(parties, ringing, (near, _) => near.Phase == CallPhase.Ringing), 20, "calls ringing");
        Enter(parties, windows);

        var watch = Stopwatch.StartNew();
        parties.Node.Kill();
        parties.Node.Start();
        TimeSpan restart = watch.Elapsed;

        Leave(parties, windows);
        Renegotiate(parties, established);
        Decide(parties, ringing);
        End(parties, established, windows);
        AssertOver(parties, established, ringing, windows);
        parties.AwaitNothingLeft(50, () => JournalRows.Count(parties.Node.Setup.DataFolder, "journal") == 0);
        parties.AssertNoViolation();
        parties.Node.AssertNoStackTrace();
        Figures.Record($"figure: killed with {Many} established, {Many} ringing, {Windows.Length * Some} in a transaction; ready again after {restart.TotalMilliseconds:0} ms, all over after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>What the callee does before the kill, by the kind of call in the user part.</summary>
    private static void Answer(PartyCall call)
    {
        call.Hold = Kind(call) is "cancel" or "bye-a" or "re-a";
        switch (Kind(call))
        {
            case "silent":
                break;
            case "ringing" or "cancel":
                call.Ring();
                break;
            case "refused":
                call.Reject(486);
                break;
            default:
                call.Ring();
                call.After(20, ringing => ringing.Answer());
                break;
        }
    }

    private static List<PartyCall> Start(TwoParties parties, string kind, int count)
    {
        List<PartyCall> calls = [];
        for (int i = 0; i < count; i++)
        {
            string user = $"{kind}.{i}";
            parties.Caller.After(i * 5, () => calls.Add(parties.Call(user, call =>
            {
                call.WithholdAck = kind is "unacked" or "refused";
                call.Hold = kind is "bye-b" or "re-b";
            })));
        }

        parties.Await(() => { lock (parties.Caller.Gate) { return calls.Count == count; } }, 20, $"{kind} calls started");
        return calls;
    }

    /// <summary>Opens the transactions that the kill will find open, and waits until each has reached the other party.</summary>
    private static void Enter(TwoParties parties, Dictionary<string, List<PartyCall>> windows)
    {
        bool All(string window, Func<PartyCall, PartyCall, bool> holds) => Count(parties, windows[window], holds) == Some;
        parties.Await(() => All("silent", (_, _) => true), 5, "INVITE sent, nothing answered");
        parties.Await(() => All("unacked", (near, _) => near.Phase == CallPhase.Answered), 5, "200 sent, no ACK");
        parties.Await(() => All("refused", (near, _) => near.Status == 486), 5, "486 sent, no ACK");
        parties.Await(() => All("cancel", (near, _) => near.Phase == CallPhase.Ringing), 5, "ringing, to be cancelled");
        foreach (string window in (string[])["bye-a", "bye-b", "re-a", "re-b"])
        {
            parties.Await(() => All(window, (near, far) => near.Phase == CallPhase.Established && far.Phase == CallPhase.Established), 5, window + " established");
        }

        Do(parties, windows["cancel"], (near, _) => near.Cancel());
        Do(parties, windows["bye-a"], (near, _) => near.Bye());
        Do(parties, windows["bye-b"], (_, far) => far.Bye());
        Do(parties, windows["re-a"], (near, _) => near.Reinvite());
        Do(parties, windows["re-b"], (_, far) => far.Reinvite());
        foreach (string window in (string[])["cancel", "bye-a", "re-a"])
        {
            parties.Await(() => All(window, (_, far) => far.Held == 1), 5, window + " open at the callee");
        }

        foreach (string window in (string[])["bye-b", "re-b"])
        {
            parties.Await(() => All(window, (near, _) => near.Held == 1), 5, window + " open at the caller");
        }
    }

    private static void Leave(TwoParties parties, Dictionary<string, List<PartyCall>> windows)
    {
        // failover.md 5.2: "Recovery re-emits: INVITE-B without final; 200-A without ACK; ... non-2xx final without ACK", byte for byte the same.
        parties.Await(() => Count(parties, windows["silent"], (_, far) => far.InviteRepeats > 0) == Some, 8, "INVITE sent again after the restart");
        Do(parties, windows["silent"], (_, far) => { far.Ring(); far.Answer(); });
        Do(parties, [.. windows["unacked"], .. windows["refused"]], (near, _) => near.ReleaseAck());
        Do(parties, [.. windows["cancel"], .. windows["bye-a"], .. windows["re-a"]], (_, far) => far.Release());
        Do(parties, [.. windows["bye-b"], .. windows["re-b"]], (near, _) => near.Release());
        parties.Await(() => Count(parties, windows["re-a"], (near, _) => near.ReinvitesAnswered == 1) == Some, 10, "re-INVITE of the caller completed");
        parties.Await(() => Count(parties, windows["re-b"], (_, far) => far.ReinvitesAnswered == 1) == Some, 10, "re-INVITE of the callee completed");
    }

    /// <summary>A re-INVITE from one side, then from the other; half of the calls in the other order.</summary>
    private static void Renegotiate(TwoParties parties, List<PartyCall> established)
    {
        (List<PartyCall> even, List<PartyCall> odd) = Halves(established);
        Do(parties, even, (near, _) => near.Reinvite());
        Do(parties, odd, (_, far) => far.Reinvite());
        parties.Await(() => Count(parties, established, (near, far) => near.ReinvitesAnswered + far.ReinvitesAnswered == 1) == Many, 15, "first re-INVITE");
        Do(parties, even, (_, far) => far.Reinvite());
        Do(parties, odd, (near, _) => near.Reinvite());
        parties.Await(() => Count(parties, established, (near, far) => near.ReinvitesAnswered + far.ReinvitesAnswered == 2) == Many, 15, "second re-INVITE");
    }

    private static void Decide(TwoParties parties, List<PartyCall> ringing)
    {
        Do(parties, [.. ringing.Where((_, i) => i % 3 == 0)], (_, far) => far.Answer());
        Do(parties, [.. ringing.Where((_, i) => i % 3 == 1)], (near, _) => near.Cancel());
        Do(parties, [.. ringing.Where((_, i) => i % 3 == 2)], (_, far) => far.Reject(486));
        parties.Await(() => Count(parties, ringing, (near, _) => near.Status == Status(ringing, near)) == Many, 15, "ringing calls decided");
    }

    private static void End(TwoParties parties, List<PartyCall> established, Dictionary<string, List<PartyCall>> windows)
    {
        (List<PartyCall> even, List<PartyCall> odd) = Halves(established);
        Do(parties, even, (near, _) => near.Bye());
        Do(parties, odd, (_, far) => far.Bye());
        List<PartyCall> open = [.. parties.Caller.Calls.Where(call => call is { Phase: CallPhase.Established } && !established.Contains(call))];
        Do(parties, open, (near, _) => near.Bye());
        Assert.NotEmpty(windows["re-a"].Intersect(open));
    }

    private static void AssertOver(TwoParties parties, List<PartyCall> established, List<PartyCall> ringing, Dictionary<string, List<PartyCall>> windows)
    {
        IReadOnlyList<PartyCall> all = parties.Caller.Calls;
        parties.Await(() => Count(parties, all, (near, far) => near.Phase == CallPhase.Ended && far.Phase == CallPhase.Ended && far.IsAcknowledged) == all.Count, 15, "every call over on both sides");
        parties.Await(() => Count(parties, established, (near, far) => near.ByeStatus + far.ByeStatus == 200) == Many, 10, "every BYE answered 200");
        parties.Await(() => Count(parties, windows["cancel"], (near, _) => near is { CancelStatus: 200, Status: 487 }) == Some, 10, "CANCEL completed");
        Dictionary<PartyCall, string> expected = all.ToDictionary(call => call, call => Status(ringing, call) switch { 486 => "rejected", 487 => "cancelled", _ => "answered" });
        parties.AssertOneRecordEach(expected);
    }

    private static int Status(List<PartyCall> ringing, PartyCall call) => Kind(call) switch
    {
        "ringing" => (ringing.IndexOf(call) % 3) switch { 0 => 200, 1 => 487, _ => 486 },
        "refused" => 486,
        "cancel" => 487,
        _ => 200,
    };

    private static (List<PartyCall> Even, List<PartyCall> Odd) Halves(List<PartyCall> calls) =>
        ([.. calls.Where((_, i) => i % 2 == 0)], [.. calls.Where((_, i) => i % 2 == 1)]);

    private static string Kind(PartyCall call) => call.User.Split('.')[0];

    private static int Count(TwoParties parties, IEnumerable<PartyCall> calls, Func<PartyCall, PartyCall, bool> holds)
    {
        Dictionary<string, PartyCall> far = parties.Callee.Calls.DistinctBy(call => call.User).ToDictionary(call => call.User);
        return calls.Count(near => far.TryGetValue(near.User, out PartyCall? other) && holds(near, other));
    }

    /// <summary>Both sides of each call in turn, 2 ms apart, under the gate of the side that acts.</summary>
    private static void Do(TwoParties parties, List<PartyCall> calls, Action<PartyCall, PartyCall> action)
    {
        Dictionary<string, PartyCall> far = parties.Callee.Calls.DistinctBy(call => call.User).ToDictionary(call => call.User);
        for (int i = 0; i < calls.Count; i++)
        {
            lock (parties.Caller.Gate)
            {
                lock (parties.Callee.Gate)
                {
                    action(calls[i], far[calls[i].User]);
                }
            }

            Eventually.Elapse(TimeSpan.FromMilliseconds(2));
        }
    }
}
