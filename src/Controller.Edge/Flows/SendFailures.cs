using Controller.Actors.Calls;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;

namespace Controller.Edge.Flows;

/// <summary>Counts a message that could not be sent and tells its sender, if it wants to know.</summary>
internal sealed class SendFailures(IActorSystem system, EdgeInstruments instruments)
{
    /// <param name="reason">A few words: "connection refused".</param>
    public void Report(in Outgoing message, string reason)
    {
        instruments.SendFailed(message.To.Transport);
        if (message.Branch.Length == 0)
        {
            return;
        }

        // RFC 3261 section 8.1.3.1: "If a fatal transport error is reported by the transport layer … the condition MUST be treated as
        // a 503 (Service Unavailable) status code." An actor too busy to hear it has its timers B and F.
        if (!system.Tell(message.Sender, new CallInput.TransportFailed(message.Branch, reason)))
        {
            instruments.DispatchRefused();
        }
    }
}
