using System.Text;

namespace Controller.Fuzz.Tests;

/// <summary>Bends octets: flips, cuts, repeats, splices, and puts in what grammars stumble over.</summary>
internal static class Mutation
{
    private static readonly byte[][] Pieces = [.. new[]
    {
        "\r\n", "\n", "\r", "\0", "\t", " ", "\"", "\\\"", "<", ">", ";", ",", ":", "=", "@", "%", "%00", "%zz", "?", "&", "[", "]", "[::1]", "*", "-1", "0", "4294967295", "4294967296",
        "18446744073709551616", "99999999999999999999", ";tag=", ";branch=z9hG4bK", ";lr", ";maddr=", ";received=", "\r\n ", "\r\n\r\n", "sip:", "sips:", "tel:+1", "SIP/2.0", "SIP/2.0/TCP",
        "--", "--b1--\r\n", "m=audio 0 RTP/AVP", "c=IN IP6 ::", "a=inactive\r\n", "o=- 0 0 IN IP4 0.0.0.0\r\n", "é", "\u00ff", "Content-Length: 0\r\n", "Require: 100rel\r\n", "RSeq: 1\r\n",
        "Content-Type: multipart/mixed;boundary=b1\r\n", "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n", "Replaces: a;to-tag=b;from-tag=c\r\n", "Session-Expires: 90\r\n", "To: <sip:a@b>\r\n",
    }.Select(Encoding.Latin1.GetBytes)];

    public static byte[] Of(byte[] octets, IReadOnlyList<byte[]> others, Random random)
    {
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            octets = Once(octets, others, random);
        }

        return octets.Length > 20_000 ? octets[..20_000] : octets;
    }

    private static byte[] Once(byte[] octets, IReadOnlyList<byte[]> others, Random random)
    {
        int at = random.Next(octets.Length + 1);
        int length = random.Next(Math.Min(60, octets.Length - at) + 1);
        switch (random.Next(7))
        {
            case 0 when octets.Length > 0:
                byte[] flipped = [.. octets];
                flipped[random.Next(octets.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                return octets[..at];
            case 2:
                return [.. octets[..at], .. octets[(at + length)..]];
            case 3:
                return [.. octets[..(at + length)], .. octets[at..]];
            case 4:
                byte[] other = others[random.Next(others.Count)];
                int from = random.Next(other.Length + 1);
                return [.. octets[..at], .. other[from..Math.Min(other.Length, from + random.Next(200))], .. octets[(at + length)..]];
            default:
                return [.. octets[..at], .. Pieces[random.Next(Pieces.Length)], .. octets[(random.Next(2) == 0 ? at : at + length)..]];
        }
    }
}
