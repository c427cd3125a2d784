using Controller.Actors.Calls.State;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Transfers;

/// <summary>The party at the end of a dialog that was asked for: where it is reached, and how it knows the dialog.</summary>
/// <param name="Uri">Its Contact.</param>
/// <param name="RemoteParty">Value of To for it, without a tag.</param>
/// <param name="Replaces">The dialog as the party itself names it, for a Replaces header; empty if none was asked for.</param>
public sealed record DialogParty(string Uri, string RemoteParty, Flow Flow, string Trunk, string Replaces)
{
    public Target AsTarget() => new(Uri, RemoteParty, Flow, "", 0, Flow.Transport, Flow.Listener, Trunk, Replaces);
}
