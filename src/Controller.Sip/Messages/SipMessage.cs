using System.Runtime.InteropServices;
using Controller.Sip.Framing;
using Controller.Sip.Headers;

namespace Controller.Sip.Messages;

/// <summary>
/// Index over one complete message. Immutable for its readers; typed values are parsed on demand from the spans.
/// One owner at a time: whoever holds it last calls <see cref="Release"/>, and reads nothing of it afterwards.
/// </summary>
public sealed class SipMessage
{
    private readonly SipMessagePool? _pool;

    // Index of the first line of each header, plus one; 0: absent.
    private readonly ushort[] _first = new ushort[HeaderCatalogue.Count];
    private HeaderLine[] _lines;
    private byte[] _own;
    private byte[] _bytes = [];
    private int _origin;
    private int _length;
    private int _rented;

    // All offsets are from the start of the message, so that Detach moves nothing but the octets.
    private int _methodLength;
    private int _uriLength;
    private int _reasonStart;
    private int _reasonLength;
    private int _bodyStart;
    private int _cseqMethodStart;

    /// <summary>An index without memory of its own until <see cref="Detach"/>, and without a pool.</summary>
    public SipMessage()
        : this(null, 0, [])
    {
    }

    internal SipMessage(SipMessagePool? pool, int slot, byte[] own, int lines = 32)
    {
        _pool = pool;
        Slot = slot;
        _own = own;
        _lines = new HeaderLine[lines];
    }

    public bool IsRequest { get; private set; }

    /// <summary>Of the request line; for a response, of its CSeq.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>Of the request line; for a response, of its CSeq, empty if that cannot be read.</summary>
    public ReadOnlySpan<byte> MethodText => At(_cseqMethodStart, _methodLength);

    /// <summary>As written, not judged; empty for a response.</summary>
    public ReadOnlySpan<byte> RequestUri => IsRequest ? At(_methodLength + 1, _uriLength) : default;

    /// <summary>0 for a request.</summary>
    public int StatusCode { get; private set; }

    public ReadOnlySpan<byte> ReasonPhrase => At(_reasonStart, _reasonLength);

    /// <summary>Exactly the message: start line to body; trailing octets are not part of it.</summary>
    public ReadOnlySpan<byte> Raw => At(0, _length);

    public ReadOnlySpan<byte> Body => At(_bodyStart, _length - _bodyStart);

    public int HeaderCount { get; private set; }

    /// <summary>Where to receive into: the message's own memory. Empty if it has none.</summary>
    public Memory<byte> Buffer => _own;

    internal int Slot { get; }

    /// <exception cref="ArgumentOutOfRangeException">Not one of the first <see cref="HeaderCount"/>.</exception>
    public HeaderLine Header(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)HeaderCount, nameof(index));
        return _lines[index];
    }

    public ReadOnlySpan<byte> Name(HeaderLine line) => At(line.NameStart, line.NameLength);

    /// <summary>Trimmed and unfolded.</summary>
    public ReadOnlySpan<byte> Value(HeaderLine line) => At(line.ValueStart, line.ValueLength);

    /// <summary>The first line's value, trimmed and unfolded; empty if absent.</summary>
    public ReadOnlySpan<byte> Value(HeaderId id)
    {
        var index = First(id);
        return index < 0 ? default : Value(_lines[index]);
    }

    public bool Has(HeaderId id) => _first[(int)id] != 0;

    /// <summary>Lines, not values.</summary>
    public int Count(HeaderId id)
    {
        var count = 0;
        for (var i = First(id); i >= 0 && i < HeaderCount; i++)
        {
            count += _lines[i].Id == id ? 1 : 0;
        }

        return count;
    }

    /// <summary>foreach over the comma-separated values of all lines of a list header; of a header that is no list, over its lines.</summary>
    public HeaderValues Values(HeaderId id) => new(this, id);

    /// <summary>
    /// Copies the message into its own memory, so that the buffer it was parsed from may be used again (a stream's). Nothing happens if it is there already.
    /// </summary>
    public void Detach()
    {
        if (ReferenceEquals(_bytes, _own))
        {
            return;
        }

        if (_own.Length < _length)
        {
            _own = GC.AllocateUninitializedArray<byte>(_length);
        }

        _bytes.AsSpan(_origin, _length).CopyTo(_own);
        _bytes = _own;
        _origin = 0;
    }

    /// <summary>Gives a pooled message back, once: a second call does nothing. No-op for one without a pool.</summary>
    public void Release()
    {
        // The exchange makes "once" hold when two threads believe that they are the last one.
        if (_pool is not null && Interlocked.Exchange(ref _rented, 0) == 1)
        {
            _pool.TakeBack(this);
        }
    }

    /// <summary>An own, unpooled index over a copy. Octets behind Content-Length are not part of it.</summary>
    /// <exception cref="FormatException">It is not one complete message.</exception>
    public static SipMessage Copy(ReadOnlySpan<byte> raw) => Of(raw.ToArray());

    /// <summary>An own, unpooled index over octets that nobody changes any more: not copied.</summary>
    /// <param name="raw">As a message was indexed or written before: a line that is still folded is unfolded in it.</param>
    /// <exception cref="FormatException">It is not one complete message.</exception>
    public static SipMessage Over(ReadOnlyMemory<byte> raw) =>
        MemoryMarshal.TryGetArray(raw, out var octets) && octets.Offset == 0 && octets.Count == octets.Array!.Length ? Of(octets.Array) : Copy(raw.Span);

    private static SipMessage Of(byte[] raw)
    {
        var message = new SipMessage(null, 0, raw, lines: 16);
        if (DatagramFraming.Parse(raw, message, Unbounded, out var reason) != ParseOutcome.Done)
        {
            throw new FormatException($"not one complete SIP message: {reason}");
        }

        return message;
    }

    private static SipLimits Unbounded { get; } = new() { MaxHeaderBytes = int.MaxValue, MaxBodyBytes = int.MaxValue, MaxHeaders = ushort.MaxValue - 1 };

    /// <summary>Index of the first line of that header, or -1.</summary>
    internal int First(HeaderId id) => _first[(int)id] - 1;

    internal void Rented() => Volatile.Write(ref _rented, 1);

    /// <summary>Empties the index and points it at octets that begin with a start line.</summary>
    internal void Begin(byte[] bytes, int origin)
    {
        Array.Clear(_first);
        _bytes = bytes;
        _origin = origin;
        _length = _methodLength = _uriLength = _reasonStart = _reasonLength = _bodyStart = _cseqMethodStart = 0;
        HeaderCount = 0;
        StatusCode = 0;
        Method = SipMethod.Unknown;
        IsRequest = false;
    }

    internal void BeginRequest(int methodLength, int uriLength)
    {
        IsRequest = true;
        _methodLength = methodLength;
        _uriLength = uriLength;
        Method = SipMethods.Parse(_bytes.AsSpan(_origin, methodLength));
    }

    internal void BeginResponse(int status, int reasonStart, int reasonLength)
    {
        StatusCode = status;
        _reasonStart = reasonStart;
        _reasonLength = reasonLength;
    }

    internal void Add(HeaderLine line)
    {
        if (HeaderCount == _lines.Length)
        {
            Array.Resize(ref _lines, _lines.Length * 2);
        }

        _lines[HeaderCount++] = line;
        if (_first[(int)line.Id] == 0)
        {
            _first[(int)line.Id] = (ushort)HeaderCount;
        }
    }

    /// <summary>The message ends here, whole or not.</summary>
    internal void End(int bodyStart, int length)
    {
        _bodyStart = bodyStart;
        _length = length;
        if (!IsRequest && CSeq.TryParse(Value(HeaderId.CSeq), out var cseq, out var methodText))
        {
            var value = _lines[First(HeaderId.CSeq)];
            Method = cseq.Method;
            _methodLength = methodText.Length;
            _cseqMethodStart = value.ValueStart + value.ValueLength - methodText.Length;
        }
    }

    private ReadOnlySpan<byte> At(int start, int length) => new(_bytes, _origin + start, length);
}
