using System.Buffers;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Google.Protobuf;

namespace Controller.Actors.Accounts;

/// <summary>account.proto: each row is the whole account, so the last one is enough.</summary>
public sealed class AccountEventCodec : IEventCodec<AccountEvent, CallEffect>
{
    public void Encode(ReadOnlySpan<AccountEvent> events, IBufferWriter<byte> into)
    {
        foreach (AccountEvent happened in events)
        {
            ToWire(happened is AccountEvent.Kept ? happened.State : throw new ArgumentException("this event is not stored", nameof(events))).WriteTo(into);
        }
    }

    public ImmutableArray<AccountEvent> Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            return [new AccountEvent.Kept(FromWire(Wire.Account.Parser.ParseFrom(payload)))];
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new FormatException("not a stored account: " + damage.Message, damage);
        }
    }

    public bool Supersedes(AccountEvent happened) => happened is AccountEvent.Kept;

    public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => default;

    private static Wire.Account ToWire(AccountState state)
    {
        var wire = new Wire.Account
        {
            Trunk = state.Trunk,
            AddressOfRecord = state.AddressOfRecord,
            Phase = (uint)state.Phase,
            Salt = state.Salt,
            Cseq = state.CSeq,
            Detours = (uint)state.Detours,
            Contact = StoredParts.Text(state.Contact),
            Registrar = StoredParts.Text(state.Registrar),
            NextAt = state.NextAt.Milliseconds,
            Failures = (uint)state.Failures,
            LastStatus = (uint)state.LastStatus,
            LeastExpires = state.LeastExpires,
            Mark = state.Mark,
        };
        wire.Targets.AddRange(state.Targets.Select(StoredParts.ToWire));
        wire.Challenges.AddRange(state.Challenges.Select(challenge =>
            new Calls.Events.Wire.AnsweredChallenge { IsProxy = challenge.IsProxy, Value = StoredParts.Text(challenge.Value), Uses = challenge.Uses }));
        if (state.Client is { } client)
        {
            wire.Client = new Wire.Request
            {
                Branch = StoredParts.Text(client.Branch),
                Cseq = client.CSeq,
                Flow = StoredParts.ToWire(client.Flow),
                StartedAt = client.StartedAt.Milliseconds,
                Octets = StoredParts.Bytes(client.Request),
                Challenges = (uint)client.Challenges,
            };
        }

        if (state.Bound is { } bound)
        {
            wire.Bound = new Wire.Bound
            {
                Contact = StoredParts.Text(bound.Contact),
                Registrar = StoredParts.Text(bound.Registrar),
                RequestUri = StoredParts.Text(bound.RequestUri),
                Flow = StoredParts.ToWire(bound.Flow),
                Until = bound.Until.Milliseconds,
            };
        }

        return wire;
    }

    private static AccountState FromWire(Wire.Account wire) => AccountState.Empty with
    {
        Trunk = wire.Trunk,
        AddressOfRecord = wire.AddressOfRecord,
        Phase = (AccountPhase)wire.Phase,
        Salt = wire.Salt,
        CSeq = wire.Cseq,
        Targets = [.. wire.Targets.Select(CallEventReading.FromWire)],
        Detours = (int)wire.Detours,
        Client = wire.Client is null ? null : FromWire(wire.Client),
        Contact = CallEventReading.Text(wire.Contact),
        Registrar = CallEventReading.Text(wire.Registrar),
        Challenges = [.. wire.Challenges.Select(challenge => new AnsweredChallenge(challenge.IsProxy, CallEventReading.Text(challenge.Value), challenge.Uses))],
        Bound = wire.Bound is not { } bound ? null : new CarrierBinding(
            CallEventReading.Text(bound.Contact), CallEventReading.Text(bound.Registrar), CallEventReading.Text(bound.RequestUri), CallEventReading.FromWire(bound.Flow), new Instant(bound.Until)),
        NextAt = new Instant(wire.NextAt),
        Failures = (int)wire.Failures,
        LastStatus = (int)wire.LastStatus,
        LeastExpires = wire.LeastExpires,
        Mark = wire.Mark,
    };

    private static Transaction FromWire(Wire.Request wire) => Transaction.Start(
        TransactionKind.NonInviteClient, 0, CallEventReading.Text(wire.Branch), SipMethod.Register, wire.Cseq, CallEventReading.FromWire(wire.Flow), new Instant(wire.StartedAt)) with
    {
        Request = wire.Octets.Memory,
        Challenges = (int)wire.Challenges,
    };
}
