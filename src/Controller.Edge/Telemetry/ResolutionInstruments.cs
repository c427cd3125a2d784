using System.Diagnostics.Metrics;

namespace Controller.Edge.Telemetry;

/// <summary>What is counted of names and targets, on the meter of the edge.</summary>
internal sealed class ResolutionInstruments
{
    private static readonly string[] Codes = ["noerror", "formerr", "servfail", "nxdomain", "notimp", "refused", "other"];

    private readonly long[] _queries = new long[2];
    private readonly long[] _answers = new long[Codes.Length];
    private readonly CountByName<AnswerDrop> _dropped = new();
    private long _timeouts;
    private long _cacheHits;
    private long _cacheMisses;

    /// <param name="cached">Answers that are remembered now.</param>
    /// <param name="passedOver">Targets that are passed over now.</param>
    public ResolutionInstruments(Meter meter, Func<int> cached, Func<int> passedOver)
    {
        meter.CreateObservableCounter("edge.dns.queries", () => Read(_queries, "transport", ["udp", "tcp"]), description: "Queries sent to name servers.");
        meter.CreateObservableCounter("edge.dns.answers", () => Read(_answers, "rcode", Codes), description: "Answers of name servers.");
        meter.CreateObservableCounter("edge.dns.answers.dropped", () => _dropped.Read("reason"), description: "What came to the port of a query and was not its answer.");
        meter.CreateObservableCounter("edge.dns.timeouts", () => Volatile.Read(ref _timeouts), description: "Queries that were not answered in time.");
        meter.CreateObservableCounter("edge.dns.cache.hits", () => Volatile.Read(ref _cacheHits), description: "Questions answered from memory.");
        meter.CreateObservableCounter("edge.dns.cache.misses", () => Volatile.Read(ref _cacheMisses), description: "Questions that had to be sent, or waited for one that was.");
        meter.CreateObservableGauge("edge.dns.cache.entries", cached, description: "Answers remembered.");
        meter.CreateObservableGauge("edge.targets.blacklisted", passedOver, description: "Targets passed over because of a 503 or because they are not reached.");
    }

    public void Sent(bool isStream) => Interlocked.Increment(ref _queries[isStream ? 1 : 0]);

    public void Answered(int code) => Interlocked.Increment(ref _answers[Math.Min(code, Codes.Length - 1)]);

    public void Dropped(AnswerDrop reason) => _dropped.Add((int)reason);

    public void TimedOut() => Interlocked.Increment(ref _timeouts);

    public void LookedInCache(bool found) => Interlocked.Increment(ref found ? ref _cacheHits : ref _cacheMisses);

    private static IEnumerable<Measurement<long>> Read(long[] counts, string tag, string[] names)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            yield return new Measurement<long>(Volatile.Read(ref counts[i]), new KeyValuePair<string, object?>(tag, names[i]));
        }
    }
}
