using System.Net;
using Controller.Actors.Calls;
using Controller.Sip.Uris;

namespace Controller.Actors.Policies;

/// <summary>Which hosts mean us.</summary>
public static class OwnDomains
{
    /// <param name="host">Lower case, IPv6 without brackets.</param>
    public static bool IsOwnDomain(this ControllerSettings settings, string host)
    {
        if (settings.Registrar.Domains.Contains(host))
        {
            return true;
        }

        bool isAddress = IPAddress.TryParse(host, out IPAddress? address);
        foreach (ListenerSettings listener in settings.Listeners)
        {
            if (string.Equals(listener.AdvertiseHost, host, StringComparison.OrdinalIgnoreCase) || (isAddress && listener.Listen.Address.Equals(address)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Users are asked for where some are configured; without any, and without authentication, every one exists.</summary>
    public static bool IsUser(this ControllerSettings settings, string user) =>
        settings.Registrar.Users.IsEmpty ? !settings.Registrar.Authenticate : settings.Registrar.Users.ContainsKey(user);

    /// <summary>
    /// The one address-of-record of a user of ours, however the host was written (a domain, or one of our addresses): under the first domain unless the
    /// host is itself one of several domains.
    /// </summary>
    public static string RegistrarAddress(this ControllerSettings settings, in SipUri uri)
    {
        string canonical = SipUris.AddressOfRecord(uri);
        string host = Latin1.Text(uri.Host).ToLowerInvariant();
        bool address = IPAddress.TryParse(host, out _);
        string? first = settings.Registrar.Domains.Where(domain => !IPAddress.TryParse(domain, out _)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (!address || first is null)
        {
            return canonical;
        }

        int at = canonical.LastIndexOf('@');
        return at < 0 ? canonical : canonical[..(at + 1)] + first;
    }
}
