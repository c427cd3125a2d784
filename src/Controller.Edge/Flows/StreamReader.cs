using System.Buffers;
using System.Net.Sockets;
using Controller.Edge.Telemetry;
using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Edge.Flows;

/// <summary>
/// The receiving side of one connection: octets → messages → <see cref="Dispatch.Arrivals"/>. Holds no thread while nothing comes, and never
/// more memory than one maximal message.
/// </summary>
internal sealed class StreamReader(Socket socket, StreamConnection connection, StreamScope scope)
{
    private const int SmallBuffer = 4096;

    // RFC 5626 section 3.5.1: "The ping … is a double CRLF"; the pong a single one.
    private static readonly byte[] Pong = "\r\n"u8.ToArray();

    private readonly int _largest = scope.Options.Limits.MaxHeaderBytes + scope.Options.Limits.MaxBodyBytes + 4;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
    private int _start;
    private int _end;

    // Up to here the end of the header has been looked for in vain.
    private int _searched;

    public async Task RunAsync()
    {
        CloseReason reason = CloseReason.ByRemote;
        try
        {
            while (await FillAsync().ConfigureAwait(false))
            {
                if (connection.IsDraining || scope.IsStopped)
                {
                    _start = _end = 0;
                    continue;
                }

                connection.Progress();
                Take();
            }

            if (connection.IsDraining)
            {
                reason = CloseReason.LostFraming;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            reason = CloseReason.Reset;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A defect of ours costs one connection, and is counted.
            reason = CloseReason.Fault;
        }

        connection.Close(reason, "connection closed");
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    /// <summary>False at the end of the stream.</summary>
    private async ValueTask<bool> FillAsync()
    {
        MakeRoom();
        int received = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None).ConfigureAwait(false);
        _end += received;
        return received > 0;
    }

    private void MakeRoom()
    {
        int waiting = _end - _start;
        if (waiting == 0 && _buffer.Length > SmallBuffer)
        {
            Replace(SmallBuffer, 0);
        }
        else if (_end == _buffer.Length && waiting > _buffer.Length / 2)
        {
            Replace(Math.Min(_buffer.Length * 2, Math.Max(_largest, waiting + 1)), waiting);
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, waiting).CopyTo(_buffer);
        }

        _searched = Math.Max(0, _searched - _start);
        _start = 0;
        _end = waiting;
    }

    private void Replace(int size, int waiting)
    {
        byte[] other = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(_start, waiting).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }

    /// <summary>Takes all whole messages from the front of what has come.</summary>
    private void Take()
    {
        while (SkipBlankLines())
        {
            connection.MessageBegun();
            int waiting = _end - _start;
            if (!HeaderMayBeComplete(waiting))
            {
                return;
            }

            SipMessage message = scope.Buffers.Rent(waiting);
            Memory<byte> received = _buffer.AsMemory(_start, waiting);
            switch (StreamFraming.Parse(received, message, scope.Options.Limits, out int consumed, out RejectionReason reason))
            {
                case ParseOutcome.Done:
                    message.Detach();
                    _start += consumed;
                    _searched = _start;
                    connection.MessageComplete();
                    scope.Instruments.Received(connection.Flow.Transport, consumed);
                    scope.Arrivals.Accept(message, connection.Flow);
                    break;
                case ParseOutcome.NeedMore:
                    message.Release();
                    _start += consumed;
                    return;
                default:
                    // RFC 3261 section 18.3: without a trustworthy Content-Length the end of a message on a stream is unknown: say so and close.
                    scope.Instruments.Received(connection.Flow.Transport, waiting);
                    scope.Arrivals.Refuse(message, reason, connection.Flow);
                    _start = _end;
                    connection.Drain();
                    return;
            }
        }
    }

    /// <summary>False if there is nothing but (the beginning of) blank lines. Answers pings.</summary>
    private bool SkipBlankLines()
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            if (rest.StartsWith("\r\n\r\n"u8))
            {
                // RFC 5626 section 3.5.1: "If a … server receives a double CRLF sequence … it MUST immediately respond with a single CRLF".
                _start += 4;
                scope.Instruments.Dropped(DropReason.KeepAlive);
                connection.TrySend(new Outgoing(connection.Flow, Pong, "", default));
            }
            else if ("\r\n\r\n"u8.StartsWith(rest))
            {
                // Half a ping, or a single CRLF: what comes next decides.
                return false;
            }
            else if (rest.StartsWith("\r\n"u8))
            {
                _start += 2;
            }
            else
            {
                _searched = Math.Max(_searched, _start);
                return true;
            }
        }
    }

    /// <summary>Looks at each octet once, however slowly they come; a header over its budget is for the parser to refuse.</summary>
    private bool HeaderMayBeComplete(int waiting)
    {
        if (waiting > scope.Options.Limits.MaxHeaderBytes)
        {
            return true;
        }

        int from = Math.Max(_start, _searched - 3);
        int at = _buffer.AsSpan(from, _end - from).IndexOf("\r\n\r\n"u8);
        _searched = at < 0 ? _end : from + at;
        return at >= 0 || LooksForeign();
    }

    /// <summary>What cannot become SIP is not waited for: HTTP, TLS and noise end at once instead of at the message timeout.</summary>
    private bool LooksForeign()
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        int line = rest.IndexOf((byte)'\n');
        return rest[0] is < 0x21 or > 0x7e || (line >= 0 && rest[..line].IndexOf("SIP/"u8) < 0);
    }
}
