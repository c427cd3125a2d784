namespace Controller.Sip.Headers;

/// <summary>What a back-to-back user agent does with a header field of one leg when it writes the message of the other.</summary>
public enum HeaderRelay : byte
{
    /// <summary>End to end: copied verbatim to the other leg.</summary>
    Pass = 0,

    /// <summary>Belongs to a leg: each side has its own, written by us.</summary>
    Own = 1,

    /// <summary>Names one side's network, addresses, people or product: not copied.</summary>
    Drop = 2,
}
