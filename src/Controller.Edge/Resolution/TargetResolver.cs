using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Edge.Resolution.Client;
using Controller.Edge.Resolution.Selection;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution;

/// <summary>
/// Where a next hop leads (RFC 3263): to targets in the order to try, without those that are passed over. The caller never waits: the answer is an input, at
/// the latest after <see cref="ResolverOptions.Total"/>.
/// </summary>
internal sealed class TargetResolver : IDisposable
{
    private const int MaxWaiting = 10_000;

    private readonly IActorSystem _system;
    private readonly EdgeInstruments _instruments;
    private readonly Blacklist _blacklist;
    private readonly DnsClient _client;
    private IReadOnlyList<ListenerSettings> _listeners = [];
    private int _waiting;

    public TargetResolver(ResolverOptions options, IActorSystem system, EdgeInstruments instruments, TimeProvider clock)
    {
        _system = system;
        _instruments = instruments;
        _blacklist = new Blacklist(options, clock);
        _client = new DnsClient(options, new ResolutionInstruments(instruments.Meter, () => _client?.Cached ?? 0, () => _blacklist.Count), clock);
    }

    /// <summary>From these messages leave: each reaches its own family, by its own transport.</summary>
    public void Attach(IReadOnlyList<ListenerSettings> listeners) => Volatile.Write(ref _listeners, listeners);

    /// <summary>Answers <paramref name="call"/> with <see cref="CallInput.Resolved"/>, at once or later, exactly once.</summary>
    public void Resolve(ActorId call, CallEffect.Resolve wanted)
    {
        ImmutableArray<LocalListener> listeners = ListenersOf(wanted);
        if (IPAddress.TryParse(wanted.Host, out IPAddress? address))
        {
            LocalListener[] same = [.. listeners.Where(each => each.Family == address.AddressFamily).Take(1)];
            Tell(call, wanted, [.. same.Select(each => new Flow(each.Transport, each.Number, new IPEndPoint(address, wanted.Port != 0 ? wanted.Port : TargetSelection.DefaultPort(each.Transport))))]);
        }
        else if (!DomainNames.TryNormalise(wanted.Host, out string host))
        {
            Tell(call, wanted, []);
        }
        else if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            // Too many wait already: it leads nowhere now.
            Interlocked.Decrement(ref _waiting);
            Tell(call, wanted, []);
        }
        else
        {
            // The same call draws the same lot wherever it is decided, and another one its own.
            ulong seed = (ulong)call.Key ^ (ulong)(call.Key >> 64);
            NextHop hop = new(host, wanted.Port, wanted.AnyTransport ? null : wanted.Transport, listeners, seed);
            _client.Post(new Lookup(_client, hop, targets =>
            {
                Interlocked.Decrement(ref _waiting);
                Tell(call, wanted, _blacklist.PassOver(targets));
            }));
        }
    }

    public void PassOver(CallEffect.PassOver target) => _blacklist.Add(target.Target, target.Time);

    public void Dispose() => _client.Dispose();

    /// <summary>The listeners of the realm, the one that was named before the others; only of the transport, if there is one.</summary>
    private ImmutableArray<LocalListener> ListenersOf(CallEffect.Resolve wanted)
    {
        IReadOnlyList<ListenerSettings> all = Volatile.Read(ref _listeners);
        if ((uint)wanted.Listener >= (uint)all.Count)
        {
            return [];
        }

        return
        [
            .. all.Select((each, number) => (each, number)).Where(one => one.each.Realm == all[wanted.Listener].Realm && (wanted.AnyTransport || one.each.Transport == wanted.Transport))
                .OrderBy(one => one.number != wanted.Listener)
                .Select(one => new LocalListener(one.number, one.each.Transport, one.each.Listen.AddressFamily)),
        ];
    }

    private void Tell(ActorId call, CallEffect.Resolve wanted, ImmutableArray<Flow> targets)
    {
        _instruments.LookedUp(found: targets.Length > 0);
        if (!_system.Tell(call, new CallInput.Resolved(wanted.Lookup, targets)))
        {
            _instruments.DispatchRefused();
        }
    }
}
