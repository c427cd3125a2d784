using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Resolution.Client;

/// <summary>
/// A stub resolver (RFC 1035, 2308, 5452, 6891): one thread owns the cache, the questions under way and their sockets, and watches all of them. Others only
/// leave an <see cref="IAsker"/> in its inbox. A question that is under way is not sent again for the next who asks it.
/// </summary>
internal sealed class DnsClient : IDisposable
{
    /// <summary>Questions under way; more wait in line.</summary>
    private const int MaxUnderWay = 512;

    /// <summary>It looks at the clock as often.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly ResolverOptions _options;
    private readonly ResolutionInstruments _instruments;
    private readonly TimeProvider _clock;
    private readonly DnsCache _cache;
    private readonly WatchedFile<ImmutableArray<IPEndPoint>> _servers;
    private readonly WatchedFile<FrozenDictionary<string, ImmutableArray<IPAddress>>> _hosts;
    private readonly ConcurrentQueue<IAsker> _inbox = new();
    private readonly Queue<(long At, IAsker Asker)> _deadlines = new();
    private readonly Dictionary<DnsQuestion, Query> _queries = [];
    private readonly Queue<Query> _inLine = new();
    private readonly Dictionary<Socket, (Query Query, Try Try)> _sockets = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly byte[] _buffer = new byte[65536];
    private readonly Waker _waker = new();
    private readonly Thread _thread;
    private IAsker? _beginning;
    private bool _hasFailed;
    private int _underWay;
    private int _preferred;
    private bool _isClosing;

    public DnsClient(ResolverOptions options, ResolutionInstruments instruments, TimeProvider clock)
    {
        _options = options;
        _instruments = instruments;
        _clock = clock;
        _cache = new DnsCache(options, clock);
        _servers = new(options.ServersFile, SystemFiles.Servers, clock);
        _hosts = new(options.HostsFile, SystemFiles.Hosts, clock);
        _thread = new Thread(Run) { IsBackground = true, Name = "resolver" };
        _thread.Start();
    }

    /// <summary>Thread-safe.</summary>
    public int Cached => _cache.Count;

    private ImmutableArray<IPEndPoint> Servers => _options.Servers.IsEmpty ? _servers.Value : _options.Servers;

    /// <summary>Lets <paramref name="asker"/> ask, soon, on the client's thread. Thread-safe.</summary>
    public void Post(IAsker asker)
    {
        _inbox.Enqueue(asker);
        _waker.Wake();
    }

    /// <summary>A name of the hosts file. On the client's thread.</summary>
    public bool IsLocal(string name) => _hosts.Value.ContainsKey(name);

    /// <summary>On the client's thread.</summary>
    /// <returns>Null: <paramref name="asker"/> will be told, later and once.</returns>
    public DnsAnswer? Ask(DnsQuestion question, IAsker asker)
    {
        if (question.Type is RecordType.A or RecordType.Aaaa && _hosts.Value.TryGetValue(question.Name, out ImmutableArray<IPAddress> addresses))
        {
            AddressFamily family = question.Type == RecordType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            return new DnsAnswer(false, [.. addresses.Where(each => each.AddressFamily == family).Select(each => new DnsRecord.Address(question.Name, 0, each))], 0);
        }

        DnsAnswer? kept = _cache.Find(question);
        _instruments.LookedInCache(kept is not null);
        if (kept is not null)
        {
            return kept;
        }

        if (!_queries.TryGetValue(question, out Query? query))
        {
            query = new Query(question);
            _queries.Add(question, query);
            _inLine.Enqueue(query);
        }

        query.Askers.Add(asker);
        return null;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isClosing, true);
        _waker.Wake();
        _thread.Join(TimeSpan.FromSeconds(2));
    }

    private void Run()
    {
        while (!Volatile.Read(ref _isClosing))
        {
            try
            {
                Turn();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // A defect of ours: whoever waits is not left waiting, and the thread goes on.
                _instruments.Dropped(AnswerDrop.Fault);
                _hasFailed = true;
            }
        }

        foreach (Query query in _queries.Values)
        {
            query.Close();
        }

        _waker.Dispose();
    }

    /// <summary>1 who is new, 2 whose time is over, 3 which try has waited long enough, 4 what has arrived.</summary>
    private void Turn()
    {
        _waker.Awoken();
        if (_hasFailed)
        {
            _hasFailed = false;
            FailAll();
        }

        while (_inbox.TryDequeue(out _beginning))
        {
            if (_beginning.Begin())
            {
                _deadlines.Enqueue((After(_options.Total), _beginning));
            }
        }

        while (_deadlines.TryPeek(out (long At, IAsker Asker) next) && next.At <= _clock.GetTimestamp())
        {
            _deadlines.Dequeue();
            next.Asker.OutOfTime();
        }

        foreach (Query late in _queries.Values.Where(query => query.Tries.Count > 0 && query.NextAt <= _clock.GetTimestamp()).ToArray())
        {
            _instruments.TimedOut();
            Next(late);
        }

        // None begins while another ends: what an answer leads to waits here.
        while (_underWay < MaxUnderWay && _inLine.TryDequeue(out Query? query))
        {
            _underWay++;
            Next(query);
        }

        Watch();
    }

    private void Watch()
    {
        _readable.Clear();
        _writable.Clear();
        _readable.Add(_waker.Socket);
        long first = After(LongestWait);
        foreach ((Socket socket, (Query query, Try each)) in _sockets)
        {
            (each.IsConnecting ? _writable : _readable).Add(socket);
            first = Math.Min(first, query.NextAt);
        }

        if (_deadlines.TryPeek(out (long At, IAsker Asker) next))
        {
            first = Math.Min(first, next.At);
        }

        TimeSpan wait = _clock.GetElapsedTime(_clock.GetTimestamp(), first);
        Socket.Select(_readable, _writable, null, !_inbox.IsEmpty || wait < TimeSpan.Zero ? TimeSpan.Zero : wait);
        foreach (Socket socket in _readable.Concat(_writable))
        {
            if (_sockets.TryGetValue(socket, out (Query Query, Try Try) ready))
            {
                Read(ready.Query, ready.Try);
            }
        }
    }

    private void Read(Query query, Try ready)
    {
        try
        {
            if (ready.IsConnecting)
            {
                ready.Connected();
                return;
            }

            switch (ready.Read(_buffer, out DnsMessage? message))
            {
                case Heard.Answer:
                    Take(query, ready, message!);
                    break;
                case Heard.Broken:
                    Lose(query, ready);
                    break;
            }
        }
        catch (SocketException error)
        {
            if (error.SocketErrorCode != SocketError.WouldBlock)
            {
                Lose(query, ready);
            }
        }
    }

    private void Take(Query query, Try answered, DnsMessage message)
    {
        _instruments.Answered(message.Code);
        if (message.IsTruncated)
        {
            // RFC 7766 section 5: a resolver "MUST … resend the query over TCP" when the answer is cut. A stream has no reason to cut it.
            Drop(query, answered);
            if (answered is StreamTry || !Send(query, () => new StreamTry(answered.Server, query.Question, answered.HasOptions, _instruments)))
            {
                Next(query);
            }

            return;
        }

        switch (message.Code)
        {
            case DnsMessage.NoError or DnsMessage.NameError:
                // The one that answers is asked first from now on.
                _preferred = Math.Max(0, Servers.IndexOf(answered.Server));
                Finish(query, DnsAnswer.Of(message));
                break;
            case DnsMessage.FormatError when answered.HasOptions:
                // RFC 6891 section 7: such a server does not know the extension.
                Drop(query, answered);
                if (!Send(query, () => new DatagramTry(answered.Server, query.Question, hasOptions: false, _instruments)))
                {
                    Next(query);
                }

                break;
            default:
                query.Refused++;
                Lose(query, answered);
                break;
        }
    }

    /// <summary>The next try, with the next server; when there is none left, nobody could say.</summary>
    private void Next(Query query)
    {
        ImmutableArray<IPEndPoint> servers = Servers;
        while (query.Begun < _options.Tries && query.Refused < servers.Length)
        {
            // A query with options is thrown away by some old firewalls: the third try is without.
            bool options = query.Begun < 2;
            IPEndPoint server = servers[(_preferred + query.Begun++) % servers.Length];
            if (Send(query, () => new DatagramTry(server, query.Question, options, _instruments)))
            {
                return;
            }
        }

        Finish(query, DnsAnswer.Failed);
    }

    private bool Send(Query query, Func<Try> begin)
    {
        query.NextAt = After(_options.Timeout);
        try
        {
            Try begun = begin();
            query.Tries.Add(begun);
            _sockets.Add(begun.Socket, (query, begun));
            _instruments.Sent(begun is StreamTry);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Nothing comes of this try: at once the next one, unless another is being waited for.</summary>
    private void Lose(Query query, Try lost)
    {
        bool isLast = query.Tries[^1] == lost;
        Drop(query, lost);
        if (isLast)
        {
            Next(query);
        }
    }

    private void Drop(Query query, Try over)
    {
        query.Tries.Remove(over);
        _sockets.Remove(over.Socket);
        over.Dispose();
    }

    private void Finish(Query query, DnsAnswer answer)
    {
        foreach (Try each in query.Tries)
        {
            _sockets.Remove(each.Socket);
        }

        query.Close();
        _queries.Remove(query.Question);
        _underWay--;
        _cache.Keep(query.Question, answer);
        foreach (IAsker asker in query.Askers)
        {
            asker.Answered(query.Question, answer);
        }
    }

    private void FailAll()
    {
        Query[] all = [.. _queries.Values];
        _queries.Clear();
        _sockets.Clear();
        _inLine.Clear();
        _underWay = 0;
        foreach (Query query in all)
        {
            query.Close();
        }

        IAsker? beginning = _beginning;
        _beginning = null;
        beginning?.OutOfTime();
        while (_deadlines.TryDequeue(out (long At, IAsker Asker) next))
        {
            next.Asker.OutOfTime();
        }
    }

    private long After(TimeSpan time) => _clock.GetTimestamp() + (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
