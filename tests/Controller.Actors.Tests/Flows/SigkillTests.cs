using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;
using Xunit.Abstractions;

namespace Controller.Actors.Tests.Flows;

/// <summary>
/// "A SIGKILL and restart between any two messages of each golden transcript changes nothing that the parties can see, beyond retransmissions": each flow is
/// performed once for each moment between two messages, with and without what was not committed then.
/// </summary>
public class SigkillTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(FlowCatalogue.Names), MemberType = typeof(FlowCatalogue))]
    public void A_restart_between_any_two_messages_is_seen_by_nobody(string name, SipTransport transport)
    {
        FlowScript flow = FlowCatalogue.Find(name);
        FlowRun undisturbed = FlowRun.Undisturbed(flow, transport);
        HashSet<string> expected = FlowRun.View(undisturbed.Scenario);
        int kills = 0;
        for (int at = 0; at < undisturbed.World.Moments; at++)
        {
            // Where nothing was lost, it makes no difference that it might have been.
            kills++;
            if (Killed(flow, transport, new Sigkill(at, Loss.Lazy), undisturbed, expected).World.LostRows > 0)
            {
                kills++;
                Killed(flow, transport, new Sigkill(at, Loss.None), undisturbed, expected);
            }
        }

        // At least one after each message that the node got; over datagrams one before each that it sent as well.
        int got = undisturbed.World.Ladder.Messages.Count(message => message.Passage.ToController);
        int sent = transport == SipTransport.Udp ? undisturbed.World.Ladder.Messages.Count(message => !message.Passage.ToController) : 0;
        output.WriteLine($"{undisturbed.World.Moments} moments, {kills} kills");
        Assert.True(undisturbed.World.Moments >= got + sent, $"{undisturbed.World.Moments} moments for {got} messages received and {sent} sent");
    }

    /// <summary>The test above can fail: a node that comes back with an empty journal is noticed, wherever in the call that happens.</summary>
    [Theory]
    [InlineData("rfc3665-3.1-successful-session-establishment")]
    [InlineData("rfc3515-4.1-refer-carried-out-here")]
    [InlineData("rfc4028-10-controller-refreshes-by-update")]
    public void A_node_that_remembers_nothing_is_noticed(string name)
    {
        FlowScript flow = FlowCatalogue.Find(name);
        FlowRun undisturbed = FlowRun.Undisturbed(flow, SipTransport.Udp);
        HashSet<string> expected = FlowRun.View(undisturbed.Scenario);
        int answered = undisturbed.World.MomentOf("ACK"), hungUp = undisturbed.World.MomentOf("BYE");
        Assert.True(answered > 0 && hungUp > answered);
        for (int at = answered; at < hungUp; at++)
        {
            Assert.ThrowsAny<Exception>(() => Killed(flow, SipTransport.Udp, new Sigkill(at, Loss.Everything), undisturbed, expected));
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
