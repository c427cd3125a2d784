using Controller.Sip.Uris;

namespace Controller.Fuzz.Tests.Targets;

internal sealed class UriTarget : Target
{
    public override string Name => "uri";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Uris[random.Next(Seeds.Uris.Length)], Seeds.Uris, random);

    public override void Run(byte[] input)
    {
        if (!SipUri.TryParse(input, out SipUri uri))
        {
            return;
        }

        if (uri.Scheme != UriScheme.Other)
        {
            string key = SipUris.AddressOfRecord(uri);
            Check(!key.Any(char.IsControl), "a key is text");

            // RFC 3261 section 19.1.4: equality is reflexive and symmetric.
            Check(SipUri.AreEquivalent(input, input), "a URI is itself");
            foreach (byte[] other in Seeds.Uris)
            {
                Check(SipUri.AreEquivalent(input, other) == SipUri.AreEquivalent(other, input), "equality has two sides");
            }
        }

        _ = (uri.Transport, uri.IsLooseRoute, uri.TryParameter("maddr"u8, out _));
    }
}
