using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Shards;

/// <summary>Inputs are texts; any other object is a node's own.</summary>
internal sealed class TextCodec : IInputCodec
{
    public bool TryEncode(object input, IBufferWriter<byte> into)
    {
        if (input is string text)
        {
            into.Write(Encoding.UTF8.GetBytes(text));
        }

        return input is string;
    }

    public bool TryDecode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out object input)
    {
        string text = Encoding.UTF8.GetString(bytes);
        input = text == "unreadable" ? null : text;
        return input is not null;
    }
}
