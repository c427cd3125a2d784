using Controller.Sip.Headers;

namespace Controller.Sip.Messages;

/// <summary>Writes one message into a growing buffer. Exact bytes: what is written is what is sent.</summary>
public sealed class SipWriter
{
    public SipWriter(int capacity = 1024) => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
    public SipWriter RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri) => throw new NotImplementedException();

    /// <param name="reason">Empty: the standard phrase.</param>
    public SipWriter StatusLine(int status, ReadOnlySpan<byte> reason = default) => throw new NotImplementedException();
    public SipWriter Header(HeaderId id, ReadOnlySpan<byte> value) => throw new NotImplementedException();
    public SipWriter Header(HeaderId id, string value) => throw new NotImplementedException();
    public SipWriter Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>All lines of it, in order.</summary>
    public SipWriter CopyAll(SipMessage from, HeaderId id) => throw new NotImplementedException();
    public SipWriter HeaderStart(HeaderId id) => throw new NotImplementedException();
    public SipWriter Append(ReadOnlySpan<byte> text) => throw new NotImplementedException();
    public SipWriter Append(string text) => throw new NotImplementedException();
    public SipWriter Append(long number) => throw new NotImplementedException();
    public SipWriter HeaderEnd() => throw new NotImplementedException();

    /// <summary>Content-Type if there is a body, Content-Length, the empty line, the body.</summary>
    public byte[] Finish(ReadOnlySpan<byte> body = default, ReadOnlySpan<byte> contentType = default) => throw new NotImplementedException();
    public void Reset() => throw new NotImplementedException();
}
