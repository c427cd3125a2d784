using System.Diagnostics.Metrics;

namespace Controller.Host.Composition.Live;

/// <summary>Two gauges: which version runs, and whether it is another one than it should be.</summary>
internal sealed class ConfigurationInstruments : IDisposable
{
    private readonly Meter _meter = new("Controller.Configuration");

    public ConfigurationInstruments(Func<long> version, Func<bool> behind)
    {
        _meter.CreateObservableGauge("controller.configuration.version", version, null, "Number of the version of the configuration that runs on this node.");
        _meter.CreateObservableGauge("controller.configuration.behind", () => behind() ? 1 : 0, null, "1 if the active version cannot be taken on this node, which goes on with another one.");
    }

    public void Dispose() => _meter.Dispose();
}
