using System.Net;

namespace Controller.Host.Configuration.Keys;

/// <summary>A name server: by address, for a name of it nobody could look up. Port 53 if none is said.</summary>
internal sealed class NameServerKind : KeyKind
{
    public override string Expected => "the address of a name server, such as \"192.0.2.53\", \"192.0.2.53:53\" or \"[2001:db8::53]:53\"";

    protected override KeyReading ReadText(string text)
    {
        // "[2001:db8::53]:5353" is an address to the library, which says nothing of the port.
        bool bare = IPAddress.TryParse(text, out IPAddress? address) && IsWhole(text) && !text.StartsWith('[');
        int? port = 53;
        if (!bare && !(HostPortKind.TrySplit(text, out string host, out port) && port is null or > 0 && IPAddress.TryParse(host, out address) && IsWhole(host)))
        {
            return Refuse(text);
        }

        var server = new IPEndPoint(address!, port ?? 53);
        return KeyReading.Ok(server, server.ToString());
    }

    /// <summary>"127.1" is an address to the library, and a mistake to people.</summary>
    private static bool IsWhole(string address) => address.Contains(':', StringComparison.Ordinal) || address.Count(c => c == '.') == 3;
}
