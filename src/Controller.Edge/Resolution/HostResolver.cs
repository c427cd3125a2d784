using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Controller.Actors.Calls;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution;

/// <summary>
/// Where a host name leads: its addresses (RFC 3263 section 4.2, the A and AAAA step), asked for on threads of our own and remembered for a
/// short while. The caller never waits: the answer is an input, at the latest after the timeout.
/// </summary>
internal sealed class HostResolver : IDisposable
{
    private const int Threads = 4;
    private const int MaxWaiting = 10_000;
    private const int MaxRemembered = 10_000;

    private readonly EdgeOptions _options;
    private readonly IActorSystem _system;
    private readonly EdgeInstruments _instruments;
    private readonly TimeProvider _clock;
    private readonly Func<string, IPAddress[]> _lookUp;
    private readonly ConcurrentDictionary<string, Question> _questions = new(StringComparer.OrdinalIgnoreCase);
    private readonly BlockingCollection<Question> _waiting = new(new ConcurrentQueue<Question>(), MaxWaiting);
    private readonly ITimer _sweep;
    private IReadOnlyList<AddressFamily> _families = [];

    /// <param name="lookUp">Blocks; throws <see cref="SocketException"/> if the name leads nowhere. Default: the system's resolver.</param>
    public HostResolver(EdgeOptions options, IActorSystem system, EdgeInstruments instruments, TimeProvider clock, Func<string, IPAddress[]>? lookUp = null)
    {
        _options = options;
        _system = system;
        _instruments = instruments;
        _clock = clock;
        _lookUp = lookUp ?? Dns.GetHostAddresses;
        for (int i = 0; i < Threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "resolver" }.Start();
        }

        TimeSpan period = TimeSpan.FromMilliseconds(Math.Clamp(options.ResolveTimeout.TotalMilliseconds / 4, 10, 500));
        _sweep = clock.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>A listener reaches only its own family.</summary>
    public void Attach(IReadOnlyList<AddressFamily> familyByListener) => Volatile.Write(ref _families, familyByListener);

    /// <summary>Answers <paramref name="call"/> with <see cref="CallInput.Resolved"/>, at once or later, exactly once.</summary>
    public void Resolve(ActorId call, CallEffect.Resolve wanted)
    {
        Asker asker = new(call, wanted);
        if (IPAddress.TryParse(wanted.Host, out IPAddress? literal))
        {
            Tell(asker, [literal]);
            return;
        }

        while (true)
        {
            Question question = _questions.GetOrAdd(wanted.Host, static (host, clock) => new Question(host, clock.GetTimestamp()), _clock);
            switch (question.Ask(asker, out IPAddress[] addresses, out bool first))
            {
                case Answer.Known:
                    Tell(asker, addresses);
                    return;
                case Answer.Later when !first || _waiting.TryAdd(question):
                    return;
                case Answer.Later:
                    // Too many names wait already: this one leads nowhere now, and is forgotten so that it may be asked again.
                    Finish(question, [], Remember.Not);
                    return;
                default:
                    _questions.TryRemove(new KeyValuePair<string, Question>(wanted.Host, question));
                    break;
            }
        }
    }

    public void Dispose()
    {
        _sweep.Dispose();
        _waiting.CompleteAdding();
    }

    private void Work()
    {
        foreach (Question question in _waiting.GetConsumingEnumerable())
        {
            IPAddress[] addresses;
            try
            {
                addresses = _lookUp(question.Host);
            }
            catch (Exception error) when (error is SocketException or ArgumentException)
            {
                addresses = [];
            }

            Finish(question, addresses, _questions.Count <= MaxRemembered ? Remember.ForAWhile : Remember.Not);
        }
    }

    private void Finish(Question question, IPAddress[] addresses, Remember remember)
    {
        foreach (Asker asker in question.Answered(addresses, _clock.GetTimestamp()))
        {
            Tell(asker, addresses);
        }

        if (remember == Remember.Not)
        {
            Forget(question);
        }
    }

    private void Forget(Question question)
    {
        question.Expire();
        _questions.TryRemove(new KeyValuePair<string, Question>(question.Host, question));
    }

    /// <summary>Forgets what is old, and answers those whose question takes too long. A late answer is still remembered.</summary>
    private void Sweep()
    {
        foreach (Question question in _questions.Values)
        {
            TimeSpan age = _clock.GetElapsedTime(question.Since);
            if (question.IsAnswered)
            {
                if (age > _options.ResolveTimeToLive)
                {
                    Forget(question);
                }
            }
            else if (age > _options.ResolveTimeout)
            {
                foreach (Asker asker in question.TakeAskers())
                {
                    Tell(asker, []);
                }
            }
        }
    }

    private void Tell(Asker asker, IPAddress[] addresses)
    {
        CallEffect.Resolve wanted = asker.Wanted;
        IReadOnlyList<AddressFamily> families = Volatile.Read(ref _families);
        AddressFamily family = (uint)wanted.Listener < (uint)families.Count ? families[wanted.Listener] : AddressFamily.InterNetwork;
        int port = wanted.Port != 0 ? wanted.Port : DefaultPort(wanted.Transport);
        ImmutableArray<Flow> targets =
        [
            .. addresses.Where(a => a.AddressFamily == family).Select(a => new Flow(wanted.Transport, wanted.Listener, new IPEndPoint(a, port))),
        ];
        _instruments.LookedUp(found: targets.Length > 0);
        if (!_system.Tell(asker.Call, new CallInput.Resolved(wanted.Lookup, targets)))
        {
            _instruments.DispatchRefused();
        }
    }

    /// <summary>RFC 3261 section 19.1.2: "the default port value is transport and scheme dependent"; RFC 7118 section 8 for WebSocket.</summary>
    private static int DefaultPort(SipTransport transport) => transport switch
    {
        SipTransport.Tls => 5061,
        SipTransport.Ws => 80,
        SipTransport.Wss => 443,
        _ => 5060,
    };

    private enum Remember
    {
        Not,
        ForAWhile,
    }
}
