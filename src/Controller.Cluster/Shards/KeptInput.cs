using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>An input that is not settled yet, in the form in which it travels.</summary>
internal sealed class KeptInput(long number, ActorId actor, byte[] input, long since)
{
    private const int Overhead = 128;

    public long Number { get; } = number;
    public ActorId Actor { get; } = actor;
    public byte[] Input { get; } = input;

    public long Since { get; } = since;

    /// <summary>It is with this node's own system, which has promised to say what became of it.</summary>
    public bool IsGiven { get; set; }

    public int Bytes => BytesFor(Input.Length);

    public static int BytesFor(int input) => input + Overhead;
}
