namespace Controller.Host.Admin.Registrations;

/// <param name="Aor">The address-of-record: user@host.</param>
public sealed record RegistrationView(string Aor, IReadOnlyList<BindingView> Bindings)
{
    public bool Contains(string text) =>
        Aor.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Bindings.Any(b => b.Contact.Contains(text, StringComparison.OrdinalIgnoreCase) || b.Flow.Contains(text, StringComparison.OrdinalIgnoreCase));
}

/// <param name="Contact">The Contact URI as registered.</param>
/// <param name="Flow">Transport and far address: <c>udp 127.0.0.1:5070</c>.</param>
/// <param name="Instance">+sip.instance; null if the device gave none.</param>
public sealed record BindingView(string Contact, string Flow, DateTime ExpiresAt, string? Instance);

public sealed record RegistrationList(int Total, IReadOnlyList<RegistrationView> Items)
{
    public static IReadOnlyList<RegistrationView> First(IEnumerable<RegistrationView> registrations, int limit) =>
        [.. registrations.OrderBy(registration => registration.Aor, StringComparer.Ordinal).Take(limit)];
}
