using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Controller.Sharding.Wire;

namespace Controller.Edge.Flows;

/// <summary>A message on its way to the edge of another node, as that edge gets it.</summary>
internal static class EmittedMessage
{
    // What is written grows: a node that reads another version than this leaves it to the sender's timers.
    private const byte Version = 1;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_written;

    /// <summary>Belongs to the calling thread, until its next call.</summary>
    public static ReadOnlyMemory<byte> Write(in Outgoing message)
    {
        ArrayBufferWriter<byte> into = t_written ??= new ArrayBufferWriter<byte>(2048);
        into.ResetWrittenCount();
        OctetWriter writer = new(into);
        writer.U8(Version);
        FlowWire.Write(ref writer, message.To);
        writer.Actor(message.Sender);
        writer.Text(message.Branch);
        writer.Raw(message.Bytes.Span);
        return into.WrittenMemory;
    }

    /// <summary>Copies what it keeps.</summary>
    public static bool TryRead(ReadOnlySpan<byte> emitted, [NotNullWhen(true)] out Outgoing? message)
    {
        OctetReader reader = new(emitted);
        bool known = reader.U8() == Version;
        Outgoing read = new(FlowWire.Read(ref reader), default, "", reader.Actor());
        read = read with { Branch = reader.Text(), Bytes = reader.Rest().ToArray() };
        message = known && reader.IsWhole ? read : null;
        return message is not null;
    }
}
