using System.Net;

namespace Controller.Host.Configuration.Keys;

internal sealed class PrefixKind : KeyKind
{
    public override string Expected => "an IP address with the length of its network, such as \"10.9.0.10/24\"";

    protected override KeyReading ReadText(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2 && IPAddress.TryParse(parts[0], out IPAddress? address) && byte.TryParse(parts[1], out byte length)
            && length <= address.GetAddressBytes().Length * 8
            ? KeyReading.Ok(text, text)
            : Refuse(text);
    }
}
