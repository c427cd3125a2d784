using System.Net;

namespace Controller.Interop.Tests.Parties;

/// <summary>What a party sends and receives by. Used by one thread at a time, except for <see cref="Send"/>, which the party's gate guards.</summary>
internal interface IPartySocket : IDisposable
{
    IPEndPoint Address { get; }

    /// <summary>As it stands in a Via: UDP or TCP.</summary>
    string Transport { get; }

    /// <summary>RFC 3261 17: over a reliable transport requests and final responses other than 2xx are sent once.</summary>
    bool IsReliable { get; }

    void Send(byte[] bytes, IPEndPoint to);

    /// <summary>Whether one may send there: over a connection, whether there is one or it is known where to open one.</summary>
    bool Reaches(IPEndPoint to);

    /// <summary>A place to which a connection has broken since the last question; null if there is none.</summary>
    IPEndPoint? TakeBroken();

    /// <summary>Waits so long for something to come, at most.</summary>
    bool Wait(int milliseconds);

    /// <summary>What has come: each message on its own.</summary>
    void Receive(PartyMessage take);
}

internal delegate void PartyMessage(ReadOnlySpan<byte> message, IPEndPoint source);
