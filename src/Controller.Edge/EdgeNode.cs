using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Edge.Dispatch;
using Controller.Edge.Flows;
using Controller.Edge.Listeners;
using Controller.Edge.Resolution;
using Controller.Edge.Screening;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Transport;

namespace Controller.Edge;

/// <summary>
/// The node towards the network. Order of life: construct, give its interpreters to the engine, <see cref="Open"/>, let the engine
/// recover (what it re-emits can already be sent), <see cref="Start"/>, <see cref="StopAccepting"/>, let the engine drain, dispose.
/// Not thread-safe, but for <see cref="Sender"/> and the interpreters.
/// </summary>
public sealed class EdgeNode : IDisposable
{
    private readonly EdgeOptions _options;
    private readonly SettingsSource<ControllerSettings> _settings;
    private readonly EdgeInstruments _instruments;
    private readonly SendFailures _failures;
    private readonly FlowSender _sender;
    private readonly TargetResolver _resolver;
    private readonly CallEffectInterpreter _calls;
    private readonly Arrivals _arrivals;
    private readonly ReceiveBuffers _buffers;
    private readonly StreamScope _streams;
    private readonly ConnectionNumbers _numbers;
    private readonly ITimer _sweep;
    private readonly List<DatagramListener> _datagramListeners = [];
    private readonly List<StreamListener> _streamListeners = [];

    /// <param name="peers">The other nodes' edges; null: this node is alone.</param>
    public EdgeNode(EdgeOptions options, IActorSystem system, SettingsSource<ControllerSettings> settings, TimeProvider? clock = null, IPeerEdges? peers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)options.Node, (uint)ConnectionNumbers.MaxNode);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Receivers, 1);
        clock ??= TimeProvider.System;
        _options = options;
        _settings = settings;
        _buffers = new ReceiveBuffers(options.Limits.MaxHeaderBytes + options.Limits.MaxBodyBytes);
        _instruments = new EdgeInstruments(() => _buffers.Overflows);
        _failures = new SendFailures(system, _instruments);
        _sender = new FlowSender(_failures, peers, options.FloatingAddresses);
        _resolver = new TargetResolver(options.Resolver, system, _instruments, clock);
        _arrivals = new Arrivals(options.Rules, system, settings, new StatelessAnswers(options, settings, _sender, _instruments), _instruments, clock);
        _numbers = new ConnectionNumbers(clock, options.Node);
        _streams = new StreamScope(options, new FlowTable(options.MaxConnections), _arrivals, _buffers, _failures, _instruments, clock);
        _calls = new CallEffectInterpreter(_sender, _resolver, system, _instruments);
        RegistrationEffects = new RegistrationEffectInterpreter(_sender, system, _instruments);

        double shortest = new[] { options.ConnectTimeout, options.MessageTimeout, options.IdleTimeout, options.DrainTimeout }.Min().TotalMilliseconds;
        TimeSpan period = TimeSpan.FromMilliseconds(Math.Clamp(shortest / 4, 10, 1000));
        _sweep = clock.CreateTimer(_ => Sweep(), null, period, period);
    }

    /// <summary>
    /// The listeners of the settings with the ports that the system chose; in the same order. Empty before <see cref="Open"/>. On a node without
    /// listeners of its own they are the others'.
    /// </summary>
    public IReadOnlyList<ListenerSettings> Bound { get; private set; } = [];

    /// <summary>An attempt at a trunk is over. On a thread that must not wait; thread-safe.</summary>
    public event Action<CallEffect.CountAttempt> AttemptOver
    {
        add => _calls.AttemptOver += value;
        remove => _calls.AttemptOver -= value;
    }

    public ISipSender Sender => _sender;
    public IEffectInterpreter<CallEffect> CallEffects => _calls;
    public IEffectInterpreter<RegistrationEffect> RegistrationEffects { get; }

    /// <summary>For tests: several nodes of one process share the meter's name.</summary>
    internal EdgeInstruments Instruments => _instruments;

    /// <summary>Binds every listener of the current settings.</summary>
    /// <exception cref="ListenerException">A port is taken or an address is not ours; nothing stays bound.</exception>
    public void Open()
    {
        if (!_options.HasListeners)
        {
            Attach([.. _settings.Current.Listeners], []);
            return;
        }

        List<ListenerSettings> bound = [];
        List<IOutlet> outlets = [];
        try
        {
            foreach (ListenerSettings listener in _settings.Current.Listeners)
            {
                switch (listener.Transport)
                {
                    case SipTransport.Udp:
                        DatagramListener datagrams = new(listener, bound.Count, _options, _buffers, _arrivals, _failures, _instruments);
                        _datagramListeners.Add(datagrams);
                        bound.Add(datagrams.Bound);
                        outlets.Add(datagrams);
                        break;
                    case SipTransport.Tcp:
                        StreamListener streams = new(listener, bound.Count, _streams, _numbers);
                        _streamListeners.Add(streams);
                        bound.Add(streams.Bound);
                        outlets.Add(streams);
                        break;
                    default:
                        throw new ListenerException($"{ListenerSockets.Name(listener)}: this version has udp and tcp only");
                }
            }
        }
        catch (ListenerException)
        {
            CloseListeners();
            throw;
        }

        _arrivals.Attach(new OwnAddresses(bound));
        Attach(bound, outlets);
    }

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        _datagramListeners.ForEach(l => l.Start());
        _streamListeners.ForEach(l => l.Start());
    }

    /// <summary>Sends what an actor of another node decided. A failure is told to that actor, wherever it is then. Thread-safe.</summary>
    /// <param name="emitted">What another edge gave to <see cref="IPeerEdges.Send"/>; what is kept of it is copied.</param>
    public void Emitted(ReadOnlyMemory<byte> emitted)
    {
        if (EmittedMessage.TryRead(emitted.Span, out Outgoing? message))
        {
            _sender.SendHere(message.Value);
        }
        else
        {
            _instruments.UnknownEmission();
        }
    }

    /// <summary>Takes no more connections and reads no more messages; what the actors still send goes out.</summary>
    public void StopAccepting()
    {
        _streams.Stop();
        _datagramListeners.ForEach(l => l.StopReceiving());
        _streamListeners.ForEach(l => l.StopAccepting());
    }

    public void Dispose()
    {
        StopAccepting();
        _sender.Detach();
        _sweep.Dispose();
        _resolver.Dispose();
        foreach (StreamConnection connection in _streams.Table.All)
        {
            connection.Close(CloseReason.Shutdown, "shutting down");
        }

        CloseListeners();
        _instruments.Dispose();
    }

    private void Attach(IReadOnlyList<ListenerSettings> listeners, IReadOnlyList<IOutlet> outlets)
    {
        Bound = listeners;
        _resolver.Attach(listeners);
        _sender.Attach(listeners, outlets);
    }

    private void CloseListeners()
    {
        _datagramListeners.ForEach(l => l.Dispose());
        _streamListeners.ForEach(l => l.Dispose());
        _datagramListeners.Clear();
        _streamListeners.Clear();
    }

    private void Sweep()
    {
        foreach (StreamConnection connection in _streams.Table.All)
        {
            connection.CheckTime();
        }
    }
}
