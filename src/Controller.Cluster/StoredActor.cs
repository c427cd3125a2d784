using System.Buffers.Binary;
using Controller.Sharding.Model;

namespace Controller.Cluster;

/// <summary>An actor's identity as a column: kind, then key, big-endian, so that rows sort by kind and key.</summary>
internal static class StoredActor
{
    public const int Length = 17;

    public static void Write(ActorId actor, Span<byte> into)
    {
        into[0] = actor.Kind.Value;
        BinaryPrimitives.WriteUInt128BigEndian(into[1..], actor.Key);
    }

    public static byte[] Of(ActorId actor)
    {
        var stored = new byte[Length];
        Write(actor, stored);
        return stored;
    }

    public static ActorId Read(ReadOnlySpan<byte> stored) =>
        new(new ActorKind(stored[0]), BinaryPrimitives.ReadUInt128BigEndian(stored[1..]));
}
