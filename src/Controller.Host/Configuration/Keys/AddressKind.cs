using System.Net;

namespace Controller.Host.Configuration.Keys;

/// <summary>An address to bind. A name is refused: which of its addresses is meant would change with the resolver.</summary>
internal sealed class AddressKind : KeyKind
{
    public override string Expected => "an IP address and a port, such as \"127.0.0.1:5060\" or \"[::1]:5060\"";

    protected override KeyReading ReadText(string text)
        => HostPortKind.TrySplit(text, out string host, out int? port) && port is { } number && IPAddress.TryParse(host, out IPAddress? address)
            && (host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') == 3)
            ? KeyReading.Ok(new IPEndPoint(address, number), new IPEndPoint(address, number).ToString())
            : Refuse(text);
}
