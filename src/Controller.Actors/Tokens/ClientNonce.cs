using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Actors.Tokens;

/// <summary>
/// RFC 7616 section 3.4: cnonce, "an opaque … string value provided by the client"; the same for each use of a nonce, as the "-sess" algorithms need it, and after
/// every takeover.
/// </summary>
internal static class ClientNonce
{
    /// <param name="salt">What tells lives of one actor apart.</param>
    /// <param name="nonce">Of the server.</param>
    public static string Make(ReadOnlySpan<byte> secret, ActorId actor, long salt, int leg, string nonce)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(secret, "cnonce:"u8, Latin1.Octets($"{actor.Key:x32}/{salt}/{leg}/{nonce}"), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
