using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Topology;

/// <summary>The parts of a message's body: the body itself, or what a multipart one holds (RFC 5621, RFC 2046 section 5.1).</summary>
public static class BodyParts
{
    private const int Deepest = 4;

    /// <summary>The session description, wherever it stands; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Session(SipMessage message) =>
        message.Body.IsEmpty || IsEncoded(message) ? default : Session(message.Value(HeaderId.ContentType), message.Body, Deepest);

    /// <summary>The body is compressed: it cannot be read as it stands.</summary>
    public static bool IsEncoded(SipMessage message) => IsEncoded(message.Value(HeaderId.ContentEncoding));

    public static bool IsSession(ReadOnlySpan<byte> contentType) => Octets.EqualIgnoreCase(MediaType(contentType), "application/sdp"u8);

    /// <summary>Rewrites every part, and puts a multipart body together again around them: preamble and epilogue, which mean nothing, are left out.</summary>
    /// <returns>Null if it is multipart and cannot be taken apart.</returns>
    public static byte[]? Rewrite(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, IPartRewriter rewriter) => Rewrite(contentType, body, rewriter, Deepest);

    /// <summary>media-type = m-type SLASH m-subtype *(SEMI m-parameter), without the parameters.</summary>
    public static ReadOnlySpan<byte> MediaType(ReadOnlySpan<byte> contentType)
    {
        var semicolon = contentType.IndexOf((byte)';');
        return Octets.Trim(semicolon < 0 ? contentType : contentType[..semicolon]);
    }

    private static ReadOnlySpan<byte> Session(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, int depth)
    {
        if (IsSession(contentType))
        {
            return body;
        }

        var parts = new MultipartReader(contentType, body);
        while (depth > 0 && parts.Next())
        {
            var inner = Session(parts.Header("Content-Type"u8), parts.Body, depth - 1);
            if (!inner.IsEmpty)
            {
                return inner;
            }
        }

        return default;
    }

    private static byte[]? Rewrite(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body, IPartRewriter rewriter, int depth)
    {
        if (!Octets.StartsWithIgnoreCase(contentType, "multipart/"u8))
        {
            return rewriter.Part(contentType, body);
        }

        var parts = new MultipartReader(contentType, body);
        var into = new List<byte>(body.Length + 64);
        while (depth > 0 && parts.Next())
        {
            var type = parts.Header("Content-Type"u8);
            if ((IsEncoded(parts) && rewriter.Reads(type)) || Rewrite(type, parts.Body, rewriter, depth - 1) is not { } part)
            {
                continue;
            }

            into.AddRange([.. "--"u8, .. parts.Boundary, .. "\r\n"u8]);
            AddHeaders(into, parts.Headers, rewriter);
            into.AddRange([.. "\r\n"u8, .. part, .. "\r\n"u8]);
        }

        return into.Count == 0 || parts.Malformed ? null : [.. into, .. "--"u8, .. parts.Boundary, .. "--\r\n"u8];
    }

    private static void AddHeaders(List<byte> into, ReadOnlySpan<byte> headers, IPartRewriter rewriter)
    {
        while (!headers.IsEmpty)
        {
            var end = headers.IndexOf((byte)'\n') + 1;
            var line = (end == 0 ? headers : headers[..end]).TrimEnd("\r\n"u8);
            headers = end == 0 ? default : headers[end..];
            if (rewriter.KeepsHeader(line))
            {
                into.AddRange([.. line, .. "\r\n"u8]);
            }
        }
    }

    /// <summary>The part is not there to be read as it stands.</summary>
    private static bool IsEncoded(MultipartReader part)
    {
        var transfer = part.Header("Content-Transfer-Encoding"u8);
        return Octets.EqualIgnoreCase(transfer, "base64"u8) || Octets.EqualIgnoreCase(transfer, "quoted-printable"u8)
            || IsEncoded(part.Header("Content-Encoding"u8));
    }

    private static bool IsEncoded(ReadOnlySpan<byte> coding) => !coding.IsEmpty && !Octets.EqualIgnoreCase(coding, "identity"u8);
}

/// <summary>What becomes of the parts of a body.</summary>
public interface IPartRewriter
{
    /// <summary>One part that is not multipart itself; null to leave it out.</summary>
    byte[]? Part(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body);

    /// <summary>Whether parts of that type have to be read: one that cannot be is left out.</summary>
    bool Reads(ReadOnlySpan<byte> contentType);

    /// <summary>Whether a header line of a part stays.</summary>
    bool KeepsHeader(ReadOnlySpan<byte> line);
}
