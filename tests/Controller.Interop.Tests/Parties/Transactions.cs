using System.Net;

namespace Controller.Interop.Tests.Parties;

/// <summary>A request a party has sent, until and after its final response.</summary>
internal sealed class ClientTransaction
{
    public required string Method { get; init; }
    public required string Branch { get; init; }
    public required byte[] Request { get; init; }
    public required IPEndPoint Destination { get; init; }
    public required Action<WireMessage> OnResponse { get; init; }

    /// <summary>Called when 64*T1 have passed without a final response (timers B and F).</summary>
    public required Action OnTimeout { get; init; }
    public long StartedAt { get; init; }
    public int Transmissions { get; set; }
    public int Interval { get; set; } = Party.T1;
    public bool Provisional { get; set; }
    public WireMessage? Final { get; set; }

    /// <summary>Sent again whenever the final response comes again: the ACK of an INVITE, byte for byte the same.</summary>
    public (byte[] Bytes, IPEndPoint To)? Ack { get; set; }
    public bool IsOver { get; set; }
}

/// <summary>A request a party has received, and the last response it gave.</summary>
internal sealed class ServerTransaction
{
    public required WireMessage Request { get; init; }
    public required IPEndPoint Source { get; init; }
    public byte[]? LastResponse { get; set; }
    public int FinalStatus { get; set; }

    /// <summary>When the request came, and came again.</summary>
    public List<DateTime> Arrivals { get; } = [DateTime.UtcNow];

    /// <summary>How often the request came again.</summary>
    public int Repeats => Arrivals.Count - 1;
    public bool Acknowledged { get; set; }
    public int Interval { get; set; } = Party.T1;
}
