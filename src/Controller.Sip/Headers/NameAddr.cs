namespace Controller.Sip.Headers;

/// <summary>name-addr or addr-spec with header parameters: From, To, Contact, Route, Record-Route, Refer-To, P-Asserted-Identity … Spans into the message.</summary>
public readonly ref struct NameAddr
{
    public static bool TryParse(ReadOnlySpan<byte> value, out NameAddr address) => throw new NotImplementedException();

    /// <summary>As written, quotes included; empty if absent.</summary>
    public ReadOnlySpan<byte> DisplayName { get; private init; }

    /// <summary>Inside &lt;&gt;, or bare.</summary>
    public ReadOnlySpan<byte> Uri { get; private init; }

    /// <summary>Header parameters, ";…".</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    /// <summary>Empty if absent.</summary>
    public ReadOnlySpan<byte> Tag { get; private init; }

    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
}
