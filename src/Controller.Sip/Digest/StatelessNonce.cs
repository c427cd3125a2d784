namespace Controller.Sip.Digest;

public enum NonceVerdict : byte
{
    /// <summary>Not made with this secret for this realm, or not a nonce at all: challenge anew, without stale.</summary>
    Foreign = 0,
    Valid = 1,

    /// <summary>Ours, but too old: challenge with stale=true, so the client need not ask its user again.</summary>
    Stale = 2,
}

/// <summary>A nonce that needs no table: its time and a keyed hash over time and realm. Any node with the secret can check it.</summary>
public static class StatelessNonce
{
    public static string Make(ReadOnlySpan<byte> secret, string realm, long nowMilliseconds) => throw new NotImplementedException();

    public static NonceVerdict Check(ReadOnlySpan<byte> secret, string realm, ReadOnlySpan<byte> nonce, long nowMilliseconds, TimeSpan lifetime) => throw new NotImplementedException();
}
