using System.Collections.Immutable;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution.Selection;

/// <summary>Where a request is to go, as its URI says it (RFC 3263 section 4).</summary>
/// <param name="Host">Normalised; TARGET of RFC 3263.</param>
/// <param name="Port">0: the URI names none.</param>
/// <param name="Transport">Null: the URI names none.</param>
/// <param name="Listeners">What it can be reached from; the preferred first.</param>
/// <param name="Seed">Stands for chance in the choice by weight.</param>
internal sealed record NextHop(string Host, int Port, SipTransport? Transport, ImmutableArray<LocalListener> Listeners, ulong Seed)
{
    /// <summary>A name of the hosts file: it has addresses and nothing else.</summary>
    public bool IsLocal { get; init; }
}
