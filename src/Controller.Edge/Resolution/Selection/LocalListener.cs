using System.Net.Sockets;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution.Selection;

/// <summary>A listener that a next hop may be reached from: one of the realm.</summary>
/// <param name="Number">As <see cref="Flow.Listener"/> counts.</param>
internal readonly record struct LocalListener(int Number, SipTransport Transport, AddressFamily Family);
