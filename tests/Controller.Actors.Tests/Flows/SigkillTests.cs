using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary>
/// "A SIGKILL and restart between any two messages of each golden transcript changes nothing that the parties can see, beyond retransmissions": each flow is
/// performed once for each moment between two messages, with and without what was not committed then.
/// </summary>
public class SigkillTests
{
    [Theory]
    [MemberData(nameof(FlowCatalogue.Names), MemberType = typeof(FlowCatalogue))]
    public void A_restart_between_any_two_messages_is_seen_by_nobody(string name, SipTransport transport)
    {
        FlowScript flow = FlowCatalogue.Find(name);
        FlowRun undisturbed = FlowRun.Undisturbed(flow, transport);
        HashSet<string> expected = FlowRun.View(undisturbed.Scenario);
        for (int at = 0; at < undisturbed.World.Moments; at++)
        {
            // Where nothing was lost, it makes no difference that it might have been.
            if (Killed(flow, transport, new Sigkill(at, LosesLazyRows: true), undisturbed, expected).World.LostRows > 0)
            {
                Killed(flow, transport, new Sigkill(at, LosesLazyRows: false), undisturbed, expected);
            }
        }
    }

    private static FlowRun Killed(FlowScript flow, SipTransport transport, Sigkill kill, FlowRun undisturbed, HashSet<string> expected)
    {
        FlowRun killed;
        try
        {
            killed = FlowRun.Killed(flow, transport, kill, undisturbed);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{kill}: {failure.Message}", failure);
        }

        HashSet<string> seen = FlowRun.View(killed.Scenario);
        Assert.True(killed.World.Killed);
        if (!seen.SetEquals(expected))
        {
            Assert.Fail($"{kill}: seen only then:\n{string.Join("\n", seen.Except(expected))}\nnever seen:\n{string.Join("\n", expected.Except(seen))}\n"
                + killed.World.Ladder.Draw(killed.Scenario.Left, killed.Scenario.Right));
        }

        Assert.Equal(undisturbed.World.ChargingRecords.Count, killed.World.ChargingRecords.Count);
        return killed;
    }
}
