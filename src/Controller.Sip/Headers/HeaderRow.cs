namespace Controller.Sip.Headers;

/// <summary>One header field: everything that is special about it.</summary>
/// <param name="Name">The name that we write.</param>
/// <param name="Compact">The registered one-letter form, lower case, or '\0'.</param>
/// <param name="List">May stand more than once, and its values may share a line separated by commas (RFC 3261 section 7.3.1).</param>
/// <param name="Relay">How it crosses from leg to leg.</param>
public sealed record HeaderRow(HeaderId Id, string Name, char Compact, bool List, HeaderRelay Relay)
{
    private readonly byte[] _utf8 = System.Text.Encoding.ASCII.GetBytes(Name);

    /// <summary>At most one line with one value may stand in a message.</summary>
    public bool Once { get; init; }

    /// <summary><see cref="Name"/> as octets.</summary>
    public ReadOnlySpan<byte> Utf8Name => _utf8;
}
