namespace Controller.Simulation.Tests.Checkers;

/// <summary>Which bytes these are, in sixteen of them.</summary>
internal static class Fingerprint
{
    public static (ulong, int) Of(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length;
        ulong hash = 14695981039346656037;
        while (bytes.Length >= 8)
        {
            hash = (hash ^ BitConverter.ToUInt64(bytes)) * 1099511628211;
            hash ^= hash >> 29;
            bytes = bytes[8..];
        }

        foreach (byte b in bytes)
        {
            hash = (hash ^ b) * 1099511628211;
        }

        return (hash, length);
    }
}
