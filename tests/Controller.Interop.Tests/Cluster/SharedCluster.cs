using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>One cluster for the tests of a class, with calls through it that outlive each of them. A test that fails leaves none: the next one begins anew.</summary>
public abstract class SharedCluster(int nodes, int established, int ringing, int perSecond, params string[] roles) : IDisposable
{
    private const int Probes = 200;
    private RunningCluster? _running;

    /// <summary>Does something to it; afterwards it must be whole again, and so must its calls.</summary>
    internal void During(Action<RunningCluster> fault)
    {
        string[] slow;
        try
        {
            RunningCluster running = Running();
            fault(running);
            running.Settle(Probes);
            slow = running.TakeSlow();
        }
        catch (Exception failure)
        {
            Fail(failure); // not in a filter: that runs before what the fault itself has to undo
            throw;
        }

        Assert.True(slow.Length == 0, string.Join('\n', slow)); // what was slow is no less whole
    }

    /// <summary>The last of the class: everything ends.</summary>
    internal void End()
    {
        try
        {
            Running().Finish();
        }
        catch (Exception failure)
        {
            Fail(failure); // not in a filter: that runs before what the fault itself has to undo
            throw;
        }

        Dispose();
    }

    public void Dispose()
    {
        _running?.Dispose();
        _running = null;
        GC.SuppressFinalize(this);
    }

    private RunningCluster Running()
    {
        if (_running is null)
        {
            _running = new RunningCluster(nodes, roles: roles);
            _running.Load.Establish(established, 100);
            _running.Load.Ring(ringing, 100);
            _running.Load.Rate = perSecond;
            _running.Load.Asks = 10;
        }

        return _running;
    }

    /// <summary>Keeps what the nodes have printed, and gives the cluster up.</summary>
    private void Fail(Exception failure)
    {
        string folder = Path.Combine(Repository.Root, "artifacts/cluster");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"failure-{DateTime.UtcNow:HHmmss}.txt"),
            $"{failure}\n{_running?.Bed.Describe(200_000)}\n{_running?.Bed.LastMoves()}\nviolations:\n{string.Join("\n----\n", _running?.Load.Violations.Take(200) ?? [])}");
        Dispose();
    }
}
