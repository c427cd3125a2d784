using System.Collections.Immutable;
using Controller.Actors.Registrations;
using Controller.Host.Admin.Rendering;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Registrations;

/// <summary>What an operator sees of an address-of-record.</summary>
public static class RegistrationProjection
{
    /// <summary>Null if nothing is bound any more.</summary>
    public static RegistrationView? Of(RegistrationState state, Instant now)
    {
        ImmutableArray<Binding> live = state.LiveAt(now);
        return live.IsEmpty ? null : new RegistrationView(
            state.AddressOfRecord,
            [.. live.Select(b => new BindingView(b.Contact, FlowText.Of(b.Flow), b.ExpiresAt.ToDateTimeOffset().UtcDateTime, b.Instance))]);
    }
}
