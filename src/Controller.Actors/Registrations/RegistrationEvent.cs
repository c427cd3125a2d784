using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Registrations;

public abstract record RegistrationEvent
{
    private RegistrationEvent() { }

    /// <summary>
    /// The bindings are now these. The only event that is stored, and it carries the whole state, so one row per address-of-record stands in the
    /// journal. The nonces go with it: what was captured before a restart cannot be replayed after it.
    /// </summary>
    public sealed record BindingsReplaced(
        string AddressOfRecord, ImmutableArray<Binding> Bindings, ImmutableArray<UsedNonce> Nonces) : RegistrationEvent;

    /// <summary>Credentials were accepted: the same nonce needs a higher count the next time. In memory only.</summary>
    public sealed record NonceUsed(UsedNonce Nonce) : RegistrationEvent;

    /// <summary>A request was answered: its retransmissions get the same octets. In memory only.</summary>
    public sealed record Answered(RecentAnswer Answer) : RegistrationEvent;

    /// <summary>
    /// Whatever was due at this time is gone. Not stored: a recovery looks at the same deadlines and the clock.
    /// </summary>
    public sealed record Lapsed(Instant Now) : RegistrationEvent;
}

/// <param name="Nc">The highest nonce count accepted: RFC 7616 section 3.4.</param>
/// <param name="ForgetAt">Stale from then on, whatever the count.</param>
public sealed record UsedNonce(string Nonce, uint Nc, Instant ForgetAt);

/// <summary>A non-INVITE server transaction in "Completed": RFC 3261 section 17.2.2, keyed as in section 17.2.3.</summary>
/// <param name="ForgetAt">Timer J: 64*T1.</param>
public sealed record RecentAnswer(string Branch, string CallIdValue, uint CSeq, Flow Flow, ReadOnlyMemory<byte> Bytes, Instant ForgetAt);
