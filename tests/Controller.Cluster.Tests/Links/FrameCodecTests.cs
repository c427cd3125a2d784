using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Links;

public sealed class FrameCodecTests
{
    private static readonly Incarnation Node = new(new NodeId(7), long.MaxValue);
    private static readonly byte[] Octets = [1, 2, 3];

    private static Frame[] Frames { get; } =
    [
        new Frame.Pulse(5, new BeatReport(TimeSpan.FromMilliseconds(1.5), TimeSpan.FromSeconds(3), 12), true),
        new Frame.Moves(
            [new OwnedShard(new ShardId(255), Node, new Epoch(9)), new OwnedShard(new ShardId(0), null, new Epoch(1))],
            [new OwnedAddress("10.9.0.10/24", Node, new Epoch(2)), new OwnedAddress("", null, new Epoch(0))]),
        new Frame.Moves([], []),
        new Frame.Opened([new OwnedShard(new ShardId(7), Node, new Epoch(3))]),
        new Frame.Fenced(Node), new Frame.Leaving(), new Frame.Goodbye(), new Frame.DoYouHear(Node), new Frame.Heard(Node, false),
        new Frame.Tell(1L << 60, 3, new Epoch(4), new ActorId(new ActorKind(5), UInt128.MaxValue - 6), Octets),
        new Frame.Acknowledged([1, -2, long.MaxValue]), new Frame.Acknowledged([]),
        new Frame.Moved(8, new OwnedShard(new ShardId(3), Node, new Epoch(4))), new Frame.NotTaken(-1),
        new Frame.Emit(new Fence(new ShardId(65535), new Epoch(77)), Octets), new Frame.Ask(1, Octets), new Frame.Answer(2, Array.Empty<byte>()),
    ];

    private static byte[] Write(Frame frame)
    {
        FrameBuffer into = new();
        int written = FrameCodec.Write(frame, into);
        Assert.Equal(into.Length, written);
        return into.Written.ToArray();
    }

    [Fact]
    public void Every_kind_is_here() => Assert.Equal(
        typeof(Frame).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal), Frames.Select(f => f.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    /// <summary>Records compare lists by reference, so the octets are compared: written, read and written again.</summary>
    [Fact]
    public void Every_kind_is_read_as_it_was_written()
    {
        foreach (Frame frame in Frames)
        {
            byte[] written = Write(frame);
            Assert.Equal(FrameCodec.Outcome.Whole, FrameCodec.Find(written, out int length));
            Assert.Equal(written.Length - FrameCodec.LengthBytes, length);
            Assert.True(FrameCodec.TryRead(written.AsMemory(FrameCodec.LengthBytes), out Frame? read));
            Assert.Equal(frame.GetType(), read!.GetType());
            Assert.Equal(written, Write(read));
            if (frame is Frame.Moves { Shards.Length: > 0 } sent)
            {
                Frame.Moves moves = Assert.IsType<Frame.Moves>(read);
                Assert.Equal(sent.Shards.AsEnumerable(), moves.Shards.AsEnumerable());
                Assert.Equal(sent.Addresses.AsEnumerable(), moves.Addresses.AsEnumerable());
            }
            else if (frame is Frame.Pulse or Frame.Fenced or Frame.Heard or Frame.Moved)
            {
                Assert.Equal(frame, read);
            }
        }
    }

    [Fact]
    public void A_frame_that_is_cut_short_waits_and_what_is_cut_inside_is_malformed()
    {
        foreach (Frame frame in Frames)
        {
            byte[] written = Write(frame);
            for (int length = 0; length < written.Length; length++)
            {
                Assert.Equal(FrameCodec.Outcome.NeedMore, FrameCodec.Find(written.AsSpan(..length), out _));
            }

            // What is carried last may have any length.
            if (frame is not (Frame.Tell or Frame.Emit or Frame.Ask or Frame.Answer or Frame.Goodbye))
            {
                Assert.False(FrameCodec.TryRead(written.AsMemory(FrameCodec.LengthBytes..^1), out _));
                Assert.False(FrameCodec.TryRead(written.AsMemory(FrameCodec.LengthBytes).ToArray().Append((byte)0).ToArray(), out _));
            }
        }

        Assert.Equal(FrameCodec.Outcome.Malformed, FrameCodec.Find([0x00, 0x80, 0x00, 0x01], out _));
        Assert.Equal(FrameCodec.Outcome.Malformed, FrameCodec.Find([0, 0, 0, 0], out _));
        Assert.Equal(FrameCodec.Outcome.Malformed, FrameCodec.Find([0xff, 0xff, 0xff, 0xff], out _));
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown()
    {
        Random random = new(42);
        int read = 0;
        for (int i = 0; i < 60_000; i++)
        {
            byte[] octets = i % 2 == 0 ? new byte[random.Next(1, 60)] : Write(Frames[random.Next(Frames.Length)])[FrameCodec.LengthBytes..];
            if (i % 2 == 0)
            {
                random.NextBytes(octets);
                octets[0] = (byte)random.Next(16);
            }
            else
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            read += FrameCodec.TryRead(octets, out _) ? 1 : 0;
        }

        Assert.InRange(read, 1000, 59_000);
    }
}
