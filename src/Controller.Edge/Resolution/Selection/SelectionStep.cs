using System.Collections.Immutable;
using Controller.Edge.Resolution.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution.Selection;

/// <summary>How far a selection has come.</summary>
/// <param name="Missing">What has to be asked before it can go on; empty: it is done.</param>
/// <param name="Targets">In the order to try.</param>
internal sealed record SelectionStep(ImmutableArray<DnsQuestion> Missing, ImmutableArray<Flow> Targets);
