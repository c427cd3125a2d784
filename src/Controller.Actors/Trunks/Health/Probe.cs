using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Trunks.Health;

/// <summary>An OPTIONS under way (RFC 3261 section 11): a client transaction that is given up sooner than timer F would.</summary>
/// <param name="Rest">Where the endpoint's name leads as well.</param>
public sealed record Probe(string Branch, Flow Flow, ReadOnlyMemory<byte> Request, Instant RepeatAt, TimeSpan Interval, Instant GiveUpAt, ImmutableArray<Flow> Rest)
{
    /// <summary>17.1.2.2: timer E "doubles" up to T2; over a stream nothing is repeated.</summary>
    public Probe Repeated(Instant now)
    {
        TimeSpan next = Interval * 2 < SipTimers.Default.T2 ? Interval * 2 : SipTimers.Default.T2;
        return this with { Interval = next, RepeatAt = now.After(next) };
    }
}
