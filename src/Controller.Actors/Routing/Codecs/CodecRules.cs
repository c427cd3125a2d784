using System.Collections.Immutable;
using Controller.Sip.Sdp;

namespace Controller.Actors.Routing.Codecs;

/// <summary>Which codecs session descriptions may name in one direction of a trunk or a realm, and in which order.</summary>
public sealed record CodecRules
{
    public static readonly CodecRules None = new();

    /// <summary>What may be named; a media type of which it says nothing is not limited. Empty: everything.</summary>
    public ImmutableArray<CodecPattern> Allow { get; init; } = [];

    /// <summary>What may not be named.</summary>
    public ImmutableArray<CodecPattern> Deny { get; init; } = [];

    /// <summary>What comes first, in this order; the others follow as they stood.</summary>
    public ImmutableArray<CodecPattern> Order { get; init; } = [];

    public bool IsNone => Allow.IsEmpty && Deny.IsEmpty && Order.IsEmpty;

    public bool Permits(string kind, SdpFormat format)
    {
        if (Deny.Any(pattern => pattern.Matches(kind, format)))
        {
            return false;
        }

        return !Allow.Any(pattern => pattern.Kind == kind) || CodecKinds.IsSignal(format) || CodecKinds.IsRetransmission(format)
            || Allow.Any(pattern => pattern.Matches(kind, format));
    }

    public IEnumerable<SdpFormat> Sort(string kind, IEnumerable<SdpFormat> formats) => formats.OrderBy(format => Place(kind, format));

    private int Place(string kind, SdpFormat format)
    {
        for (int i = 0; i < Order.Length; i++)
        {
            if (Order[i].Matches(kind, format))
            {
                return i;
            }
        }

        return Order.Length;
    }
}
