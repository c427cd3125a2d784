using System.Buffers;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Google.Protobuf;

namespace Controller.Actors.Subscriptions;

/// <summary>subscription.proto: each row is the whole subscription, so the last one is enough.</summary>
public sealed class SubscriptionEventCodec : IEventCodec<SubscriptionEvent, CallEffect>
{
    public void Encode(ReadOnlySpan<SubscriptionEvent> events, IBufferWriter<byte> into)
    {
        foreach (SubscriptionEvent happened in events)
        {
            ToWire(happened is SubscriptionEvent.Kept ? happened.State : throw new ArgumentException("this event is not stored", nameof(events))).WriteTo(into);
        }
    }

    public ImmutableArray<SubscriptionEvent> Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            return [new SubscriptionEvent.Kept(FromWire(Wire.Subscription.Parser.ParseFrom(payload)))];
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new FormatException("not a stored subscription: " + damage.Message, damage);
        }
    }

    public bool Supersedes(SubscriptionEvent happened) => happened is SubscriptionEvent.Kept;

    public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => default;

    private static Wire.Subscription ToWire(SubscriptionState state)
    {
        var wire = new Wire.Subscription
        {
            Phase = (uint)state.Phase,
            Event = StoredParts.Text(state.Event),
            Salt = state.Salt,
            ExpiresAt = state.ExpiresAt.Milliseconds,
        };
        wire.Transactions.AddRange(state.Transactions.Select(ToWire));
        if (state.First is { } first)
        {
            wire.First = ToWire(first);
        }

        if (state.Subscriber is { } subscriber)
        {
            wire.Subscriber = StoredParts.ToWire(subscriber);
        }

        if (state.Notifier is { } notifier)
        {
            wire.Notifier = StoredParts.ToWire(notifier);
        }

        return wire;
    }

    private static Wire.First ToWire(ResponseContext first)
    {
        var wire = new Wire.First
        {
            Key = StoredParts.Text(first.Key),
            Request = Octets(first.Request),
            Salt = first.Salt,
            GiveUpAt = first.GiveUpAt.Milliseconds,
            Parallel = first.Parallel,
            TryUntil = first.TryUntil.Milliseconds,
            BestStatus = (uint)first.BestStatus,
            Best = Octets(first.Best),
            Status = (uint)first.Status,
            Winner = (uint)first.Winner,
            Caller = StoredParts.ToWire(first.Caller),
        };
        wire.Legs.AddRange(first.Legs.Select(StoredParts.ToWire));
        wire.Clients.AddRange(first.Clients.Select(ToWire));
        wire.Targets.AddRange(first.Targets.Select(StoredParts.ToWire));
        if (first.Server is { } server)
        {
            wire.Server = ToWire(server);
        }

        return wire;
    }

    private static Wire.Transaction ToWire(Transaction transaction) => new()
    {
        Kind = (uint)transaction.Kind,
        Leg = (uint)transaction.Leg,
        Branch = StoredParts.Text(transaction.Branch),
        Method = (uint)transaction.Method,
        Cseq = transaction.CSeq,
        Flow = StoredParts.ToWire(transaction.Flow),
        StartedAt = transaction.StartedAt.Milliseconds,
        Phase = transaction.Phase,
        RetransmitInterval = (long)transaction.RetransmitInterval.TotalMilliseconds,
        Retransmit = ToWire(transaction.Retransmit),
        Timeout = ToWire(transaction.Timeout),
        Request = StoredParts.Bytes(transaction.Request),
        Received = Octets(transaction.Received),
        Last = StoredParts.Bytes(transaction.Last),
        Peer = StoredParts.Text(transaction.Peer),
    };

    private static Wire.Deadline ToWire(Deadline deadline) => new() { Timer = (uint)deadline.Timer, At = deadline.At.Milliseconds };

    private static ByteString Octets(SipMessage? message) => message is null ? ByteString.Empty : ByteString.CopyFrom(message.Raw);

    private static SubscriptionState FromWire(Wire.Subscription wire) => SubscriptionState.Empty with
    {
        Phase = (SubscriptionPhase)wire.Phase,
        First = wire.First is null ? null : FromWire(wire.First),
        Subscriber = wire.Subscriber is null ? null : CallEventReading.FromWire(wire.Subscriber),
        Notifier = wire.Notifier is null ? null : CallEventReading.FromWire(wire.Notifier),
        Event = CallEventReading.Text(wire.Event),
        Salt = wire.Salt,
        ExpiresAt = new Instant(wire.ExpiresAt),
        Transactions = [.. wire.Transactions.Select(FromWire)],
    };

    private static ResponseContext FromWire(Wire.First wire) => new()
    {
        Key = CallEventReading.Text(wire.Key),
        Request = SipMessage.Copy(wire.Request.Span),
        Caller = CallEventReading.FromWire(wire.Caller),
        Server = wire.Server is null ? null : FromWire(wire.Server),
        Salt = wire.Salt,
        GiveUpAt = new Instant(wire.GiveUpAt),
        Legs = [.. wire.Legs.Select(CallEventReading.FromWire)],
        Clients = [.. wire.Clients.Select(FromWire)],
        Targets = [.. wire.Targets.Select(CallEventReading.FromWire)],
        Parallel = wire.Parallel,
        TryUntil = new Instant(wire.TryUntil),
        BestStatus = (int)wire.BestStatus,
        Best = Message(wire.Best),
        Status = (int)wire.Status,
        Winner = (int)wire.Winner,
    };

    private static Transaction FromWire(Wire.Transaction wire) => new()
    {
        Kind = (TransactionKind)wire.Kind,
        Leg = (int)wire.Leg,
        Branch = CallEventReading.Text(wire.Branch),
        Method = (SipMethod)wire.Method,
        CSeq = wire.Cseq,
        Flow = CallEventReading.FromWire(wire.Flow),
        StartedAt = new Instant(wire.StartedAt),
        Phase = (byte)wire.Phase,
        RetransmitInterval = TimeSpan.FromMilliseconds(wire.RetransmitInterval),
        Retransmit = FromWire(wire.Retransmit),
        Timeout = FromWire(wire.Timeout),
        Request = wire.Request.Memory,
        Received = Message(wire.Received),
        Last = wire.Last.Memory,
        Peer = CallEventReading.Text(wire.Peer),
    };

    private static Deadline FromWire(Wire.Deadline wire) => new((TransactionTimer)wire.Timer, new Instant(wire.At));

    private static SipMessage? Message(ByteString octets) => octets.IsEmpty ? null : SipMessage.Copy(octets.Span);
}
