namespace Controller.Actors.Calls.State;

/// <summary>What a BYE of ours says, kept until the last peer has been told.</summary>
/// <param name="Reason">Value of Reason (RFC 3326) in a BYE of our own accord; empty for none.</param>
/// <param name="Bye">The BYE that ended the call, as received: its body and its end-to-end headers are relayed. Empty if we ended it.</param>
public sealed record Farewell(string Reason, ReadOnlyMemory<byte> Bye)
{
    public static readonly Farewell Silent = new("", default);
}
