namespace Controller.Actors.Policies;

/// <summary>An account that a trunk's carrier has given us: we register it there (RFC 3261 section 10.2), so that its calls come to us.</summary>
/// <param name="AddressOfRecord">A SIP URI with a user: From and To of our REGISTER.</param>
public sealed record AccountSettings(string AddressOfRecord)
{
    /// <summary>A SIP URI without a user: where the REGISTER goes, and its Request-URI; null: the endpoints of the trunk, by the domain of the address-of-record.</summary>
    public string? Registrar { get; init; }

    /// <summary>User part of our Contact: that of the Request-URI of the calls that come.</summary>
    public required string ContactUser { get; init; }
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What challenges are answered with: its own, else the trunk's; null, like <see cref="Password"/>, if there is nothing.</summary>
    public string? User { get; init; }
    public string? Password { get; init; }

    /// <summary>Without the password: a snapshot may be logged.</summary>
    public override string ToString() => $"AccountSettings {{ AddressOfRecord = {AddressOfRecord} }}";
}
