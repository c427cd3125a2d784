using System.Net;

namespace Controller.Host.Configuration.Keys;

/// <summary>Where requests come from: read as <see cref="IPNetwork"/>, an address as the network that it is alone in.</summary>
internal sealed class NetworkKind : KeyKind
{
    public override string Expected => "an address, or a network whose other bits are 0, such as \"192.0.2.0/24\" or \"2001:db8::/32\"";

    protected override KeyReading ReadText(string text)
    {
        string host = text.Split('/')[0];
        bool whole = (host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3) && !host.Contains('%', StringComparison.Ordinal);
        if (!whole || !IPAddress.TryParse(host, out IPAddress? address))
        {
            return Refuse(text);
        }

        string network = text.Contains('/', StringComparison.Ordinal) ? text : $"{address}/{address.GetAddressBytes().Length * 8}";
        return IPNetwork.TryParse(network, out IPNetwork read) && read.BaseAddress.Equals(address) ? KeyReading.Ok(read, read.ToString()) : Refuse(text);
    }
}
