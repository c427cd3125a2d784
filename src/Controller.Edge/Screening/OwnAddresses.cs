using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Transport;

namespace Controller.Edge.Screening;

/// <summary>Which sent-by, which hosts are ours: fixed once the listeners are bound.</summary>
internal sealed class OwnAddresses
{
    private readonly (byte[] Host, int Port)[] _sentBy;
    private readonly FrozenSet<string> _hosts;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _hostsByText;

    public OwnAddresses(IReadOnlyList<ListenerSettings> bound)
    {
        _sentBy = [.. bound.Select(l => (Encoding.ASCII.GetBytes(l.AdvertiseHost), l.AdvertisePort)).DistinctBy(s => (Convert.ToHexString(s.Item1), s.AdvertisePort))];
        HashSet<string> hosts = [];
        foreach (ListenerSettings listener in bound)
        {
            hosts.Add(Canonical(listener.AdvertiseHost));
            if (listener.Listen.Address.Equals(IPAddress.Any) || listener.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                hosts.UnionWith(LocalAddresses(listener.Listen.AddressFamily));
            }
            else
            {
                hosts.Add(Canonical(listener.Listen.Address.ToString()));
            }
        }

        _hosts = hosts.ToFrozenSet(StringComparer.Ordinal);
        _hostsByText = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>True if this Via was written by us.</summary>
    public bool Wrote(in Via via)
    {
        int port = via.Port != 0 ? via.Port : via.Transport is SipTransport.Tls ? 5061 : 5060;
        foreach ((byte[] host, int ownPort) in _sentBy)
        {
            if (ownPort == port && Ascii.EqualsIgnoreCase(host, via.Host))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for an address of a listener (its port does not matter) and for a domain that we are registrar of.</summary>
    /// <param name="host">An IPv6 address without brackets.</param>
    public bool AreAt(ReadOnlySpan<byte> host, RegistrarSettings registrar)
    {
        if (host.Length is 0 or > 255 || !Ascii.IsValid(host))
        {
            return false;
        }

        Span<char> text = stackalloc char[host.Length];
        Ascii.ToLower(host, text, out int length);
        text = text[..length];
        if (_hostsByText.Contains(text))
        {
            return true;
        }

        string name = new(text);
        return registrar.Domains.Contains(name)
            || (name.Contains(':', StringComparison.Ordinal) && _hosts.Contains(Canonical(name)));
    }

    /// <summary>One spelling for each address: IPv6 has many.</summary>
    private static string Canonical(string host)
    {
        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            return host.ToLowerInvariant();
        }

        return (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()) : address).ToString();
    }

    private static IEnumerable<string> LocalAddresses(System.Net.Sockets.AddressFamily family) =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Where(u => u.Address.AddressFamily == family)
            .Select(u => Canonical(u.Address.ToString()));
}
