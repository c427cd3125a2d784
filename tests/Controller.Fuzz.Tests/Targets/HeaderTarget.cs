using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;
using Controller.Sip.Uris;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>Every typed reading of a header value, and what of it may be told to the other side.</summary>
internal sealed class HeaderTarget : Target
{
    private static readonly TopologyHiding Hiding = Named();

    public override string Name => "header";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Headers[random.Next(Seeds.Headers.Length)], Seeds.Headers, random);

    public override void Run(byte[] input)
    {
        ReadValue(input);
        if (HeaderHiding.Told(input, Hiding) is { } told)
        {
            Check(!Hiding.Names(told), "what is told names nobody");
        }

        if (PartyHiding.Rewrite(input, Hiding) is { } party)
        {
            Check(NameAddr.TryParse(party, out _), "a party stays a party");
        }
    }

    public static void ReadValue(ReadOnlySpan<byte> value)
    {
        _ = Via.TryParse(value, out _);
        _ = CSeq.TryParse(value, out _, out _);
        _ = DigestCredentials.TryParse(value, out _);
        if (NameAddr.TryParse(value, out NameAddr address) && SipUri.TryParse(address.Uri, out SipUri uri) && uri.Scheme != UriScheme.Other)
        {
            _ = SipUris.AddressOfRecord(uri);
        }
    }

    private static TopologyHiding Named()
    {
        var hiding = new TopologyHiding("203.0.113.1", new HashSet<string> { "example.com" });
        hiding.HideHost("192.0.2.1"u8);
        hiding.Hide("z9hG4bK1"u8);
        hiding.HideCallId("a@b.example"u8);
        return hiding;
    }
}
