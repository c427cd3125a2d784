using System.Security.Cryptography;
using Controller.Cluster.Membership;
using Controller.Sharding.Wire;

namespace Controller.Cluster.Links;

/// <summary>
/// The first frame of a connection, in both directions: who speaks, and to whom. A peer that is not of this cluster, or whose software is more than
/// one level away, gets a refusal in its place.
/// </summary>
/// <param name="To">Whom the speaker means to reach; a process that was started anew is another.</param>
internal sealed record Hello(int Version, ReadOnlyMemory<byte> Identity, Incarnation From, Incarnation To, int Level)
{
    /// <summary>Of the form of frames. Frames of unknown kind are passed over, so it changes only with the form itself.</summary>
    public const int CurrentVersion = 1;

    public static void Write(Hello hello, FrameBuffer into)
    {
        into.Begin();
        OctetWriter writer = new(into);
        writer.U8((byte)FrameKind.Hello);
        writer.I32(hello.Version);
        writer.Octets(hello.Identity.Span);
        FrameCodec.Write(ref writer, hello.From);
        FrameCodec.Write(ref writer, hello.To);
        writer.I32(hello.Level);
        into.Finish();
    }

    public static void WriteRefusal(string reason, FrameBuffer into)
    {
        into.Begin();
        OctetWriter writer = new(into);
        writer.U8((byte)FrameKind.Refusal);
        writer.Text(reason);
        into.Finish();
    }

    /// <param name="refusal">What stands in its place; null if neither can be read.</param>
    public static Hello? Read(ReadOnlySpan<byte> octets, out string? refusal)
    {
        refusal = null;
        OctetReader reader = new(octets);
        switch ((FrameKind)reader.U8())
        {
            case FrameKind.Hello:
                // The order of evaluation is the order on the wire. What a later version writes behind is its own.
                Hello hello = new(reader.I32(), reader.Octets().ToArray(), FrameCodec.Incarnation(ref reader), FrameCodec.Incarnation(ref reader), reader.I32());
                return reader.Failed ? null : hello;
            case FrameKind.Refusal:
                string reason = reader.Text();
                refusal = reader.Failed ? null : reason;
                return null;
            default:
                return null;
        }
    }

    /// <summary>Why there can be no link between the two; null: there can.</summary>
    public static string? Objection(Hello ours, Hello theirs)
    {
        return theirs.Version != ours.Version ? $"it speaks version {theirs.Version} of the links, not {ours.Version}"
            : !CryptographicOperations.FixedTimeEquals(theirs.Identity.Span, ours.Identity.Span) ? "it belongs to another cluster (its secret is another)"
            : Math.Abs((long)theirs.Level - ours.Level) > 1 ? $"its software has level {theirs.Level}, which is more than one away from {ours.Level}"
            : null;
    }
}
