using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>A session description (RFC 8866) read as far as a border controller needs: who, where, which streams, which way.</summary>
public sealed class SdpBody
{
    public required SdpOrigin Origin { get; init; }

    /// <summary>s= line; "-" if there is none.</summary>
    public required string SessionName { get; init; }

    /// <summary>Address of the session-level c= line; empty if there is none.</summary>
    public required string ConnectionAddress { get; init; }

    /// <summary>Start and stop of the t= line; (0, 0) is "now and for ever", as RFC 3264 section 5 wants it.</summary>
    public required (ulong Start, ulong Stop) Timing { get; init; }

    /// <summary>In the order of the m= lines: offer and answer match by position (RFC 3264 section 6).</summary>
    public required IReadOnlyList<SdpMedia> Media { get; init; }

    /// <summary>Session-level attributes in their order.</summary>
    public required IReadOnlyList<SdpAttribute> Attributes { get; init; }

    /// <summary>No stream is wanted by its sender: the call is on hold. False if there are no live streams at all.</summary>
    public bool IsHeld => Media.Any(static media => !media.IsOff) && Media.All(static media => media.IsOff || media.IsHeld);

    /// <returns>False if a line is no line of a description, v= is not first and 0, or o= or an m= cannot be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> sdp, [NotNullWhen(true)] out SdpBody? body)
    {
        body = null;
        var lines = new SdpLines(sdp);

        // RFC 8866 section 5.1: "v=0", and the line comes first (section 9).
        if (!lines.MoveNext() || lines.Type != 'v' || !lines.Value.SequenceEqual("0"u8)) return false;

        SdpOrigin? origin = null;
        string name = "-", connection = "";
        (ulong, ulong) timing = (0, 0);
        SdpDirection? direction = null;
        var attributes = new List<SdpAttribute>();
        var sections = new List<SdpSection>();
        while (lines.MoveNext())
        {
            var section = sections.Count == 0 ? null : sections[^1];
            switch (lines.Type)
            {
                case (byte)'m':
                    if (SdpSection.Parse(lines.Value) is not { } opened) return false;
                    sections.Add(opened);
                    break;
                case (byte)'o' when section is null && origin is null:
                    if ((origin = SdpOrigin.Parse(lines.Value)) is null) return false;
                    break;
                case (byte)'s' when section is null:
                    name = Encoding.UTF8.GetString(lines.Value);
                    break;
                case (byte)'c':
                    if (Address(lines.Value) is not { } address) return false;
                    // RFC 8866 section 5.7: a media-level c= overrides; of several (layered multicast) the first is the base.
                    if (section is null) connection = address;
                    else section.Connection ??= address;
                    break;
                case (byte)'t' when section is null:
                    timing = Times(lines.Value);
                    break;
                case (byte)'a':
                    if (SdpDirections.TryParse(lines.Value, out var way))
                    {
                        if (section is null) direction = way;
                        else section.Direction = way;
                    }

                    (section?.Attributes ?? attributes).Add(Attribute(lines.Value));
                    break;

                // RFC 8866 section 5: i=, u=, e=, p=, b=, r=, z=, k= and letters to come say nothing that we act on.
                default:
                    break;
            }
        }

        if (lines.Malformed || origin is null) return false;
        var media = new SdpMedia[sections.Count];
        for (var i = 0; i < media.Length; i++) media[i] = sections[i].Close(connection, direction);
        body = new SdpBody
        {
            Origin = origin,
            SessionName = name,
            ConnectionAddress = connection,
            Timing = timing,
            Media = media,
            Attributes = attributes,
        };
        return true;
    }

    // RFC 8866 section 5.7: "c=<nettype> <addrtype> <connection-address>", the address perhaps with "/ttl".
    private static string? Address(ReadOnlySpan<byte> value)
    {
        SdpLines.TakeField(ref value);
        SdpLines.TakeField(ref value);
        var address = SdpLines.TakeField(ref value);
        if (address.IsEmpty) return null;
        var slash = address.IndexOf((byte)'/');
        return Encoding.UTF8.GetString(slash < 0 ? address : address[..slash]);
    }

    private static (ulong Start, ulong Stop) Times(ReadOnlySpan<byte> value)
    {
        _ = System.Buffers.Text.Utf8Parser.TryParse(SdpLines.TakeField(ref value), out ulong start, out _);
        _ = System.Buffers.Text.Utf8Parser.TryParse(SdpLines.TakeField(ref value), out ulong stop, out _);
        return (start, stop);
    }

    internal static SdpAttribute Attribute(ReadOnlySpan<byte> value)
    {
        var colon = value.IndexOf((byte)':');
        return colon < 0
            ? new SdpAttribute(Encoding.UTF8.GetString(value), "")
            : new SdpAttribute(Encoding.UTF8.GetString(value[..colon]), Encoding.UTF8.GetString(value[(colon + 1)..]));
    }
}
