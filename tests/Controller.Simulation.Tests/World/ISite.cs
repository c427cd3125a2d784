using System.Net;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Simulation.Tests.World;

/// <summary>What the parties talk to: one node, or a cluster behind one address.</summary>
internal interface ISite : IDisposable
{
    /// <summary>Calls that live.</summary>
    int Calls { get; }

    /// <summary>Nobody is there to take a message.</summary>
    bool IsDown { get; }

    /// <summary>When it will have something to do although nothing comes in.</summary>
    long Due { get; }

    /// <summary>Before anything goes wrong: until it rests.</summary>
    void Settle();

    /// <returns>True if anything was done.</returns>
    bool Pump();

    void Receive(SipMessage message, IPEndPoint from, IPEndPoint to);

    /// <summary>Of an operator.</summary>
    void Tell(ActorId actor, object input);

    /// <summary>What the calls that are left wait for.</summary>
    string Describe();
}

/// <summary>Whoever decided a message that leaves: one life of a node.</summary>
internal interface IDecider
{
    bool IsGone { get; }

    void Tell(ActorId actor, object input);
}
