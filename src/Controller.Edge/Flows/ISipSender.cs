using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>Puts whole messages on flows. Thread-safe, never throws, never waits for a stream.</summary>
public interface ISipSender
{
    /// <param name="bytes">One whole message, sent unchanged; must not change afterwards.</param>
    /// <param name="branch">If not empty, a failure is told to <paramref name="sender"/> as <c>CallInput.TransportFailed</c>; else it is only counted.</param>
    void Send(Flow to, ReadOnlyMemory<byte> bytes, string branch, ActorId sender);
}
