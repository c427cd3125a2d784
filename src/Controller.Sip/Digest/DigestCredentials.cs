using System.Buffers.Text;
using System.Text;

namespace Controller.Sip.Digest;

/// <summary>The value of an Authorization or Proxy-Authorization header (RFC 7616 section 3.4), sliced. Spans point into the value.</summary>
/// <remarks>Quoted strings come without their quotes but still with their backslashes; <see cref="DigestResponse"/> takes those out before it hashes.</remarks>
public readonly ref struct DigestCredentials
{
    public ReadOnlySpan<byte> Username { get; init; }
    public ReadOnlySpan<byte> Realm { get; init; }
    public ReadOnlySpan<byte> Nonce { get; init; }
    public ReadOnlySpan<byte> Uri { get; init; }
    public ReadOnlySpan<byte> Response { get; init; }
    public ReadOnlySpan<byte> CNonce { get; init; }

    /// <summary>Empty: the client answered as RFC 2069 would.</summary>
    public ReadOnlySpan<byte> Qop { get; init; }
    public ReadOnlySpan<byte> Opaque { get; init; }

    /// <summary>The eight digits as written: they are part of what is hashed.</summary>
    public ReadOnlySpan<byte> NcText { get; init; }

    /// <summary>How often the client has used this nonce; 0 if it did not say.</summary>
    public uint Nc { get; init; }

    /// <summary><see cref="DigestAlgorithm.Unknown"/> if the client names one that is not ours.</summary>
    public DigestAlgorithm Algorithm { get; init; }

    /// <returns>False if it is not the Digest scheme, is malformed, repeats a parameter, or lacks one that RFC 7616 section 3.4 requires.</returns>
    public static bool TryParse(ReadOnlySpan<byte> headerValue, out DigestCredentials credentials)
    {
        credentials = default;
        if (!AuthParameters.TryOpen(headerValue, out var parameters)) return false;
        ReadOnlySpan<byte> username = default, realm = default, nonce = default, uri = default, response = default, cnonce = default, qop = default;
        ReadOnlySpan<byte> opaque = default, nc = default, algorithm = default;
        var seen = 0;
        while (parameters.MoveNext())
        {
            var bit = Place(parameters.Name);
            // RFC 3261 section 25.1 allows each of them once; which one of two would count is a question an attacker answers.
            if (bit != 0 && (seen & bit) != 0) return false;
            seen |= bit;
            switch (bit)
            {
                case 1: username = parameters.Value; break;
                case 2: realm = parameters.Value; break;
                case 4: nonce = parameters.Value; break;
                case 8: uri = parameters.Value; break;
                case 16: response = parameters.Value; break;
                case 32: cnonce = parameters.Value; break;
                case 64: qop = parameters.Value; break;
                case 128: opaque = parameters.Value; break;
                case 256: nc = parameters.Value; break;
                case 512: algorithm = parameters.Value; break;
            }
        }

        const int required = 1 | 2 | 4 | 8 | 16;
        if (parameters.Malformed || (seen & required) != required) return false;

        // RFC 7616 section 3.4: "The nc parameter value is [...] REQUIRED"; RFC 2617 section 3.2.2 ties cnonce and nc to a qop.
        const int withQop = 32 | 64 | 256;
        if ((seen & 64) != 0 && (seen & withQop) != withQop) return false;
        uint count = 0;
        if ((seen & 256) != 0 && (nc.Length != 8 || !Utf8Parser.TryParse(nc, out count, out var used, 'x') || used != 8)) return false;

        credentials = new DigestCredentials
        {
            Username = username,
            Realm = realm,
            Nonce = nonce,
            Uri = uri,
            Response = response,
            CNonce = cnonce,
            Qop = qop,
            Opaque = opaque,
            NcText = nc,
            Nc = count,
            Algorithm = DigestAlgorithms.Parse(algorithm),
        };
        return true;
    }

    private static int Place(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => Is(name, "nc"u8) ? 256 : 0,
        3 => Is(name, "uri"u8) ? 8 : Is(name, "qop"u8) ? 64 : 0,
        5 => Is(name, "realm"u8) ? 2 : Is(name, "nonce"u8) ? 4 : 0,
        6 => Is(name, "cnonce"u8) ? 32 : Is(name, "opaque"u8) ? 128 : 0,
        8 => Is(name, "username"u8) ? 1 : Is(name, "response"u8) ? 16 : 0,
        9 => Is(name, "algorithm"u8) ? 512 : 0,
        _ => 0,
    };

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(name, expected);
}
