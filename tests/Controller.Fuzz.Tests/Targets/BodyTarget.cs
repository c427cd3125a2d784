using Controller.Sip.Messages;
using Controller.Sip.Topology;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>Multipart bodies and fragments of messages.</summary>
internal sealed class BodyTarget : Target, IPartRewriter
{
    private static readonly TopologyHiding Nothing = new("203.0.113.1", new HashSet<string>());

    public override string Name => "body";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Bodies[random.Next(Seeds.Bodies.Length)], Seeds.Bodies, random);

    public override void Run(byte[] input)
    {
        if (BodyParts.Rewrite("multipart/mixed;boundary=b1"u8, input, this) is { } again)
        {
            Check(BodyParts.Rewrite("multipart/mixed;boundary=b1"u8, again, this) is { } third && third.AsSpan().SequenceEqual(again), "what was put together can be taken apart");
        }

        byte[] fragment = SipFragment.Crossing(input, Nothing);
        Check(fragment.Length == 0 || SipFragment.Status(fragment) is >= 100 and <= 699, "a fragment begins with a status");
        Check(SipFragment.Status(input) == SipFragment.Status(fragment), "and with the same");
    }

    public byte[]? Part(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body) => body.ToArray();

    public bool Reads(ReadOnlySpan<byte> contentType) => false;

    public bool KeepsHeader(ReadOnlySpan<byte> line) => true;
}
