using System.Text.Json;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary>One performance of a flow, to its end: until the last timer has fired, and everybody has hung up.</summary>
internal sealed class FlowRun
{
    private readonly List<HashSet<string>> _viewAfterStep = [];

    private FlowRun(Scenario scenario) => Scenario = scenario;

    public Scenario Scenario { get; private set; }
    public FlowWorld World => Scenario.World;

    /// <summary>As it goes when nothing happens to the node.</summary>
    public static FlowRun Undisturbed(FlowScript flow, SipTransport transport, Action<FlowWorld>? watch = null)
    {
        FlowRun run = null!;
        var scenario = new Scenario(transport, null, stepped =>
        {
            run._viewAfterStep.Add(View(stepped));
            return [];
        });
        run = new FlowRun(scenario);
        run.Perform(flow, watch);
        return run;
    }

    /// <summary>As it goes when the node is killed and comes back. The script waits, after each step, until the parties have been told what they had been told then.</summary>
    public static FlowRun Killed(FlowScript flow, SipTransport transport, Sigkill kill, FlowRun undisturbed)
    {
        var run = new FlowRun(new Scenario(transport, kill, stepped => stepped.World.Killed ? undisturbed._viewAfterStep[stepped.Steps - 1].Except(View(stepped)) : []));
        run.Perform(flow, null);
        return run;
    }

    /// <summary>All that the parties have seen, except what nobody minds: repetitions, and the names that depend on when the node was restarted.</summary>
    public static HashSet<string> View(Scenario scenario) =>
        [.. scenario.World.Parties.SelectMany(party => party.Seen.DistinctBy(message => message.Text).Select(message => $"{party.Name}: {message.Masked}")
            .GroupBy(text => text).SelectMany(same => same.Select((text, i) => $"{text} #{i}")))];

    private void Perform(FlowScript flow, Action<FlowWorld>? watch)
    {
        if (watch is not null)
        {
            Scenario.Prepared = watch;
        }

        try
        {
            flow.Play(Scenario);

            // 64*T1 for the transactions, and as much for those that begin at their end.
            Scenario.Pause(80);
            CheckEnd();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{World.Ladder.Draw(Scenario.Left, Scenario.Right)}", failure);
        }
    }

    /// <summary>No leg is up, nobody waits for an answer or an ACK, no call is left in the node, and each has one charging record.</summary>
    private void CheckEnd()
    {
        foreach (Party party in World.Parties)
        {
            Assert.True(party.Sides.TrueForAll(side => !side.IsUp), $"{party.Name} has not hung up");
            Assert.True(party.Clients.All(client => client.Final != 0 || client.Side.IsOver), $"{party.Name} waits for an answer");
            Assert.True(party.IsDead || party.Servers.All(server => server.Status >= 200), $"{party.Name} owes an answer");
            Assert.True(party.Clients.All(client => client.Accepted is null || client.Ack is not null), $"{party.Name} owes an ACK");
        }

        Assert.True(World.Actors.All(cell => cell.Stopped || cell.Id.Kind == ActorKinds.Registration), "a call is not over");
        Assert.NotEqual(0, Conformance.Check(World));
        Assert.Equal(World.ChargingRecords.Count, World.ChargingRecords.Select(Id).Distinct().Count());
    }

    private static string Id(string record)
    {
        using JsonDocument json = JsonDocument.Parse(record);
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
