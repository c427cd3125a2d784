using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Resolution.Client;

/// <summary>One question under way, whoever asked it, and its tries: an answer to an earlier one is still an answer. Used by one thread.</summary>
internal sealed class Query(DnsQuestion question)
{
    public DnsQuestion Question { get; } = question;

    public List<IAsker> Askers { get; } = [];

    /// <summary>The last is the one that is waited for.</summary>
    public List<Try> Tries { get; } = [];

    /// <summary>How often a server was chosen; a question repeated over TCP, or without options, is the same try.</summary>
    public int Begun { get; set; }

    /// <summary>How many servers have answered with an error.</summary>
    public int Refused { get; set; }

    /// <summary>When the next try begins.</summary>
    public long NextAt { get; set; }

    public void Close()
    {
        foreach (Try each in Tries)
        {
            each.Dispose();
        }

        Tries.Clear();
    }
}
