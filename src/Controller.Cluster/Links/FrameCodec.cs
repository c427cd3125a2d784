using System.Buffers.Binary;
using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Wire;

namespace Controller.Cluster.Links;

/// <summary>
/// The form of a frame: its length in four octets (of what follows), its kind in one, its content. Reading never throws: what is too long, too short
/// or makes no sense is malformed.
/// </summary>
internal static class FrameCodec
{
    public const int LengthBytes = 4;

    /// <summary>Of one frame, behind its length. The largest are answers for the administration; an input is a SIP message at most.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const int IncarnationBytes = 12;
    private const int OwnedShardBytes = 2 + 1 + IncarnationBytes + 8;
    private const int OwnedAddressBytes = LengthBytes + 1 + IncarnationBytes + 8;

    public enum Outcome
    {
        Whole,
        NeedMore,
        Malformed,
    }

    /// <returns>Octets written; 0 if the frame would be larger than allowed.</returns>
    public static int Write(Frame frame, FrameBuffer into)
    {
        into.Begin();
        OctetWriter writer = new(into);
        writer.U8((byte)KindOf(frame));
        Content(frame, ref writer);
        int whole = into.Finish();
        if (whole - LengthBytes <= MaxBytes)
        {
            return whole;
        }

        into.Abandon();
        return 0;
    }

    /// <summary>Finds the first frame of what has come.</summary>
    /// <param name="length">Octets of it behind its length, as far as that is known.</param>
    public static Outcome Find(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.Length < LengthBytes)
        {
            return Outcome.NeedMore;
        }

        length = BinaryPrimitives.ReadInt32BigEndian(received);
        return length is < 1 or > MaxBytes ? Outcome.Malformed
            : received.Length - LengthBytes < length ? Outcome.NeedMore
            : Outcome.Whole;
    }

    /// <param name="octets">Kind and content. What the frame carries points into them.</param>
    /// <param name="frame">Null also if the kind is one that this version does not know: it is passed over.</param>
    /// <returns>False if it is malformed.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> octets, out Frame? frame)
    {
        OctetReader reader = new(octets.Span);
        FrameKind kind = (FrameKind)reader.U8();
        frame = kind switch
        {
            FrameKind.Pulse => new Frame.Pulse(
                reader.I64(), new BeatReport(new TimeSpan(reader.I64()), new TimeSpan(reader.I64()), reader.I32()), reader.Bool()),
            FrameKind.Moves => new Frame.Moves(Shards(ref reader), Addresses(ref reader)),
            FrameKind.Opened => new Frame.Opened(Shards(ref reader)),
            FrameKind.Fenced => new Frame.Fenced(Incarnation(ref reader)),
            FrameKind.Leaving => new Frame.Leaving(),
            FrameKind.Goodbye => new Frame.Goodbye(),
            FrameKind.DoYouHear => new Frame.DoYouHear(Incarnation(ref reader)),
            FrameKind.Heard => new Frame.Heard(Incarnation(ref reader), reader.Bool()),
            FrameKind.Tell => new Frame.Tell(reader.I64(), reader.I64(), new Epoch(reader.I64()), reader.Actor(), Rest(octets, ref reader)),
            FrameKind.Acknowledged => new Frame.Acknowledged(Numbers(ref reader)),
            FrameKind.Moved => new Frame.Moved(reader.I64(), Shard(ref reader)),
            FrameKind.NotTaken => new Frame.NotTaken(reader.I64()),
            FrameKind.Emit => new Frame.Emit(new Fence(new ShardId(reader.U16()), new Epoch(reader.I64())), Rest(octets, ref reader)),
            FrameKind.Ask => new Frame.Ask(reader.I64(), Rest(octets, ref reader)),
            FrameKind.Answer => new Frame.Answer(reader.I64(), Rest(octets, ref reader)),
            _ => null,
        };
        return frame is null ? !reader.Failed && kind is not (FrameKind.Hello or FrameKind.Refusal) : reader.IsWhole;
    }

    public static FrameKind KindOf(Frame frame) => frame switch
    {
        Frame.Pulse => FrameKind.Pulse,
        Frame.Moves => FrameKind.Moves,
        Frame.Opened => FrameKind.Opened,
        Frame.Fenced => FrameKind.Fenced,
        Frame.Leaving => FrameKind.Leaving,
        Frame.Goodbye => FrameKind.Goodbye,
        Frame.DoYouHear => FrameKind.DoYouHear,
        Frame.Heard => FrameKind.Heard,
        Frame.Tell => FrameKind.Tell,
        Frame.Acknowledged => FrameKind.Acknowledged,
        Frame.Moved => FrameKind.Moved,
        Frame.NotTaken => FrameKind.NotTaken,
        Frame.Emit => FrameKind.Emit,
        Frame.Ask => FrameKind.Ask,
        Frame.Answer => FrameKind.Answer,
        _ => throw new ArgumentOutOfRangeException(nameof(frame)),
    };

    private static void Content(Frame frame, ref OctetWriter writer)
    {
        switch (frame)
        {
            case Frame.Pulse pulse:
                writer.I64(pulse.Count);
                writer.I64(pulse.Report.DispatchLag.Ticks);
                writer.I64(pulse.Report.Commit.Ticks);
                writer.I32(pulse.Report.Calls);
                writer.Bool(pulse.ArbiterAnswers);
                break;
            case Frame.Moves moves:
                Write(ref writer, moves.Shards);
                Write(ref writer, moves.Addresses);
                break;
            case Frame.Opened opened:
                Write(ref writer, opened.Shards);
                break;
            case Frame.Fenced fenced:
                Write(ref writer, fenced.Node);
                break;
            case Frame.DoYouHear question:
                Write(ref writer, question.Node);
                break;
            case Frame.Heard heard:
                Write(ref writer, heard.Node);
                writer.Bool(heard.IsHeard);
                break;
            case Frame.Tell tell:
                writer.I64(tell.Number);
                writer.I64(tell.Previous);
                writer.I64(tell.Epoch.Value);
                writer.Actor(tell.Actor);
                writer.Raw(tell.Input.Span);
                break;
            case Frame.Acknowledged acknowledged:
                writer.I32(acknowledged.Numbers.Length);
                foreach (long number in acknowledged.Numbers)
                {
                    writer.I64(number);
                }

                break;
            case Frame.Moved moved:
                writer.I64(moved.Number);
                Write(ref writer, moved.Shard);
                break;
            case Frame.NotTaken notTaken:
                writer.I64(notTaken.Number);
                break;
            case Frame.Emit emit:
                writer.U16((ushort)emit.Under.Shard.Value);
                writer.I64(emit.Under.Epoch.Value);
                writer.Raw(emit.Message.Span);
                break;
            case Frame.Ask ask:
                writer.I64(ask.Number);
                writer.Raw(ask.Question.Span);
                break;
            case Frame.Answer answer:
                writer.I64(answer.Number);
                writer.Raw(answer.Content.Span);
                break;
        }
    }

    public static void Write(ref OctetWriter writer, Incarnation node)
    {
        writer.I32(node.Node.Value);
        writer.I64(node.Number);
    }

    public static Incarnation Incarnation(ref OctetReader reader) => new(new NodeId(reader.I32()), reader.I64());

    private static void Write(ref OctetWriter writer, Incarnation? owner)
    {
        writer.Bool(owner is not null);
        Write(ref writer, owner ?? default);
    }

    private static Incarnation? Owner(ref OctetReader reader)
    {
        bool owned = reader.Bool();
        Incarnation owner = Incarnation(ref reader);
        return owned ? owner : null;
    }

    private static void Write(ref OctetWriter writer, OwnedShard shard)
    {
        writer.U16((ushort)shard.Shard.Value);
        Write(ref writer, shard.Owner);
        writer.I64(shard.Epoch.Value);
    }

    private static OwnedShard Shard(ref OctetReader reader) => new(new ShardId(reader.U16()), Owner(ref reader), new Epoch(reader.I64()));

    private static void Write(ref OctetWriter writer, ImmutableArray<OwnedShard> shards)
    {
        writer.I32(shards.Length);
        foreach (OwnedShard shard in shards)
        {
            Write(ref writer, shard);
        }
    }

    private static void Write(ref OctetWriter writer, ImmutableArray<OwnedAddress> addresses)
    {
        writer.I32(addresses.Length);
        foreach (OwnedAddress address in addresses)
        {
            writer.Text(address.Address);
            Write(ref writer, address.Owner);
            writer.I64(address.Epoch.Value);
        }
    }

    private static ImmutableArray<OwnedShard> Shards(ref OctetReader reader)
    {
        OwnedShard[] shards = new OwnedShard[reader.Count(OwnedShardBytes)];
        for (int i = 0; i < shards.Length; i++)
        {
            shards[i] = Shard(ref reader);
        }

        return [.. shards];
    }

    private static ImmutableArray<OwnedAddress> Addresses(ref OctetReader reader)
    {
        OwnedAddress[] addresses = new OwnedAddress[reader.Count(OwnedAddressBytes)];
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = new OwnedAddress(reader.Text(), Owner(ref reader), new Epoch(reader.I64()));
        }

        return [.. addresses];
    }

    private static ImmutableArray<long> Numbers(ref OctetReader reader)
    {
        long[] numbers = new long[reader.Count(8)];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.I64();
        }

        return [.. numbers];
    }

    /// <summary>The rest of the frame, where it stands.</summary>
    private static ReadOnlyMemory<byte> Rest(ReadOnlyMemory<byte> octets, ref OctetReader reader)
    {
        int start = reader.Position;
        reader.Rest();
        return octets[start..];
    }
}
