using System.Buffers.Binary;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls;

/// <summary>
/// Every name that we give: derived from the call's key and its start, so that a recovered call, on any node, gives the same ones again, and a later
/// call with the same Call-ID gives others.
/// </summary>
internal static class Identifiers
{
    public static string Branch(this Turn turn, int leg, uint cseq, SipMethod method) =>
        Branches.Make(turn.Secret, turn.Self.Key, leg, cseq, method, Salt(turn));

    /// <summary>The same within an early dialog: the numbers of several early dialogs of one leg run side by side.</summary>
    public static string Branch(this Turn turn, int leg, uint cseq, SipMethod method, string dialog) => dialog.Length == 0
        ? turn.Branch(leg, cseq, method)
        : Branches.Make(turn.Secret, turn.Self.Key, leg, cseq, method, Salt(turn) ^ (int)Fingerprint.Of(dialog));

    /// <summary>RFC 3262 section 3: the first RSeq "MUST be between 1 and 2**31 - 1" and is best drawn at random; ours follows from the early dialog's tag.</summary>
    public static uint FirstRSeq(string callerTag) => 1 + (uint)(Fingerprint.Of(callerTag) >> 34);

    public static string CallIdValue(this Turn turn, int leg) => CallToken.Encode(turn.Secret, turn.Self.Key, leg, (uint)Salt(turn));

    /// <summary>Our From tag on a callee's leg; with leg 0 and nothing else, our To tag where no callee stands behind the response.</summary>
    public static string LocalTag(this Turn turn, int leg) => Tag(turn, leg, Salt(turn));

    /// <summary>Our To tag towards the caller for one early dialog of one callee: failover.md 5.1 #4a, "no need to store".</summary>
    public static string CallerTag(this Turn turn, int leg, string remoteTag) =>
        Tags.Make(turn.Secret, turn.Self.Key, 0, Latin1.Octets($"{Salt(turn)}/{leg}/{remoteTag}"));

    /// <summary>Our To tag of a call that starts now: what <see cref="LocalTag"/> gives once its start is stored.</summary>
    public static string TagOfNewCall(this Turn turn) => Tag(turn, 0, Salt(turn.Now));

    public static string ClientNonce(this Turn turn, int leg, string nonce) => Tokens.ClientNonce.Make(turn.Secret, turn.Self, Salt(turn), leg, nonce);

    /// <summary>What stands for chance: a time below the span, in units of 10 ms, of the call's key and the number of what it delays.</summary>
    public static TimeSpan Chance(this Turn turn, int leg, uint cseq, TimeSpan below)
    {
        Span<byte> hash = stackalloc byte[KeyedHash.Length];
        KeyedHash.Compute(turn.Secret, "chance:"u8, Latin1.Octets($"{turn.Self.Key:x32}/{Salt(turn)}/{leg}/{cseq}"), hash);
        int steps = Math.Max(1, (int)(below.TotalMilliseconds / 10));
        return TimeSpan.FromMilliseconds(10 * (BinaryPrimitives.ReadUInt32BigEndian(hash) % steps));
    }

    private static string Tag(Turn turn, int leg, int salt)
    {
        Span<byte> octets = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(octets, salt);
        return Tags.Make(turn.Secret, turn.Self.Key, leg, octets);
    }

    private static int Salt(Turn turn) => Salt(turn.State.StartedAt);

    private static int Salt(Instant start) => (int)(start.Milliseconds & int.MaxValue);
}
