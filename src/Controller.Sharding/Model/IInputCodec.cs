using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Controller.Sharding.Model;

/// <summary>How inputs travel between nodes. One for all kinds of actors; the two neighbouring versions of the program understand each other.</summary>
public interface IInputCodec
{
    /// <returns>False if the input makes sense on its own node only (a look-up's answer, a timer): it is not sent.</returns>
    bool TryEncode(object input, IBufferWriter<byte> into);

    /// <returns>False if this version cannot read it. What it gives is disposed by whoever takes it, if it is <see cref="IDisposable"/>.</returns>
    bool TryDecode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out object input);
}
