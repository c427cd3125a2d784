using System.Text;

namespace Controller.Sip.Sdp;

/// <summary>o= line, RFC 8866 section 5.2.</summary>
/// <param name="SessionId">Numbers too large for 64 bits are read as the largest.</param>
/// <param name="Version">Grows by one with every change of the description (RFC 3264 section 8).</param>
/// <param name="AddressType">"IP4" or "IP6".</param>
public sealed record SdpOrigin(string User, ulong SessionId, ulong Version, string AddressType, string Address)
{
    /// <summary>The o= line of a description; null if it has none before the first m=, or it cannot be read.</summary>
    public static SdpOrigin? Of(ReadOnlySpan<byte> sdp)
    {
        var lines = new SdpLines(sdp);
        while (lines.MoveNext() && lines.Type != 'm')
        {
            if (lines.Type == 'o') return Parse(lines.Value);
        }

        return null;
    }

    /// <summary>Its two numbers alone; false where <see cref="Of"/> is null.</summary>
    public static bool TryNumbers(ReadOnlySpan<byte> sdp, out ulong sessionId, out ulong version)
    {
        (sessionId, version) = (0, 0);
        var lines = new SdpLines(sdp);
        while (lines.MoveNext() && lines.Type != 'm')
        {
            if (lines.Type == 'o') return TryFields(lines.Value, out _, out sessionId, out version, out _, out _);
        }

        return false;
    }

    internal static SdpOrigin? Parse(ReadOnlySpan<byte> value)
    {
        if (!TryFields(value, out var user, out var id, out var version, out var addressType, out var address)) return null;
        return new SdpOrigin(Encoding.UTF8.GetString(user), id, version, Encoding.UTF8.GetString(addressType), Encoding.UTF8.GetString(address));
    }

    private static bool TryFields(
        ReadOnlySpan<byte> value, out ReadOnlySpan<byte> user, out ulong id, out ulong version, out ReadOnlySpan<byte> addressType, out ReadOnlySpan<byte> address)
    {
        (id, version) = (0, 0);
        user = SdpLines.TakeField(ref value);
        var idText = SdpLines.TakeField(ref value);
        var versionText = SdpLines.TakeField(ref value);
        var network = SdpLines.TakeField(ref value);
        addressType = SdpLines.TakeField(ref value);
        address = SdpLines.TakeField(ref value);
        return !user.IsEmpty && !network.IsEmpty && !address.IsEmpty && TryNumber(idText, out id) && TryNumber(versionText, out version);
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out ulong number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            var value = (ulong)(digit - '0');
            number = number > (ulong.MaxValue - value) / 10 ? ulong.MaxValue : number * 10 + value;
        }

        return !digits.IsEmpty;
    }
}
