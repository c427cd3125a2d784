using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Accounts;

/// <summary>What the cluster knows of one account at a carrier: an immutable value.</summary>
public sealed record AccountState
{
    public static readonly AccountState Empty = new();

    /// <summary>As configured; empty until it is woken.</summary>
    public string Trunk { get; init; } = "";
    public string AddressOfRecord { get; init; } = "";
    public AccountPhase Phase { get; init; }

    /// <summary>What its names are derived from besides its key: an account that is configured again after it was taken away has another Call-ID.</summary>
    public uint Salt { get; init; }

    /// <summary>The CSeq number of the last REGISTER.</summary>
    public uint CSeq { get; init; }

    /// <summary>Where the attempt under way goes: the first is being tried or looked up.</summary>
    public ImmutableArray<Target> Targets { get; init; } = [];

    /// <summary>How many redirections, and wishes for a longer time, the attempt has followed.</summary>
    public int Detours { get; init; }

    /// <summary>The REGISTER under way; null: none.</summary>
    public Transaction? Client { get; init; }

    /// <summary>The Contact URI that it registers, and the registrar as it was configured when the attempt began.</summary>
    public string Contact { get; init; } = "";
    public string Registrar { get; init; } = "";

    /// <summary>The challenges that have been answered: what follows carries credentials from the start.</summary>
    public ImmutableArray<AnsweredChallenge> Challenges { get; init; } = [];

    /// <summary>Null: nothing that we know of.</summary>
    public CarrierBinding? Bound { get; init; }

    /// <summary>When the next attempt begins; only while nothing is under way.</summary>
    public Instant NextAt { get; init; } = Instant.Never;

    /// <summary>Attempts in a row that have failed.</summary>
    public int Failures { get; init; }

    /// <summary>How the last attempt ended; 0: none has ended.</summary>
    public int LastStatus { get; init; }

    /// <summary>The shortest time that the registrar accepts, in seconds, as it has said in a 423.</summary>
    public long LeastExpires { get; init; }

    /// <summary>What the last attempt was configured by: a digest, so that the password is not stored.</summary>
    public ulong Mark { get; init; }

    /// <summary>The number of the last look-up, and of the one that is waited for. Not stored.</summary>
    public int Lookups { get; init; }
    public int Lookup { get; init; }
    public Instant LookupUntil { get; init; } = Instant.Never;

    /// <summary>When the configuration is looked at again. Not stored.</summary>
    public Instant CheckAt { get; init; } = Instant.Never;

    /// <summary>As it was configured last: to take its binding away when it is not any more. Not stored, for the password's sake.</summary>
    public AccountSettings? Known { get; init; }

    public bool IsBound(Instant now) => Bound is { } bound && bound.Until > now;
}
