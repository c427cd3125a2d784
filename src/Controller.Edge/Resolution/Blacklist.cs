using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution;

/// <summary>Targets that want to be left alone, or that were not reached, until a time. Of this node: what is wrong with a way is seen from where it begins. Thread-safe.</summary>
internal sealed class Blacklist(ResolverOptions options, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(SipTransport Transport, IPEndPoint Remote), long> _until = new();

    /// <summary>How many there are now.</summary>
    public int Count
    {
        get
        {
            RemoveOld();
            return _until.Count;
        }
    }

    /// <param name="time">What it asked for; null: it was not reached.</param>
    public void Add(Flow target, TimeSpan? time)
    {
        TimeSpan asked = time ?? options.BlacklistUnreachable;
        TimeSpan bounded = asked < options.BlacklistMax ? asked : options.BlacklistMax;
        if (bounded <= TimeSpan.Zero)
        {
            return;
        }

        if (_until.Count >= Most)
        {
            RemoveOld();
        }

        if (_until.Count < Most)
        {
            _until[Key(target)] = clock.GetTimestamp() + (long)(bounded.TotalSeconds * clock.TimestampFrequency);
        }
    }

    /// <summary>The others, in their order; all, if there are no others.</summary>
    public ImmutableArray<Flow> PassOver(ImmutableArray<Flow> targets)
    {
        if (_until.IsEmpty)
        {
            return targets;
        }

        long now = clock.GetTimestamp();
        ImmutableArray<Flow> others = targets.RemoveAll(target => _until.TryGetValue(Key(target), out long until) && until > now);
        return others.IsEmpty ? targets : others;
    }

    private static (SipTransport Transport, IPEndPoint Remote) Key(Flow target) => (target.Transport, target.Remote);

    private void RemoveOld()
    {
        long now = clock.GetTimestamp();
        foreach (KeyValuePair<(SipTransport Transport, IPEndPoint Remote), long> each in _until)
        {
            if (each.Value <= now)
            {
                _until.TryRemove(each);
            }
        }
    }
}
