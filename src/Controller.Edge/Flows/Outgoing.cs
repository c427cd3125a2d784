using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>One message on its way out, with whom to tell if it does not get there.</summary>
internal readonly record struct Outgoing(Flow To, ReadOnlyMemory<byte> Bytes, string Branch, ActorId Sender);
