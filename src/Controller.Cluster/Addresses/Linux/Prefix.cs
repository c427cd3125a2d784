using System.Globalization;
using System.Net;

namespace Controller.Cluster.Addresses.Linux;

/// <summary>An address and the length of its network, as it is written in the configuration.</summary>
internal readonly record struct Prefix(IPAddress Address, byte Length)
{
    public byte[] Octets => Address.GetAddressBytes();

    public bool IsVersion4 => Octets.Length == 4;

    /// <exception cref="AddressException"/>
    public static Prefix Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length == 2 && IPAddress.TryParse(parts[0], out IPAddress? address) && byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte length)
            && length <= address.GetAddressBytes().Length * 8)
        {
            return new Prefix(address, length);
        }

        throw new AddressException($"{text} is no address with the length of its network, such as 10.9.0.10/24");
    }
}
