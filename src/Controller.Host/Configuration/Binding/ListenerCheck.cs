using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Host.Configuration.Binding;

/// <summary>A URI that we send to, and nothing to send from.</summary>
internal static class ListenerCheck
{
    /// <param name="transport">Null: any, the name server says which.</param>
    /// <param name="realm">Null: it is wrong, which has been said.</param>
    public static void MustExist(KnownValues known, string path, SipTransport? transport, string? realm, ImmutableArray<ListenerSettings> listeners)
    {
        if (realm is not null && !listeners.Any(l => l.Realm == realm && (transport is null || l.Transport == transport)))
        {
            known.Report(path, transport is { } needed
                ? $"{needed.UriToken()} is needed, and realm {realm} has no {needed.UriToken()} listener to send from; expected one in controller.listeners"
                : $"realm {realm} has no listener to send from; expected one in controller.listeners");
        }
    }
}
