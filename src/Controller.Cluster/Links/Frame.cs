using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Links;

/// <summary>
/// What nodes say to each other. The first octet on the wire names it; append only. The octets that a received frame carries (an input, a message,
/// a question) are borrowed: they are whoever takes the frame's to copy before it returns.
/// </summary>
public abstract record Frame
{
    private Frame() { }

    /// <summary>Every heartbeat interval, from a thread of its own: whoever is silent is suspected.</summary>
    public sealed record Pulse(long Count, BeatReport Report, bool ArbiterAnswers) : Frame;

    /// <summary>Ownership that the arbiter has committed: learned at once instead of with the next heartbeat. Always true, never the whole.</summary>
    public sealed record Moves(ImmutableArray<OwnedShard> Shards, ImmutableArray<OwnedAddress> Addresses) : Frame;

    /// <summary>Shards that the sender has received take inputs there: for whoever gave them, who has counted how long they did not.</summary>
    public sealed record Opened(ImmutableArray<OwnedShard> Shards) : Frame;

    /// <summary>The arbiter has committed it. Whoever reads of itself ends.</summary>
    public sealed record Fenced(Incarnation Node) : Frame;

    /// <summary>The arbiter has it that the sender gives away what it owns: nothing is to be given to it.</summary>
    public sealed record Leaving : Frame;

    /// <summary>It ends in order and owns nothing any more: the silence to come is no failure.</summary>
    public sealed record Goodbye : Frame;

    /// <summary>Do you hear it? Answered by <see cref="Heard"/>.</summary>
    public sealed record DoYouHear(Incarnation Node) : Frame;

    public sealed record Heard(Incarnation Node, bool IsHeard) : Frame;

    /// <summary>An input for an actor.</summary>
    /// <param name="Number">Of the sender's, growing for each shard; the acknowledgement repeats it.</param>
    /// <param name="Previous">Of the sender's for this shard that goes before it and is not acknowledged yet, else 0. A receiver that has not taken that one does not take this one either: order is kept.</param>
    /// <param name="Epoch">At which the sender believes the receiver to own the shard.</param>
    public sealed record Tell(long Number, long Previous, Epoch Epoch, ActorId Actor, ReadOnlyMemory<byte> Input) : Frame;

    /// <summary>What was decided of these is durable: their sender may forget them.</summary>
    public sealed record Acknowledged(ImmutableArray<long> Numbers) : Frame;

    /// <summary>Not mine: this is all I know of who owns the shard.</summary>
    public sealed record Moved(long Number, OwnedShard Shard) : Frame;

    /// <summary>Not taken (overload, or a commit that failed): to be sent again after a while, if it still matters.</summary>
    public sealed record NotTaken(long Number) : Frame;

    /// <summary>Something for the receiver's edge to send, decided by the owner of a shard at an epoch: an edge that knows a higher one discards it.</summary>
    public sealed record Emit(Fence Under, ReadOnlyMemory<byte> Message) : Frame;

    /// <summary>A question to a node as such (its calls, its registrations), and its answer.</summary>
    public sealed record Ask(long Number, ReadOnlyMemory<byte> Question) : Frame;

    public sealed record Answer(long Number, ReadOnlyMemory<byte> Content) : Frame;
}
