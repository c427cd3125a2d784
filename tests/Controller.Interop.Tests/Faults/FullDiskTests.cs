using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Faults;

/// <summary>
/// A full disk under the journal: new calls are refused with 503 or not answered, nothing that was acknowledged is lost, and with room
/// again everything goes on.
/// </summary>
[Trait("Category", "Faults")]
public sealed class FullDiskTests
{
    [NeedsFact(Needs.Root, "mount")]
    public void Nothing_is_lost_and_calls_work_again_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var callee = new Party("callee-secret");
        using var caller = new Party("caller-secret");
        var setup = new NodeSetup { Folder = folder.Path, FarPort = callee.Address.Port };
        Directory.CreateDirectory(setup.DataFolder);
        string owner = $"uid={Command.Run(TimeSpan.FromSeconds(5), "id", "-u").Output.Trim()}";
        Command.Outcome mounted = Command.RunAsRoot("mount", "-t", "tmpfs", "-o", $"size=8m,mode=0777,{owner}", "tmpfs", setup.DataFolder);
        Assert.True(mounted.ExitCode == 0, mounted.All);
        try
        {
            using var node = NodeProcess.StartReady(setup);
            Run(node, caller, callee);
        }
        finally
        {
            Command.RunAsRoot("umount", "-l", setup.DataFolder);
        }
    }

    private static void Run(NodeProcess node, Party caller, Party callee)
    {
        callee.OnCall = call => { call.Ring(); call.Answer(); };
        PartyCall kept = caller.Call(node.Access, "sip:kept@far.test");
        Await(node, () => kept.Phase == CallPhase.Established, 5, "a call before the disk is full");

        string filler = Path.Combine(node.Setup.DataFolder, "filler");
        Fill(filler);
        List<PartyCall> refused = [.. Enumerable.Range(0, 300).Select(i => caller.Call(node.Access, $"sip:refused{i}@far.test"))];
        Await(node, () => refused.Any(call => call.Status == 503) || refused.Count(call => call.Status != 0) < refused.Count, 8, "calls that are refused or not answered");
        Eventually.Elapse(TimeSpan.FromSeconds(2));
        Assert.False(node.HasEnded, node.Log);
        Assert.All(refused, call => Assert.True(call.Status is 0 or 200 or 503, call.ToString()));
        Assert.Contains(refused, call => call.Status is 0 or 503);

        File.Delete(filler);
        PartyCall? after = null;
        Await(node, () => (after = TryCall(node, caller)).Status == 200, 40, "a new call when there is room");
        Do(caller, kept.Bye);
        Do(caller, after!.Bye);
        Await(node, () => kept.ByeStatus == 200 && after.ByeStatus == 200, 35, "BYE of the call from before");
        foreach (PartyCall call in refused.Where(call => call.Status == 200))
        {
            Do(caller, call.Bye);
        }

        // What was sent while the disk was full is answered now, or its caller has given up: each call ends once, with one record at most.
        Await(node, () => refused.All(call => call.Status != 0), 40, "an end for every call of the full disk");
        foreach (PartyCall call in refused.Where(call => call is { Status: 200, Phase: CallPhase.Established }))
        {
            Do(caller, call.Bye);
        }

        Await(node, () => node.Admin.Calls() == 0, 60, "no call left");
        ILookup<string, ChargingRecord> records = ChargingRecord.Read(node.Setup.ChargingFile).ToLookup(record => record.CallId);
        Assert.Single(records[kept.CallId]);
        Assert.Single(records[after.CallId]);
        Assert.All(refused.Where(call => call.Status == 200), call => Assert.Single(records[call.CallId]));
        Assert.All(records, record => Assert.Single(record));
        Assert.Empty(caller.Checks.Violations.Concat(callee.Checks.Violations));
        node.AssertNoStackTrace();
    }

    private static PartyCall TryCall(NodeProcess node, Party caller)
    {
        PartyCall call = caller.Call(node.Access, $"sip:after{Guid.NewGuid():N}@far.test");
        Eventually.Holds(() => call.Status != 0, TimeSpan.FromSeconds(3));
        return call;
    }

    /// <summary>Writes until the file system has no byte left.</summary>
    private static void Fill(string file)
    {
        byte[] block = new byte[4096];
        using FileStream stream = new(file, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            for (; ; )
            {
                stream.Write(block);
            }
        }
        catch (IOException)
        {
            // full
        }
    }

    private static void Do(Party party, Action action)
    {
        lock (party.Gate)
        {
            action();
        }
    }

    private static void Await(NodeProcess node, Func<bool> condition, int seconds, string what) =>
        Eventually.True(condition, TimeSpan.FromSeconds(seconds), () => what + "\nnode:\n" + node.Log[Math.Max(0, node.Log.Length - 3000)..]);
}
