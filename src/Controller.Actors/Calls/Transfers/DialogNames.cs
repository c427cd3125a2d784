using System.Globalization;
using Controller.Actors.Tokens;
using Controller.Sip.Headers;

namespace Controller.Actors.Calls.Transfers;

/// <summary>
/// A dialog of one leg as another side may see it: the Call-ID becomes a token that leads to the same call, the tags become tags of ours. What
/// comes back is compared with what the legs' own names would become; nothing is stored for it.
/// </summary>
internal static class DialogNames
{
    /// <summary>Set in the leg number of a token whose tags are hidden.</summary>
    private const int Hidden = 0x8000;

    /// <summary>The value of a Replaces header for the other side; as it is, if it is hidden already.</summary>
    public static string Hide(ReadOnlySpan<byte> secret, in Replaces replaces)
    {
        UInt128 key = ActorKeys.ForCallId(secret, replaces.CallId).Key;
        int leg = CallToken.TryDecode(secret, replaces.CallId, out _, out int number) ? number : 0;
        string toTag = Latin1.Text(replaces.ToTag);
        string fromTag = Latin1.Text(replaces.FromTag);
        return (leg & Hidden) != 0
            ? Replaces.Write(Latin1.Text(replaces.CallId), toTag, fromTag, replaces.EarlyOnly)
            : Replaces.Write(CallToken.Encode(secret, key, leg | Hidden, 0), Tag(secret, key, leg, toTag), Tag(secret, key, leg, fromTag), replaces.EarlyOnly);
    }

    /// <summary>Whether a tag of a query names this tag of a leg.</summary>
    public static bool Matches(ReadOnlySpan<byte> secret, UInt128 key, in (int Leg, bool IsHidden) name, string asked, string tag) =>
        tag.Length > 0 && asked == (name.IsHidden ? Tag(secret, key, name.Leg, tag) : tag);

    /// <summary>The leg that a Call-ID names, and whether its tags are hidden. A Call-ID that is not ours is the caller's.</summary>
    public static (int Leg, bool IsHidden) Read(ReadOnlySpan<byte> secret, string callId) =>
        CallToken.TryDecode(secret, Latin1.Octets(callId), out _, out int leg) ? (leg & ~Hidden, (leg & Hidden) != 0) : (0, false);

    private static string Tag(ReadOnlySpan<byte> secret, UInt128 key, int leg, string tag) =>
        Tags.Make(secret, key, leg, Latin1.Octets(string.Create(CultureInfo.InvariantCulture, $"replaces/{tag}")));
}
