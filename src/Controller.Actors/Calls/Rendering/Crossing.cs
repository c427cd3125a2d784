using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls.Rendering;

/// <summary>
/// A message on its way through us: the leg whose message it was, the leg whose it becomes, and the policies of their realms. Lives for one decision.
/// </summary>
/// <param name="early">Early dialogs of the call: each has names of its own on either side.</param>
internal sealed class Crossing(Leg from, Leg to, ControllerSettings settings, ImmutableArray<EarlyDialog> early = default) : IHiddenNames
{
    private static readonly RealmSettings Strange = new();

    private readonly RealmSettings _from = settings.RealmOf(from.Realm) ?? Strange;
    private readonly RealmSettings _to = settings.RealmOf(to.Realm) ?? Strange;
    private SipMessage? _message;
    private TopologyHiding? _hiding;

    public Leg From => from;

    public Leg To => to;

    /// <summary>The session timers that we ask for: RFC 4028.</summary>
    public CallSettings Calls => settings.Calls;

    public bool FromTrusted => _from.Trusted;

    public bool ToTrusted => _to.Trusted;

    /// <summary>Who may call from the side that the message comes from, if that is asked.</summary>
    public RegistrarSettings Registrar => settings.Registrar;

    public bool AuthenticatesCalls => _from.AuthenticateCalls;

    public bool CreatesChargingVector => _to.CreateChargingVector;

    public ReadOnlySpan<byte> Secret => settings.Secret.Span;

    /// <summary>Header fields that the catalogue does not know may cross.</summary>
    public bool UnknownHeaders => _from.UnknownHeaders && _to.UnknownHeaders;

    /// <summary>Bodies that are names of dialogs and contacts, all through, may cross.</summary>
    public bool PassesTopology => _from.PassesTopology && _to.PassesTopology;

    /// <summary>The message as rules of the side that it comes from make it.</summary>
    public SipMessage TakenIn(SipMessage message) => Boundary.TakenIn(settings, from, message);

    /// <summary>What becomes of it as rules of the other side make it: the last step of rendering.</summary>
    public byte[] SentOut(byte[] message) => Boundary.SentOut(settings, to, message);

    /// <summary>What may be said of codecs on this way. Most messages have no description, and do not ask.</summary>
    public CodecFilter Codecs => field ??= Boundary.Codecs(settings, from, to);

    /// <summary>All that names the side that the message comes from: its leg, and the message itself, which may be the first of its dialog.</summary>
    public TopologyHiding Hiding(SipMessage message)
    {
        if (_hiding is null || !ReferenceEquals(_message, message))
        {
            _message = message;
            _hiding = new TopologyHiding(Relay.HostInUri(Relay.HostOf(to.SentBy)), settings.Registrar.PublicDomains, this, message);
        }

        return _hiding;
    }

    public void HideIn(TopologyHiding hiding, SipMessage message)
    {
        hiding.Know(Dialogs.UriIn(to.LocalParty));
        hiding.HideAllOf(message);
        hiding.HideCallId(from.CallIdValue);
        hiding.Hide(from.LocalTag);
        hiding.Hide(from.RemoteTag);
        hiding.HideHost(from.Flow.Remote.Address.ToString());
        hiding.HideHost(Relay.HostIn(from.SentBy));
        hiding.HideUri(from.Contact, user: true);
        hiding.HideUri(from.RemoteTarget, user: true);
        hiding.HideUri(Dialogs.UriIn(from.RemoteParty));
        HideRoutes(hiding, from.RouteSet);
        foreach (EarlyDialog dialog in early.IsDefault ? [] : early)
        {
            if (from.IsA)
            {
                hiding.Hide(dialog.CallerTag);
            }
            else if (dialog.Leg == from.Number)
            {
                hiding.Hide(dialog.RemoteTag);
                hiding.HideUri(dialog.RemoteTarget, user: true);
                HideRoutes(hiding, dialog.RouteSet);
            }
        }
    }

    private static void HideRoutes(TopologyHiding hiding, ImmutableArray<string> routes)
    {
        foreach (string route in routes)
        {
            hiding.HideUri(Dialogs.UriIn(route), user: true);
        }
    }
}
