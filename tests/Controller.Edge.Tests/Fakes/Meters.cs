using System.Diagnostics.Metrics;

namespace Controller.Edge.Tests.Fakes;

/// <summary>What a meter has counted so far.</summary>
internal static class Meters
{
    /// <param name="tag">One tag value, or null for all.</param>
    public static long Read(Meter meter, string instrument, string? tag = null)
    {
        long sum = 0;
        void Add(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tag is null || (tags.Length > 0 && string.Equals(tags[0].Value?.ToString(), tag, StringComparison.Ordinal)))
            {
                sum += value;
            }
        }

        using MeterListener listener = new();
        listener.InstrumentPublished = (published, l) =>
        {
            if (published.Meter == meter && published.Name == instrument)
            {
                l.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Add(value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => Add(value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return sum;
    }
}
