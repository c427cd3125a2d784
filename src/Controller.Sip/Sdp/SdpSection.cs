using System.Buffers.Text;
using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>An m= section while its lines are still being read.</summary>
internal sealed class SdpSection(string kind, int port, int portCount, string protocol, IReadOnlyList<string> formats)
{
    public string? Connection { get; set; }
    public SdpDirection? Direction { get; set; }
    public List<SdpAttribute> Attributes { get; } = [];

    /// <summary>RFC 8866 section 5.14: "m=media port/count proto fmt ..."; null if it is not.</summary>
    public static SdpSection? Parse(ReadOnlySpan<byte> value)
    {
        if (!TryRead(value, out var kind, out var port, out var count, out var protocol, out var rest)) return null;
        var formats = new List<string>();
        for (ReadOnlySpan<byte> format; !(format = SdpLines.TakeField(ref rest)).IsEmpty;) formats.Add(Encoding.UTF8.GetString(format));
        return new SdpSection(Encoding.UTF8.GetString(kind), port, count, Encoding.UTF8.GetString(protocol), formats);
    }

    /// <summary>All that RFC 8866 section 5.14 wants is there, one format at least ("1*(SP fmt)"). Allocates nothing.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> value) =>
        TryRead(value, out _, out _, out _, out _, out var formats) && !SdpLines.TakeField(ref formats).IsEmpty;

    private static bool TryRead(
        ReadOnlySpan<byte> value, out ReadOnlySpan<byte> kind, out ushort port, out int count, out ReadOnlySpan<byte> protocol, out ReadOnlySpan<byte> formats)
    {
        kind = SdpLines.TakeField(ref value);
        var ports = SdpLines.TakeField(ref value);
        protocol = SdpLines.TakeField(ref value);
        formats = value;
        (count, port) = (1, 0);
        if (kind.IsEmpty || protocol.IsEmpty) return false;

        var slash = ports.IndexOf((byte)'/');
        if (slash >= 0 && (!Utf8Parser.TryParse(ports[(slash + 1)..], out count, out var used) || used != ports.Length - slash - 1 || count < 1)) return false;
        var portText = slash < 0 ? ports : ports[..slash];
        return Utf8Parser.TryParse(portText, out port, out var read) && read == portText.Length;
    }

    public SdpMedia Close(string sessionConnection, SdpDirection? sessionDirection)
    {
        // RFC 3264 section 5.1: a stream without a direction has that of the session; without that it is sendrecv.
        var direction = Direction ?? sessionDirection ?? SdpDirection.SendRecv;
        var connection = Connection ?? sessionConnection;

        // RFC 3264 section 8.4: RFC 2543 put a user on hold with the connection address 0.0.0.0: nothing can be sent there, whatever the direction says.
        if (connection is "0.0.0.0" or "::")
        {
            direction = direction switch { SdpDirection.SendRecv => SdpDirection.SendOnly, SdpDirection.RecvOnly => SdpDirection.Inactive, _ => direction };
        }

        return new SdpMedia(kind, port, portCount, protocol, formats, direction, connection, Attributes);
    }
}
