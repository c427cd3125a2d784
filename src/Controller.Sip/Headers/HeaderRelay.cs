namespace Controller.Sip.Headers;

/// <summary>
/// What a back-to-back user agent does with a header field of one leg when it writes the message of the other. Whatever is copied is copied without what
/// names the leg that it came on (<see cref="Topology.HeaderHiding"/>), but for <see cref="Verbatim"/>.
/// </summary>
public enum HeaderRelay : byte
{
    /// <summary>End to end: copied to the other leg.</summary>
    Pass = 0,

    /// <summary>Belongs to a leg: each side has its own, written by us.</summary>
    Own = 1,

    /// <summary>Names one side's network, addresses, people or product: not copied.</summary>
    Drop = 2,

    /// <summary>Copied octet by octet, whatever it names: it is signed, or an emergency call hangs on it.</summary>
    Verbatim = 3,

    /// <summary>For one trust domain (RFC 3325 section 2.3): copied only where both sides are of it.</summary>
    Trusted = 4,

    /// <summary>Names users of the call: copied, their hosts replaced by ours, but for those who ask for privacy of a side that is not trusted.</summary>
    Party = 5,

    /// <summary>A user that the network vouches for: as <see cref="Party"/>, believed only from, and told only to, a trusted side.</summary>
    AssertedParty = 6,

    /// <summary>Leads to a resource: copied where it leads to a name that both sides can resolve, not to an address within a network.</summary>
    Link = 7,
}
