using Controller.Interop.Tests.Cluster.Load;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Checks;

/// <summary>The charging records of all nodes together: exactly one for each call, with the result and the duration that its parties know.</summary>
internal static class ChargingCheck
{
    /// <summary>Our clocks and the node's round to milliseconds, and a message needs a moment.</summary>
    private const int SlackMs = 100;

    public static void Assert(IReadOnlyCollection<LoadCall> calls, IReadOnlyCollection<string> files)
    {
        LoadCall[] charged = [.. calls.Where(call => !call.IsTurnedAway)];
        HashSet<string> ids = [.. charged.Select(call => call.Near.CallId)];
        Eventually.Holds(() => files.Sum(ChargingRecord.Count) >= charged.Length, TimeSpan.FromSeconds(15));
        ILookup<string, ChargingRecord> records = files.SelectMany(ChargingRecord.Read).ToLookup(record => record.CallId);
        List<string> wrong = [.. charged.Select(call => Wrong(call, [.. records[call.Near.CallId]])).OfType<string>()];
        HashSet<string> turnedAway = [.. calls.Where(call => call.IsTurnedAway).Select(call => call.Near.CallId)];
        wrong.AddRange(records.Where(group => !ids.Contains(group.Key) && (!turnedAway.Contains(group.Key) || group.Count() > 1)).Select(group => $"a record of no call: {group.First()}"));
        Xunit.Assert.True(wrong.Count == 0, $"{wrong.Count} of {charged.Length} calls are charged wrongly:\n" + string.Join('\n', wrong.Take(10)));
    }

    private static string? Wrong(LoadCall call, ChargingRecord[] records)
    {
        if (records.Length != 1)
        {
            return $"{records.Length} records for {call.Near}";
        }

        ChargingRecord record = records[0];
        string result = call.Near.Status switch { 200 => "answered", 487 => "cancelled", _ => "rejected" };
        if (record.Result != result)
        {
            return $"{result} expected, {record} written for {call.Near}";
        }

        return call.Duration is { } bounds && (record.DurationMs < bounds.Least - SlackMs || record.DurationMs > bounds.Most + SlackMs)
            ? $"{record.DurationMs} ms charged, between {bounds.Least} and {bounds.Most} expected for {call.Near}"
            : null;
    }
}
