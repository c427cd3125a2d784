using System.Text;

namespace Controller.Actors.Calls;

/// <summary>SIP text as the state keeps it: one character for one octet, so that what came in goes out with the same bytes.</summary>
internal static class Latin1
{
    public static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>The text is that of these octets.</summary>
    public static bool Is(string text, ReadOnlySpan<byte> octets)
    {
        if (text.Length != octets.Length)
        {
            return false;
        }

        for (int i = 0; i < octets.Length; i++)
        {
            if (text[i] != octets[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For people and records: the octets read as UTF-8.</summary>
    public static string Display(string text) => Ascii.IsValid(text) ? text : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));
}
