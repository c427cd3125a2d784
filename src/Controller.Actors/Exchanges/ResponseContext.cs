using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Exchanges;

/// <summary>
/// RFC 3261 section 16.2: "The core … creates a new response context": one request outside a dialog, the transaction it came with, and the
/// transactions of the requests of ours that it has led to.
/// </summary>
public sealed record ResponseContext
{
    /// <summary>What identifies the request's transaction (section 17.2.3), while there is one and after.</summary>
    public required string Key { get; init; }
    public required SipMessage Request { get; init; }

    /// <summary>The side that the request came from: leg 0.</summary>
    public required Leg Caller { get; init; }

    /// <summary>Null once it is over; the client transactions may outlive it.</summary>
    public required Transaction? Server { get; init; }

    /// <summary>Tells the names given for this request from those for others of the same actor: its CSeq number.</summary>
    public required uint Salt { get; init; }

    /// <summary>When the client has given up (its timer F), so that no answer can reach it any more.</summary>
    public required Instant GiveUpAt { get; init; }

    /// <summary>The targets tried: leg n is at n - 1.</summary>
    public ImmutableArray<Leg> Legs { get; init; } = [];
    public ImmutableArray<Transaction> Clients { get; init; } = [];

    /// <summary>Targets not tried yet.</summary>
    public ImmutableArray<Target> Targets { get; init; } = [];

    /// <summary>Final responses after which the next target is tried, by the route that was taken; empty: those of the trunk that refused.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];

    /// <summary>All targets at once (the phones of a user), or one after the other (endpoints of trunks).</summary>
    public bool Parallel { get; init; }

    /// <summary>When the target being tried has to have shown a sign of life, if there is another.</summary>
    public Instant TryUntil { get; init; } = Instant.Never;

    /// <summary>The look-up asked for and not answered yet; 0 if none.</summary>
    public int Lookup { get; init; }

    /// <summary>The best final response so far (section 16.7 step 6).</summary>
    public int BestStatus { get; init; }

    /// <summary>Null if the best one is of our own making.</summary>
    public SipMessage? Best { get; init; }

    /// <summary>The final response to give; 0 as long as it is not decided.</summary>
    public int Status { get; init; }

    /// <summary>The leg whose response it is; 0 if it is of our own making.</summary>
    public int Winner { get; init; }

    public bool IsDecided => Status != 0;

    public bool IsOver => Server is null && Clients.IsEmpty && IsDecided;

    public Instant NextDue
    {
        get
        {
            Instant due = IsDecided ? Instant.Never : Instant.Earlier(GiveUpAt, TryUntil);
            foreach (Transaction client in Clients)
            {
                due = Instant.Earlier(due, client.NextDue);
            }

            return Server is null ? due : Instant.Earlier(due, Server.NextDue);
        }
    }

    public Transaction? FindClient(string branch)
    {
        foreach (Transaction client in Clients)
        {
            if (client.Branch == branch)
            {
                return client;
            }
        }

        return null;
    }
}
