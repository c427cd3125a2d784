using System.Net;
using Controller.Actors.Policies;

namespace Controller.Actors.Registrations;

/// <summary>Which addresses-of-record this registrar is responsible for.</summary>
internal static class AddressesOfRecord
{
    /// <summary>
    /// A domain of ours (or an address of one of our listeners), and a user that exists. Users are asked for only where some are configured:
    /// without authentication and without users every one exists.
    /// </summary>
    public static bool AreOurs(RegisterRequest request, ControllerSettings settings) =>
        request.User.Length > 0
        && IsOurDomain(request.Host, settings)
        && (settings.Registrar.Users.IsEmpty || settings.Registrar.Users.ContainsKey(request.User));

    private static bool IsOurDomain(string host, ControllerSettings settings)
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
}
