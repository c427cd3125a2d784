using System.Net;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>Loses, duplicates, delays and reorders, as its plan says.</summary>
internal sealed class Network(SimulatedWorld world, FaultPlan plan, Random random)
{
    /// <summary>Of a party, to a listener of the node.</summary>
    public void FromParty(Party from, IPEndPoint to, byte[] bytes)
    {
        SipMessage message = SipMessage.Copy(bytes);
        string who = $"{from.Mark} -> node";
        Carry(who, message, () =>
        {
            if (world.Node is { } node)
            {
                world.Ladder.Add(who, message);
                node.Receive(bytes, from.Address, to);
            }
            else
            {
                world.Ladder.Add(who, message, "the node is down");
            }
        });
    }

    /// <summary>Of the node; what left it has been checked before.</summary>
    public void FromNode(IPEndPoint to, SipMessage message)
    {
        string who = $"node -> {to}";
        Carry(who, message, () =>
        {
            world.Ladder.Add(who, message);
            world.Deliver(to, message);
        });
    }

    private void Carry(string who, SipMessage message, Action arrive)
    {
        int copies = random.NextDouble() < plan.Duplicate ? 2 : 1;
        if (random.NextDouble() < plan.Loss)
        {
            world.Ladder.Add(who, message, "LOST");
            copies--;
        }

        for (; copies > 0; copies--)
        {
            int delay = random.Next(plan.MinDelay, plan.MaxDelay);
            world.Schedule.After(random.NextDouble() < plan.Late ? delay + random.Next(plan.LateBy) : delay, arrive);
        }
    }
}
