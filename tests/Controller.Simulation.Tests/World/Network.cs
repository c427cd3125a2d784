using System.Net;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>Loses, duplicates, delays and reorders, as its plan says.</summary>
internal sealed class Network(SimulatedWorld world, FaultPlan plan, Random random)
{
    private readonly Dictionary<(int, IPEndPoint), Line> _lines = [];

    /// <summary>Of a party, to a listener of the node.</summary>
    public void FromParty(UserAgent from, IPEndPoint to, byte[] bytes)
    {
        SipMessage message = SipMessage.Copy(bytes);
        Carry(from.Call, from.Address, toNode: true, from.Name, message, () =>
        {
            if (!world.Site.IsDown)
            {
                world.Ladder.Add(from.Name, message);
                world.Site.Receive(message, from.Address, to);
            }
            else
            {
                world.Ladder.Add(from.Name, message, "the node is down");
            }
        });
    }

    /// <summary>Of the node; what left it has been checked before.</summary>
    public void FromNode(IPEndPoint to, int call, SipMessage message)
    {
        Carry(call, to, toNode: false, to, message, () =>
        {
            world.Ladder.Add(to, message);
            world.Deliver(to, message);
        });
    }

    private void Carry(int call, IPEndPoint party, bool toNode, object who, SipMessage message, Action arrive)
    {
        int copies = 1;
        if (random.NextDouble() < plan.Duplicate)
        {
            world.Saw(call, Ingredient.Duplicated);
            copies++;
        }

        if (random.NextDouble() < plan.Loss)
        {
            world.Saw(call, Ingredient.Lost);
            world.Ladder.Add(who, message, "LOST");
            copies--;
            world.Acknowledged.Lost(message);
        }

        if (!_lines.TryGetValue((call, party), out Line? line))
        {
            _lines.Add((call, party), line = new Line());
        }

        if (line.UnderWay > 0 && copies > 0)
        {
            world.Saw(call, Ingredient.Crossing);
        }

        long number = line.Leaves(toNode, copies);
        for (; copies > 0; copies--)
        {
            int delay = random.Next(plan.MinDelay, plan.MaxDelay);
            if (random.NextDouble() < plan.Late)
            {
                world.Saw(call, Ingredient.Late);
                delay += random.Next(plan.LateBy);
            }

            world.Schedule.After(delay, () =>
            {
                if (line.Arrives(toNode, number))
                {
                    world.Saw(call, Ingredient.Reordered);
                }

                world.Histories.Arrived(call, party, toNode, message, world.Site.IsDown);
                arrive();
            });
        }
    }
}
