using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Resolution.Client;

/// <summary>Answers for as long as they are true, within bounds; when it is full, what was stored first goes first. Used by one thread.</summary>
internal sealed class DnsCache(ResolverOptions options, TimeProvider clock)
{
    private readonly Dictionary<DnsQuestion, LinkedListNode<Kept>> _kept = [];
    private readonly LinkedList<Kept> _byAge = new();
    private int _count;

    /// <summary>Thread-safe.</summary>
    public int Count => Volatile.Read(ref _count);

    public DnsAnswer? Find(DnsQuestion question)
    {
        if (!_kept.TryGetValue(question, out LinkedListNode<Kept>? node))
        {
            return null;
        }

        if (clock.GetElapsedTime(node.Value.Since) < node.Value.For)
        {
            return node.Value.Answer;
        }

        Remove(node);
        return null;
    }

    public void Keep(DnsQuestion question, DnsAnswer answer)
    {
        if (_kept.TryGetValue(question, out LinkedListNode<Kept>? before))
        {
            Remove(before);
        }

        TimeSpan time = TimeOf(answer);
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        if (_kept.Count >= options.CacheMax)
        {
            Remove(_byAge.First!);
        }

        _kept.Add(question, _byAge.AddLast(new Kept(question, answer, clock.GetTimestamp(), time)));
        Volatile.Write(ref _count, _kept.Count);
    }

    /// <summary>RFC 2308 section 7.1 lets a failure be remembered, too: callers in a queue must not each wait for a server that is dead.</summary>
    private TimeSpan TimeOf(DnsAnswer answer)
    {
        TimeSpan most = answer.Records.IsEmpty ? options.NegativeTimeToLive : options.MaxTimeToLive;
        TimeSpan said = TimeSpan.FromSeconds(answer.TimeToLive);
        TimeSpan bounded = said < options.MinTimeToLive ? options.MinTimeToLive : said;
        return bounded > most ? most : bounded;
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        _kept.Remove(node.Value.Question);
        _byAge.Remove(node);
        Volatile.Write(ref _count, _kept.Count);
    }

    private readonly record struct Kept(DnsQuestion Question, DnsAnswer Answer, long Since, TimeSpan For);
}
