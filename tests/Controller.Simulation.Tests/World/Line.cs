namespace Controller.Simulation.Tests.World;

/// <summary>Between the node and one party of a call: what is on its way, and what has overtaken what.</summary>
internal sealed class Line
{
    private readonly long[] _sent = new long[2], _arrived = new long[2];

    /// <summary>Messages on their way, in either direction.</summary>
    public int UnderWay { get; private set; }

    public long Leaves(bool toNode, int copies)
    {
        UnderWay += copies;
        return ++_sent[toNode ? 1 : 0];
    }

    /// <returns>True if one that was sent later has come before it.</returns>
    public bool Arrives(bool toNode, long number)
    {
        UnderWay--;
        ref long last = ref _arrived[toNode ? 1 : 0];
        bool overtaken = number < last;
        last = Math.Max(last, number);
        return overtaken;
    }
}
