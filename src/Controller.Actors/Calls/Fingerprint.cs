namespace Controller.Actors.Calls;

/// <summary>FNV-1a over 64 bits: names that we gave ourselves, folded into a number. It keeps nothing secret.</summary>
internal static class Fingerprint
{
    public static ulong Of(string text)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (char letter in text)
        {
            hash = unchecked((hash ^ letter) * 0x100000001b3);
        }

        return hash;
    }
}
