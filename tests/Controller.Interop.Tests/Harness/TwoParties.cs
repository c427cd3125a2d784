using System.Diagnostics;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Harness;

/// <summary>A caller in the access realm, a node, a callee behind the trunk; neither party may see the other.</summary>
internal sealed class TwoParties : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TwoParties(string extra = "")
    {
        Callee = new Party("callee-secret");
        Caller = new Party("caller-secret");
        PartyChecks.HideFromEachOther(Caller, Callee);
        Node = NodeProcess.StartReady(new NodeSetup { Folder = _folder.Path, FarPort = Callee.Address.Port, Extra = extra });
    }

    public Party Caller { get; }
    public Party Callee { get; }
    public NodeProcess Node { get; }

    public IEnumerable<string> Violations => Caller.Checks.Violations.Concat(Callee.Checks.Violations);

    public PartyCall Call(string user, Action<PartyCall>? prepare = null) => Caller.Call(Node.Access, $"sip:{user}@far.test", prepare);

    /// <summary>The callee's side of a call, by the user part both sides see; null while it has not rung.</summary>
    public PartyCall? FarSide(PartyCall call) => Callee.Calls.FirstOrDefault(far => far.User == call.User);

    public IReadOnlyList<ChargingRecord> Records => ChargingRecord.Read(Node.Setup.ChargingFile);

    public void Await(Func<bool> condition, int seconds, string what) => Eventually.True(condition, TimeSpan.FromSeconds(seconds), () => $"{what}\n{Describe()}");

    /// <summary>No call is listed, then nothing of any is stored (calls at rest are not listed, and stay for 32 s): both within so many seconds together.</summary>
    public void AwaitNothingLeft(int seconds, Func<bool> isStoreEmpty)
    {
        long began = Stopwatch.GetTimestamp();
        Await(() => Node.Admin.Calls() == 0, seconds, "no call left in the node");
        Await(isStoreEmpty, seconds - (int)Stopwatch.GetElapsedTime(began).TotalSeconds, "nothing left in the journal");
    }

    /// <summary>Exactly one record for each call, by the Call-ID of the caller's leg, with the result its script asked for.</summary>
    public void AssertOneRecordEach(IReadOnlyDictionary<PartyCall, string> expected)
    {
        var ids = expected.Keys.Select(call => call.CallId).ToHashSet();
        Await(() => Records.Count(record => ids.Contains(record.CallId)) >= expected.Count, 10, "a charging record for every call");
        var records = Records.Where(record => ids.Contains(record.CallId)).ToLookup(record => record.CallId);
        Assert.All(expected, pair =>
        {
            ChargingRecord record = Assert.Single(records[pair.Key.CallId]);
            Assert.True(pair.Value == record.Result, $"{pair.Value} expected, {record} written for {pair.Key}");
        });
    }

    public void AssertNoViolation() => Assert.True(!Violations.Any(), string.Join("\n----\n", Violations.Take(5)) + $"\n({Violations.Count()} in all)");

    public void Dispose()
    {
        Node.Dispose();
        Caller.Dispose();
        Callee.Dispose();
        _folder.Dispose();
    }

    private string Describe()
    {
        PartyCall[] open = [.. Caller.Calls.Where(call => call.Phase != CallPhase.Ended || call.ByeStatus == 0)];
        string calls = string.Join('\n', open.TakeLast(12).Select(call => $"{call}\n   {FarSide(call)}"));
        return $"{open.Length} calls not over:\n{calls}\nviolations:\n{string.Join('\n', Violations.Take(3))}\nnode:\n{Tail(Node.Log)}";
    }

    private static string Tail(string log) => log.Length > 3000 ? log[^3000..] : log;
}
