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
        var kind = SdpLines.TakeField(ref value);
        var ports = SdpLines.TakeField(ref value);
        var protocol = SdpLines.TakeField(ref value);
        if (kind.IsEmpty || protocol.IsEmpty) return null;

        var count = 1;
        var slash = ports.IndexOf((byte)'/');
        if (slash >= 0 && (!Utf8Parser.TryParse(ports[(slash + 1)..], out count, out var used) || used != ports.Length - slash - 1 || count < 1)) return null;
        var portText = slash < 0 ? ports : ports[..slash];
        if (!Utf8Parser.TryParse(portText, out ushort port, out var read) || read != portText.Length) return null;

        var formats = new List<string>();
        for (ReadOnlySpan<byte> format; !(format = SdpLines.TakeField(ref value)).IsEmpty;) formats.Add(Encoding.UTF8.GetString(format));
        return new SdpSection(Encoding.UTF8.GetString(kind), port, count, Encoding.UTF8.GetString(protocol), formats);
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
