using System.Runtime.InteropServices;

namespace Controller.Cluster.Addresses.Linux;

/// <summary>
/// Floating addresses in the kernel of this host: an address is added with a lifetime, and what is not taken again in time the kernel removes. Needs
/// CAP_NET_ADMIN for the addresses and CAP_NET_RAW to announce them.
/// </summary>
public sealed class LinuxAddresses : IFloatingAddresses
{
    /// <summary>The shortest that the kernel knows; it removes the address 0.75 to 1.4 s after it was taken last.</summary>
    private const int LifetimeSeconds = 1;

    public void Check(string address, string device)
    {
        Prefix prefix = Prefix.Parse(address);
        uint index = IndexOf(address, device);
        Verify(AddressRequest.Drop(prefix, index), Libc.AddressNotAvailable, address, device);
        Verify(Announcement.Probe(), 0, address, device);
    }

    public void Take(string address, string device) => Verify(AddressRequest.Take(Prefix.Parse(address), IndexOf(address, device), LifetimeSeconds), 0, address, device);

    public void Announce(string address, string device) => Verify(Announcement.Send(Prefix.Parse(address), IndexOf(address, device)), 0, address, device);

    public void Drop(string address, string device) => Verify(AddressRequest.Drop(Prefix.Parse(address), IndexOf(address, device)), Libc.AddressNotAvailable, address, device);

    private static uint IndexOf(string address, string device)
    {
        uint index = Libc.IndexOf(device);
        return index != 0 ? index : throw new AddressException($"floating address {address}: there is no network device {device}");
    }

    private static void Verify(int error, int alsoWell, string address, string device)
    {
        if (error != 0 && error != alsoWell)
        {
            throw new AddressException(error == Libc.PermissionDenied
                ? $"floating address {address} on {device}: this process may not change addresses; it needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW"
                : $"floating address {address} on {device}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }
}
