using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Controller.Sip.Headers;

namespace Controller.Sip.Messages;

/// <summary>
/// Writes one message into a growing buffer. Exact bytes: what is written is what is sent. A CR or LF in a value becomes a blank:
/// no value, wherever it came from, can add a line. Used again after <see cref="Reset"/>; one thread at a time.
/// </summary>
/// <remarks>
/// The buffer is borrowed from the pool, and goes back with <see cref="Finish"/>: of most messages nothing is allocated but their octets. A writer that is
/// not finished keeps it.
/// </remarks>
public sealed class SipWriter
{
    private byte[] _buffer;
    private int _length;

    // Where the line begins that is being written: before it there are no line ends but ours.
    private int _line;

    public SipWriter(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>Octets written since the last <see cref="Reset"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public SipWriter RequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        Append(method);
        Raw(" "u8);
        Append(uri);
        Raw(" SIP/2.0"u8);
        return HeaderEnd();
    }

    /// <param name="octets">The URI, in text that holds one octet in each character (Latin-1).</param>
    public SipWriter RequestLine(ReadOnlySpan<byte> method, string octets)
    {
        Append(method);
        Raw(" "u8);
        AppendOctets(octets);
        Raw(" SIP/2.0"u8);
        return HeaderEnd();
    }

    /// <param name="reason">Empty: the standard phrase.</param>
    public SipWriter StatusLine(int status, ReadOnlySpan<byte> reason = default)
    {
        Raw("SIP/2.0 "u8);
        Append(status);
        Raw(" "u8);
        Append(reason.IsEmpty ? StatusCodes.Phrase(status) : reason);
        return HeaderEnd();
    }

    public SipWriter Header(HeaderId id, ReadOnlySpan<byte> value) => HeaderStart(id).Append(value).HeaderEnd();

    public SipWriter Header(HeaderId id, string value) => HeaderStart(id).Append(value).HeaderEnd();

    public SipWriter Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Append(name);
        Raw(": "u8);
        Append(value);
        return HeaderEnd();
    }

    /// <summary>All lines of it, in order.</summary>
    public SipWriter CopyAll(SipMessage from, HeaderId id)
    {
        for (var i = 0; i < from.HeaderCount; i++)
        {
            var line = from.Header(i);
            if (line.Id == id)
            {
                Copy(from, line);
            }
        }

        return this;
    }

    /// <summary>One line as it stands there; its name in our spelling if it has a row in the catalogue.</summary>
    public SipWriter Copy(SipMessage from, HeaderLine line) =>
        line.Id == HeaderId.Unknown ? Header(from.Name(line), from.Value(line)) : Header(line.Id, from.Value(line));

    public SipWriter HeaderStart(HeaderId id)
    {
        Raw(HeaderCatalogue.Row(id).Utf8Name);
        Raw(": "u8);
        return this;
    }

    public SipWriter Append(ReadOnlySpan<byte> text)
    {
        Raw(text);
        return this;
    }

    /// <summary>As UTF-8.</summary>
    public SipWriter Append(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        return this;
    }

    /// <summary>Text that holds one octet in each character (Latin-1): written as the octets that it was read from.</summary>
    public SipWriter AppendOctets(string octets)
    {
        Reserve(octets.Length);
        _length += Encoding.Latin1.GetBytes(octets, _buffer.AsSpan(_length));
        return this;
    }

    /// <summary>In decimal.</summary>
    public SipWriter Append(long number)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var written);
        _length += written;
        return this;
    }

    public SipWriter HeaderEnd()
    {
        Blank();
        Raw("\r\n"u8);
        _line = _length;
        return this;
    }

    /// <summary>Content-Type if one is given and there is a body, Content-Length, the empty line, the body. A Content-Type that was written before is left alone.</summary>
    public byte[] Finish(ReadOnlySpan<byte> body = default, ReadOnlySpan<byte> contentType = default)
    {
        Complete(body, contentType);
        var message = Written.ToArray();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Reset();
        return message;
    }

    /// <summary>As <see cref="Finish"/>, but in the writer's own memory: nothing is allocated, and it is valid until the next write.</summary>
    public ReadOnlyMemory<byte> Complete(ReadOnlySpan<byte> body = default, ReadOnlySpan<byte> contentType = default)
    {
        if (!body.IsEmpty && !contentType.IsEmpty)
        {
            Header(HeaderId.ContentType, contentType);
        }

        HeaderStart(HeaderId.ContentLength).Append(body.Length).HeaderEnd();
        Raw("\r\n"u8);
        Raw(body);
        return _buffer.AsMemory(0, _length);
    }

    /// <summary>Empty again, the memory kept.</summary>
    public void Reset() => _length = _line = 0;

    private void Raw(ReadOnlySpan<byte> octets)
    {
        Reserve(octets.Length);
        octets.CopyTo(_buffer.AsSpan(_length));
        _length += octets.Length;
    }

    private void Blank()
    {
        var written = _buffer.AsSpan(_line, _length - _line);
        if (written.ContainsAny((byte)'\r', (byte)'\n'))
        {
            written.Replace((byte)'\r', (byte)' ');
            written.Replace((byte)'\n', (byte)' ');
        }
    }

    private void Reserve(int more)
    {
        if (_buffer.Length - _length < more)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + more));
            Written.CopyTo(larger);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }
    }
}
