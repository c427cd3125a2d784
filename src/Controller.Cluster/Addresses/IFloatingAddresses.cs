namespace Controller.Cluster.Addresses;

/// <summary>The addresses of this host that move from node to node. One caller at a time.</summary>
public interface IFloatingAddresses
{
    /// <summary>Whether it could be taken here; one that an earlier run left behind is gone then.</summary>
    /// <param name="address">Address and prefix length, such as 10.9.0.10/24.</param>
    /// <exception cref="AddressException">One line for the user: no such device, not allowed, not an address.</exception>
    void Check(string address, string device);

    /// <summary>The address is this host's for a short time, after which it goes by itself. Taken again in time, it stays.</summary>
    /// <exception cref="AddressException"/>
    void Take(string address, string device);

    /// <summary>Tells the neighbours of the device that the address is here now.</summary>
    /// <exception cref="AddressException"/>
    void Announce(string address, string device);

    /// <summary>Gone when it returns, if it was here.</summary>
    /// <exception cref="AddressException"/>
    void Drop(string address, string device);
}

/// <summary>A floating address cannot be used. The message is one clear line.</summary>
public sealed class AddressException : Exception
{
    public AddressException() { }
    public AddressException(string message) : base(message) { }
    public AddressException(string message, Exception inner) : base(message, inner) { }
}
