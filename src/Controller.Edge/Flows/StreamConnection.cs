using System.Net.Sockets;
using Controller.Edge.Listeners;
using Controller.Edge.Telemetry;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>
/// One TCP connection, accepted or opened: its life, its clock and its sending side. The receiving side is a <see cref="StreamReader"/>.
/// </summary>
/// <remarks>
/// States: connecting (only an opened one) → open → draining (framing lost: the last answer is flushed, what still comes is discarded) → closed.
/// Closing happens once, from any thread; whatever was not written then is reported as failed.
/// </remarks>
internal sealed class StreamConnection
{
    private readonly Socket _socket;
    private readonly StreamScope _scope;
    private readonly SendQueue _queue;
    private long _lastProgress;
    private long _messageSince;
    private int _phase;

    public StreamConnection(Socket socket, Flow flow, bool connected, StreamScope scope)
    {
        _socket = socket;
        _scope = scope;
        Flow = flow;
        _queue = new SendQueue(scope.Options.MaxSendQueueBytes);
        _phase = (int)(connected ? Phase.Open : Phase.Connecting);
        _lastProgress = scope.Now;

        // An accepted connection owes its first message; until then it is a stranger.
        _messageSince = connected ? scope.Now : 0;
        if (!connected)
        {
            _queue.TryHold();
        }
    }

    private enum Phase
    {
        Connecting,
        Open,
        Draining,
        Closed,
    }

    public Flow Flow { get; }

    public bool IsClosed => Current == Phase.Closed;

    /// <summary>What came after the framing was lost is not read as messages.</summary>
    public bool IsDraining => Current == Phase.Draining;

    private Phase Current => (Phase)Volatile.Read(ref _phase);

    /// <summary>Never waits: what the system does not take at once is queued. False if the connection is closed: nothing was taken over.</summary>
    public bool TrySend(in Outgoing message)
    {
        if (IsClosed)
        {
            return false;
        }

        if (!_queue.TryAdd(message))
        {
            _scope.Failures.Report(message, "the other side reads too slowly");
            Close(CloseReason.SlowReader, "the other side reads too slowly");
            return true;
        }

        if (IsClosed)
        {
            // It closed meanwhile, and may have looked for waiting messages before this one was there.
            FailWaiting("connection closed");
        }
        else if (_queue.TryHold())
        {
            _ = WriteAsync();
        }

        return true;
    }

    /// <summary>Opens a connection of ours; what is sent meanwhile waits.</summary>
    public async Task ConnectAsync()
    {
        try
        {
            await _socket.ConnectAsync(Flow.Remote).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Close(CloseReason.ConnectFailed, error is SocketException refused ? ListenerSockets.Words(refused) : "connection closed");
            return;
        }

        if (Interlocked.CompareExchange(ref _phase, (int)Phase.Open, (int)Phase.Connecting) == (int)Phase.Connecting)
        {
            Progress();
            _ = WriteAsync();
            await new StreamReader(_socket, this, _scope).RunAsync().ConfigureAwait(false);
        }
    }

    public Task ReadAsync() => new StreamReader(_socket, this, _scope).RunAsync();

    /// <summary>Something went over the wire.</summary>
    public void Progress() => Volatile.Write(ref _lastProgress, _scope.Now);

    /// <summary>The first octet of a message is here, its last is not.</summary>
    public void MessageBegun()
    {
        if (Volatile.Read(ref _messageSince) == 0)
        {
            Volatile.Write(ref _messageSince, _scope.Now);
        }
    }

    public void MessageComplete() => Volatile.Write(ref _messageSince, 0);

    /// <summary>The framing is lost: no more messages; closed as soon as the answer is out and the other side has seen it, or soon anyway.</summary>
    public void Drain()
    {
        if (Interlocked.CompareExchange(ref _phase, (int)Phase.Draining, (int)Phase.Open) == (int)Phase.Open)
        {
            Volatile.Write(ref _messageSince, 0);
            Progress();
            if (_queue.TryHold())
            {
                _ = WriteAsync();
            }
        }
    }

    /// <summary>Called about once a second.</summary>
    public void CheckTime()
    {
        EdgeOptions options = _scope.Options;
        long now = _scope.Now;
        TimeSpan silent = TimeSpan.FromMilliseconds(now - Volatile.Read(ref _lastProgress));
        long since = Volatile.Read(ref _messageSince);
        switch (Current)
        {
            case Phase.Connecting when silent > options.ConnectTimeout:
                Close(CloseReason.ConnectTimeout, "connect timed out");
                break;
            case Phase.Open when since != 0 && TimeSpan.FromMilliseconds(now - since) > options.MessageTimeout:
                Close(CloseReason.MessageTimeout, "connection closed");
                break;
            case Phase.Open when silent > options.MessageTimeout && !_queue.IsEmpty:
                Close(CloseReason.SlowReader, "the other side reads too slowly");
                break;
            case Phase.Open when silent > options.IdleTimeout:
                Close(CloseReason.Idle, "connection closed");
                break;

            // No progress is noted while draining: this is the time since the framing was lost.
            case Phase.Draining when silent > options.DrainTimeout:
                Close(CloseReason.LostFraming, "connection closed");
                break;
        }
    }

    public void Close(CloseReason reason, string words)
    {
        if (Interlocked.Exchange(ref _phase, (int)Phase.Closed) == (int)Phase.Closed)
        {
            return;
        }

        _scope.Table.Remove(this);
        _scope.Instruments.Closed(Flow.Transport);
        _scope.Instruments.Closed(reason);
        _socket.Dispose();
        FailWaiting(words);
    }

    private void FailWaiting(string words)
    {
        while (_queue.TryTake(out Outgoing message))
        {
            _queue.Done(message);
            _scope.Failures.Report(message, words);
        }
    }

    /// <summary>The one writer. Runs on the sender's thread for as long as the system takes what is written, then on the pool.</summary>
    private async Task WriteAsync()
    {
        do
        {
            while (_queue.TryTake(out Outgoing message))
            {
                try
                {
                    for (int sent = 0; sent < message.Bytes.Length;)
                    {
                        sent += await _socket.SendAsync(message.Bytes[sent..], SocketFlags.None).ConfigureAwait(false);
                    }
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    string words = error is SocketException broken ? ListenerSockets.Words(broken) : "connection closed";
                    _queue.Done(message);
                    _scope.Failures.Report(message, words);
                    Close(CloseReason.Reset, words);
                    FailWaiting(words);
                    return;
                }

                _queue.Done(message);
                _scope.Instruments.Sent(Flow.Transport, message.Bytes.Length);
                if (!IsDraining)
                {
                    Progress();
                }
            }

            if (IsDraining)
            {
                ShutdownSending();
            }
        }
        while (!_queue.ReleaseUnlessMore());
    }

    private void ShutdownSending()
    {
        try
        {
            // Ours is said. Closing now, with octets unread, would send a reset that takes the answer away from the other side.
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Close(CloseReason.LostFraming, "connection closed");
        }
    }
}
