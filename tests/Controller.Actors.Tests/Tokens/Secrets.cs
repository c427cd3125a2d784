namespace Controller.Actors.Tests.Tokens;

internal static class Secrets
{
    public static readonly byte[] One = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    public static readonly byte[] Two = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
}
