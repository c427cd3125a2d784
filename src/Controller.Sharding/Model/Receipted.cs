namespace Controller.Sharding.Model;

/// <summary>An input together with somebody who keeps a copy of it until what was decided of it is durable.</summary>
/// <remarks>A mailbox takes it in the input's place; the actor sees only <paramref name="Input"/>.</remarks>
public sealed record Receipted(object Input, IReceipt Receipt);

/// <summary>
/// Waits for the end of an input's way. At most one of the two is called, on any thread; neither if the shard was lost after the input was decided: then
/// the next owner has to get it; nor if Tell itself refused it. Must not block and must not throw.
/// </summary>
public interface IReceipt
{
    /// <summary>What was decided of it is committed (or asked for nothing durable) and its effects are out. An input that its actor throws at is settled too: it would throw again.</summary>
    void Settled();

    /// <summary>It was taken into the mailbox but not decided (the shard has gone, a stash is full), or its commit failed: whoever owns the shard now may be asked again.</summary>
    void Refused();
}
