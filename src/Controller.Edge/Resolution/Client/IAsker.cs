using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Resolution.Client;

/// <summary>Who asks the client. Always called on its thread.</summary>
internal interface IAsker
{
    /// <summary>Now is the time to <see cref="DnsClient.Ask"/>.</summary>
    /// <returns>True if it waits for an answer.</returns>
    bool Begin();

    /// <summary>What <see cref="DnsClient.Ask"/> did not know at once.</summary>
    void Answered(DnsQuestion question, DnsAnswer answer);

    /// <summary>The time for all its questions together is over. It may have ended before.</summary>
    void OutOfTime();
}
