using System.Net;
using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Edge.Resolution;

/// <summary>Who wants to know what.</summary>
internal readonly record struct Asker(ActorId Call, CallEffect.Resolve Wanted);

internal enum Answer
{
    Known,

    /// <summary>The asker will be told.</summary>
    Later,

    /// <summary>The answer is too old to be used: ask a new question.</summary>
    Expired,
}

/// <summary>One host name that was asked for: waiting, then answered, then too old. Thread-safe; all locks are held for a few instructions.</summary>
internal sealed class Question(string host, long since)
{
    private readonly Lock _lock = new();
    private List<Asker> _askers = [];
    private IPAddress[]? _addresses;
    private long _since = since;
    private bool _queued;
    private bool _expired;

    public string Host { get; } = host;

    /// <summary>When it was asked; once answered, when that was.</summary>
    public long Since => Volatile.Read(ref _since);

    public bool IsAnswered => Volatile.Read(ref _addresses) is not null;

    /// <param name="first">True for the one asker who has to see to it that somebody looks it up.</param>
    public Answer Ask(in Asker asker, out IPAddress[] addresses, out bool first)
    {
        lock (_lock)
        {
            first = false;
            addresses = _addresses ?? [];
            if (_expired)
            {
                return Answer.Expired;
            }

            if (_addresses is not null)
            {
                return Answer.Known;
            }

            first = !_queued;
            _queued = true;
            _askers.Add(asker);
            return Answer.Later;
        }
    }

    /// <returns>Those who still wait.</returns>
    public List<Asker> Answered(IPAddress[] addresses, long now)
    {
        lock (_lock)
        {
            Volatile.Write(ref _since, now);
            Volatile.Write(ref _addresses, addresses);
            return TakeAskers();
        }
    }

    public List<Asker> TakeAskers()
    {
        lock (_lock)
        {
            List<Asker> waiting = _askers;
            _askers = [];
            return waiting;
        }
    }

    public void Expire()
    {
        lock (_lock)
        {
            _expired = true;
        }
    }
}
