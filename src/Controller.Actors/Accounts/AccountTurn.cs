using System.Buffers.Binary;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Accounts;

/// <summary>One decision of an account in the making. Its names follow from its key and its salt, so that they are the same after every takeover.</summary>
internal sealed class AccountTurn(AccountState state, in ActorContext<ControllerSettings> context)
{
    private readonly ImmutableArray<CallEffect>.Builder _effects = ImmutableArray.CreateBuilder<CallEffect>(2);
    private readonly AccountState _before = state;
    private bool _isKept;

    public AccountState State { get; private set; } = state;
    public ActorId Self { get; } = context.Self;
    public Instant Now { get; } = context.Now;
    public ControllerSettings Settings { get; } = context.Settings;

    public string CallIdValue => CallToken.Encode(Secret, Self, 0, State.Salt);

    public string LocalTag => Tags.Make(Secret, Self, 0, BitConverter.GetBytes(State.Salt));

    /// <summary>As configured now; null if it is no more.</summary>
    public AccountSettings? Configured => SettingsOf(State.Trunk, State.AddressOfRecord);

    /// <summary>What the attempt under way is made with: to take a binding away, as it was when that was made.</summary>
    public AccountSettings? Account => State.Phase == AccountPhase.Leaving ? State.Known ?? Configured : Configured ?? State.Known;

    private ReadOnlySpan<byte> Secret => Settings.Secret.Span;

    public AccountSettings? SettingsOf(string trunk, string addressOfRecord) => Settings.Trunks.TryGetValue(trunk, out TrunkSettings? known)
        ? known.Accounts.FirstOrDefault(account => account.AddressOfRecord == addressOfRecord)
        : null;

    /// <summary>Something that need not be known after a crash.</summary>
    public void Become(AccountState next) => State = next;

    /// <summary>Something that another party is about to see, or that must be known after a crash.</summary>
    public void Keep(AccountState next)
    {
        State = next;
        _isKept = true;
    }

    public void Do(CallEffect effect) => _effects.Add(effect);

    public void Send(Flow to, ReadOnlyMemory<byte> request, string branch) => Do(new CallEffect.Send(to, request, branch));

    public string Branch(uint cseq) => Branches.Make(Secret, Self, 0, cseq, SipMethod.Register, (int)State.Salt);

    public string ClientNonce(string nonce) => Tokens.ClientNonce.Make(Secret, Self, State.Salt, 0, nonce);

    /// <summary>What stands for chance: a time below the span, of the account's key and the number of its last request.</summary>
    public TimeSpan Chance(TimeSpan below)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(Secret, "chance:"u8, Latin1.Octets($"{Self.Key:x32}/{State.Salt}/0/{State.CSeq}"), hash);
        return below * (BinaryPrimitives.ReadUInt32BigEndian(hash) / (double)uint.MaxValue);
    }

    /// <summary>A digest of how it is configured that says nothing about it to whoever reads the journal.</summary>
    public ulong MarkOf(string configured)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(Secret, "account-mark:"u8, System.Text.Encoding.UTF8.GetBytes(configured), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Of an account that is not configured, and has no binding that we could take away, nothing is kept.</summary>
    public Decision<AccountState, AccountEvent, CallEffect> Decided()
    {
        bool over = State.AddressOfRecord.Length == 0;
        return ReferenceEquals(State, _before)
            ? new(State, [], _effects.DrainToImmutable(), Stop: over)
            : new(State, [_isKept && !over ? new AccountEvent.Kept(State) : new AccountEvent.Became(State)], _effects.DrainToImmutable(), Stop: over);
    }
}
