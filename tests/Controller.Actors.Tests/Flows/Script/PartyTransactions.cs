using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>A request of a party, until its final response (RFC 3261 section 17.1); with a 2xx to an INVITE, the ACK that belongs to it.</summary>
internal sealed class ClientTransaction(Side side, FlowMessage request)
{
    public Side Side { get; } = side;
    public FlowMessage Request { get; } = request;
    public int Provisional { get; set; }
    public int Final { get; set; }

    /// <summary>The latest 2xx, for which an ACK has to be made.</summary>
    public FlowMessage? Accepted { get; set; }
    public FlowMessage? Ack { get; set; }
    public Repetition Repetition { get; } = new();
    public bool IsInvite => Request.Method == "INVITE";
}

/// <summary>A request to a party, and what it said to it last (section 17.2).</summary>
internal sealed class ServerTransaction(Side side, FlowMessage request)
{
    public Side Side { get; } = side;
    public FlowMessage Request { get; } = request;
    public FlowMessage? Last { get; set; }
    public int Status { get; set; }

    /// <summary>A final response to an INVITE, until its ACK.</summary>
    public Repetition Repetition { get; } = new();
    public bool Acknowledged { get; set; }
    public bool IsInvite => Request.Method == "INVITE";
}

/// <summary>Timers A, E, G and those of 2xx and reliable 1xx: T1, doubled each time, perhaps up to T2, for 64*T1.</summary>
internal sealed class Repetition
{
    private static readonly TimeSpan T1 = TimeSpan.FromMilliseconds(500);
    private TimeSpan _interval;
    private TimeSpan _most;
    private Instant _until;

    public Instant At { get; private set; } = Instant.Never;

    public void Start(Instant now, TimeSpan most)
    {
        _interval = T1;
        _most = most;
        _until = now.After(64 * T1);
        At = now.After(T1);
    }

    public void Stop() => At = Instant.Never;

    public void Next()
    {
        _interval = _interval * 2 > _most ? _most : _interval * 2;
        Instant next = At.After(_interval);
        At = next < _until ? next : Instant.Never;
    }
}
