using System.Collections.Immutable;
using Controller.Actors.Routing.Boundaries;
using Controller.Sip.Sdp;

namespace Controller.Actors.Routing.Codecs;

/// <summary>
/// The codec rules between two sides, one of which describes its media to the other.
/// <para>
/// Invariant: what an answer would have to lose is not offered. A description is limited by the rules on its own way and by those on the way back, so that whoever
/// is asked chooses among what may be answered.
/// </para>
/// </summary>
public sealed class CodecFilter
{
    private static readonly CodecFilter s_none = new([], []);

    private readonly ImmutableArray<CodecRules> _limits;
    private readonly ImmutableArray<CodecRules> _orders;

    private CodecFilter(ImmutableArray<CodecRules> limits, ImmutableArray<CodecRules> orders) => (_limits, _orders) = (limits, orders);

    /// <param name="from">Of the side that the description comes from.</param>
    /// <param name="to">Of the side that it goes to.</param>
    public static CodecFilter Between(BoundaryRules from, BoundaryRules to)
    {
        if (from.CodecsIn.IsNone && from.CodecsOut.IsNone && to.CodecsIn.IsNone && to.CodecsOut.IsNone)
        {
            return s_none;
        }

        return new CodecFilter([from.CodecsIn, to.CodecsOut, to.CodecsIn, from.CodecsOut], [from.CodecsIn, to.CodecsOut]);
    }

    /// <summary>
    /// Whether an offer cannot be made: no audio stream, or no stream at all, would have a codec left. RFC 3264 section 6: "If there are no media formats in common
    /// for all streams, the entire offered session is rejected."
    /// </summary>
    public bool Refuses(ReadOnlySpan<byte> offer)
    {
        (int audio, int streams, int lostAudio, int lost) = (0, 0, 0, 0);
        foreach (SdpMedia? media in _limits.IsEmpty ? [] : SdpFormats.Media(offer))
        {
            if (media is { IsOff: false })
            {
                bool isLost = SdpFormats.IsRtp(media) && IsEmptied(media);
                streams++;
                lost += isLost ? 1 : 0;
                audio += media.Kind == "audio" ? 1 : 0;
                lostAudio += isLost && media.Kind == "audio" ? 1 : 0;
            }
        }

        return lost > 0 && (lost == streams || (audio > 0 && lostAudio == audio));
    }

    /// <summary>
    /// The description as the other side may see it. A stream without a codec left is switched off in an offer that may be made all the same; in an answer, and
    /// where nobody is left to refuse to, it stays as it is: RFC 3264 section 6.1: "The stream MUST … [have] at least one codec the offerer is willing to send with".
    /// </summary>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> description, bool isOffer)
    {
        if (_limits.IsEmpty)
        {
            return description;
        }

        bool switchesOff = isOffer && !Refuses(description);
        return SdpFormats.Choose(description, media => Chosen(media, switchesOff));
    }

    private List<string>? Chosen(SdpMedia media, bool switchesOff)
    {
        if (IsEmptied(media))
        {
            return switchesOff ? [] : null;
        }

        IEnumerable<SdpFormat> formats = Kept(media);
        foreach (CodecRules rules in _orders)
        {
            formats = rules.Sort(media.Kind, formats);
        }

        List<string> payloads = [.. formats.Select(format => format.Payload)];
        return payloads.SequenceEqual(media.Formats) ? null : payloads;
    }

    /// <summary>It had a codec, and has none any more.</summary>
    private bool IsEmptied(SdpMedia media) => SdpFormat.Of(media).Any(CodecKinds.IsCodec) && !Kept(media).Any(CodecKinds.IsCodec);

    private List<SdpFormat> Kept(SdpMedia media)
    {
        List<SdpFormat> kept = [.. SdpFormat.Of(media).Where(format => _limits.All(rules => rules.Permits(media.Kind, format)))];

        // What wraps other formats is nothing without them (red), and what repeats that in turn, neither (rtx): no more than two steps.
        for (int step = 0; step < 2; step++)
        {
            HashSet<string> payloads = [.. kept.Select(format => format.Payload)];
            kept.RemoveAll(format => CodecKinds.Needs(format).Any(needed => !payloads.Contains(needed)));
        }

        return kept;
    }
}
