using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Sharding.Model;

namespace Controller.Actors.Subscriptions;

/// <summary>All that a subscription is: two dialogs back to back, and what is under way in them.</summary>
public sealed record SubscriptionState
{
    public static readonly SubscriptionState Empty = new();

    public SubscriptionPhase Phase { get; init; }

    /// <summary>The SUBSCRIBE that began it, as long as a transaction of it lives.</summary>
    public ResponseContext? First { get; init; }

    /// <summary>The side that subscribed: leg 0.</summary>
    public Leg? Subscriber { get; init; }

    /// <summary>The side that notifies: the leg of the first that answered or notified. Null as long as none has.</summary>
    public Leg? Notifier { get; init; }

    /// <summary>Value of Event as the subscriber gave it.</summary>
    public string Event { get; init; } = "";

    /// <summary>Tells the names given in this subscription from those of one before it with the same Call-ID and tag: the CSeq number of its first SUBSCRIBE.</summary>
    public uint Salt { get; init; }

    /// <summary>When it is over unless it is refreshed.</summary>
    public Instant ExpiresAt { get; init; } = Instant.Never;

    /// <summary>Refreshes and notifications, each a server transaction on one side and a client transaction on the other; a client's peer is its server.</summary>
    public ImmutableArray<Transaction> Transactions { get; init; } = [];

    /// <summary>A number for each look-up asked for, so that a late answer is not taken for another.</summary>
    public int Lookups { get; init; }

    public bool IsOver => Phase is SubscriptionPhase.None or SubscriptionPhase.Ended && First is null && Transactions.IsEmpty;

    public Leg Opposite(Leg side) => side.IsA ? Notifier! : Subscriber!;

    public SubscriptionState With(Leg side) => side.IsA ? this with { Subscriber = side } : this with { Notifier = side };

    public Transaction? FindServer(string key)
    {
        foreach (Transaction transaction in Transactions)
        {
            if (!transaction.IsClient && transaction.Branch == key)
            {
                return transaction;
            }
        }

        return null;
    }

    public Transaction? FindClient(string branch)
    {
        foreach (Transaction transaction in Transactions)
        {
            if (transaction.IsClient && transaction.Branch == branch)
            {
                return transaction;
            }
        }

        return null;
    }

    /// <param name="next">Null: it is over.</param>
    public SubscriptionState Replacing(Transaction transaction, Transaction? next)
    {
        for (int i = 0; i < Transactions.Length; i++)
        {
            if (Transactions[i].Kind == transaction.Kind && Transactions[i].Branch == transaction.Branch)
            {
                return this with { Transactions = next is null ? Transactions.RemoveAt(i) : Transactions.SetItem(i, next) };
            }
        }

        return next is null ? this : this with { Transactions = Transactions.Add(next) };
    }
}
