using System.Collections.Immutable;

namespace Controller.Sip.Dialogs;

/// <summary>The state of a dialog as one of its ends keeps it: RFC 3261 section 12. A value: it can be journaled as it is.</summary>
/// <param name="LocalUri">From of our requests, without the tag; may include a display name.</param>
/// <param name="RemoteUri">To of our requests, without the tag.</param>
/// <param name="RemoteTarget">URI of the peer's Contact.</param>
/// <param name="RouteSet">Route values in the order in which a request of ours carries them, as written.</param>
/// <param name="LocalSequence">CSeq number of our last request; 0 before the first.</param>
/// <param name="RemoteSequence">Highest CSeq number of the peer's requests; null before the first: "the remote sequence number MUST be empty".</param>
/// <param name="IsSecure">The dialog was set up over TLS with a sips Request-URI (section 12.1.1).</param>
public sealed record Dialog(
    DialogId Id, string LocalUri, string RemoteUri, string RemoteTarget, ImmutableArray<string> RouteSet,
    uint LocalSequence, uint? RemoteSequence, bool IsSecure = false)
{
    /// <summary>The same dialog with the number of the next request of ours.</summary>
    /// <remarks>Section 12.2.1.1: "the local sequence number MUST be incremented by one, and this value MUST be placed into the CSeq header field."
    /// ACK and CANCEL do not count: they repeat the number of what they belong to.</remarks>
    public Dialog WithNextRequest() => this with { LocalSequence = LocalSequence + 1 };

    /// <summary>Section 12.2.1.2 and 12.2.2: a target refresh request, or the 2xx to one, replaces the remote target; an empty Contact leaves it. The route set never changes.</summary>
    public Dialog WithTarget(string contactUri) => contactUri.Length == 0 ? this : this with { RemoteTarget = contactUri };
}
