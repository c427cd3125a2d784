using System.Net.Sockets;

namespace Controller.Cluster.Links;

/// <summary>
/// One connection with a peer, after the hello. What is sent is gathered while the last is on its way and leaves as one; a thread of its own
/// writes, the caller's reads.
/// </summary>
internal sealed class Link
{
    private const int ReadBytes = 64 * 1024;

    private readonly Socket _socket;
    private readonly LinkOptions _options;
    private readonly LinkInstruments _instruments;

    // Waited on: by the writer for something to write, by a successor for the end. An event object would have to be disposed, and somebody may still set it.
    private readonly object _queue = new();
    private FrameBuffer _gathering = new();
    private FrameBuffer _leaving = new();
    private volatile bool _closed;
    private bool _ended;

    public Link(Socket socket, LinkOptions options, LinkInstruments instruments)
    {
        _socket = socket;
        _options = options;
        _instruments = instruments;
    }

    /// <returns>False if it is closed, or too much waits.</returns>
    public bool Send(Frame frame)
    {
        int written = 0;
        lock (_queue)
        {
            bool first = _gathering.Length == 0;
            if (!_closed && _gathering.Length < _options.MaxQueuedBytes)
            {
                written = FrameCodec.Write(frame, _gathering);
            }

            if (first && written > 0)
            {
                Monitor.PulseAll(_queue);
            }
        }

        if (written > 0)
        {
            _instruments.Sent(FrameCodec.KindOf(frame), written);
        }

        return written > 0;
    }

    /// <summary>Reads until the connection ends, on the caller's thread.</summary>
    public void Run(Action<Frame> received, string name)
    {
        Thread writer = new(Write) { IsBackground = true, Name = $"link-{name}-out" };
        writer.Start();
        try
        {
            Read(received);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Reset, or closed from this side: the same as an end of stream.
        }
        finally
        {
            Close();
            writer.Join();
        }
    }

    /// <summary>From any thread, more than once.</summary>
    public void Close()
    {
        lock (_queue)
        {
            _closed = true;
            Monitor.PulseAll(_queue);
        }

        LinkSockets.Close(_socket);
    }

    /// <summary>Everything that came has been handed on, and its end has been told.</summary>
    public void Ended()
    {
        lock (_queue)
        {
            _ended = true;
            Monitor.PulseAll(_queue);
        }
    }

    public void WaitUntilEnded()
    {
        lock (_queue)
        {
            while (!_ended)
            {
                Monitor.Wait(_queue);
            }
        }
    }

    private void Write()
    {
        while (true)
        {
            lock (_queue)
            {
                while (_gathering.Length == 0 && !_closed)
                {
                    Monitor.Wait(_queue);
                }

                if (_closed)
                {
                    return;
                }

                (_gathering, _leaving) = (_leaving, _gathering);
            }

            try
            {
                for (ReadOnlyMemory<byte> left = _leaving.Written; !left.IsEmpty;)
                {
                    left = left[_socket.Send(left.Span)..];
                }
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                Close();
                return;
            }

            _leaving.Clear();
        }
    }

    private void Read(Action<Frame> received)
    {
        byte[] buffer = new byte[ReadBytes];
        int start = 0, end = 0;
        while (!_closed)
        {
            int got = _socket.Receive(buffer.AsSpan(end));
            if (got == 0)
            {
                return;
            }

            end += got;
            FrameCodec.Outcome outcome;
            int length;
            while ((outcome = FrameCodec.Find(buffer.AsSpan(start, end - start), out length)) == FrameCodec.Outcome.Whole)
            {
                ReadOnlyMemory<byte> octets = buffer.AsMemory(start + FrameCodec.LengthBytes, length);
                start += FrameCodec.LengthBytes + length;
                if (!Take(octets, received))
                {
                    _instruments.Malformed();
                    return;
                }
            }

            if (outcome == FrameCodec.Outcome.Malformed)
            {
                _instruments.Malformed();
                return;
            }

            // The rest of a frame moves to the front; the buffer grows for a frame that does not fit, and shrinks behind it.
            int rest = end - start;
            int wanted = Math.Max(ReadBytes, FrameCodec.LengthBytes + length);
            byte[] next = buffer.Length == wanted || (rest > 0 && buffer.Length > wanted) ? buffer : new byte[wanted];
            buffer.AsSpan(start, rest).CopyTo(next);
            (buffer, start, end) = (next, 0, rest);
        }
    }

    private bool Take(ReadOnlyMemory<byte> octets, Action<Frame> received)
    {
        if (!FrameCodec.TryRead(octets, out Frame? frame))
        {
            return false;
        }

        if (frame is null)
        {
            _instruments.Unknown();
            return true;
        }

        _instruments.Received(FrameCodec.KindOf(frame), octets.Length + FrameCodec.LengthBytes);
        try
        {
            received(frame);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A defect of ours costs one frame, not the link, and not every node that is sent the same.
            _instruments.Fault();
            _options.Report($"a frame ({frame.GetType().Name}) was lost: {error.GetType().Name}: {error.Message}");
        }

        return true;
    }
}
