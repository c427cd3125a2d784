using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Quality;
using Controller.Host.Quality;
using Controller.Host.Rehearsal;
using Controller.Host.Telemetry;
using Controller.Host.Tests.Configuration;
using Controller.Sharding.Runtime;

namespace Controller.Host.Tests.Quality;

/// <summary>What the attempts of a node's calls make of its routes with order = quality.</summary>
public sealed class TrunkMeterTests : IDisposable
{
    private const string Text = """
        controller {
          realms { core {} }
          listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks { a { realm = core, endpoints = [ { uri = "sip:192.0.2.1" } ] }, b { realm = core, endpoints = [ { uri = "sip:192.0.2.2" } ] } }
          routing.quality { window = 12m, min-samples = 10 }
          routes = [ { name = r, to = [ { trunk = a }, { trunk = b } ], order = quality } ]
        }
        """;

    private readonly ManualTime _time = new();
    private readonly SettingsSource<ControllerSettings> _settings = new(Loads.Good(Text).Settings(new byte[32], []));
    private readonly TrunkMeter _meter;

    public TrunkMeterTests() => _meter = new TrunkMeter(_settings, _time);

    public void Dispose() => _meter.Dispose();

    private string Order() => string.Concat(RoutePlan.For(_settings.Current, new RehearsedRequest("sip:1@x").Build(_settings.Current)).Targets.Select(target => target.Trunk));

    private void Calls(string trunk, int answered, int failed, int delay = 1000)
    {
        for (int i = 0; i < answered + failed; i++)
        {
            _meter.Count(new CallEffect.CountAttempt(trunk, i < answered, i < answered ? TimeSpan.FromMilliseconds(delay) : null));
        }

        _meter.Tick();
    }

    [Fact]
    public void Answers_and_failures_move_the_order()
    {
        Assert.Equal("ab", Order());
        Calls("a", answered: 0, failed: 5);
        Calls("b", answered: 5, failed: 0);
        Assert.Equal("ab", Order());

        Calls("a", answered: 5, failed: 15);
        Calls("b", answered: 20, failed: 0);
        Assert.Equal("ba", Order());

        Calls("a", answered: 400, failed: 0, delay: 100);
        Calls("b", answered: 0, failed: 40);
        Assert.Equal("ab", Order());
    }

    [Fact]
    public void Who_rings_later_comes_later()
    {
        Calls("a", 50, 0, delay: 4000);
        Calls("b", 50, 0, delay: 1000);
        Assert.Equal("ba", Order());
    }

    [Fact]
    public void What_is_older_than_the_window_counts_no_more()
    {
        Calls("a", 0, 50);
        _time.Pass(TimeSpan.FromMinutes(6));
        _meter.Tick();
        Calls("b", 50, 0);
        Assert.Equal("ba", Order());

        _time.Pass(TimeSpan.FromMinutes(5));
        _meter.Tick();
        Assert.Equal(50, _settings.Current.Quality.Of("a").Tally.Attempts);
        _time.Pass(TimeSpan.FromMinutes(1));
        _meter.Tick();
        Assert.Equal(0, _settings.Current.Quality.Of("a").Tally.Attempts);
        Assert.Equal(50, _settings.Current.Quality.Of("b").Tally.Attempts);
        Assert.Equal("ab", Order());

        _time.Pass(TimeSpan.FromDays(1));
        _meter.Tick();
        Assert.Equal(0, _settings.Current.Quality.Of("b").Tally.Attempts);
        Calls("b", 3, 0);
        Assert.Equal(3, _settings.Current.Quality.Of("b").Tally.Attempts);
    }

    [Fact]
    public void The_snapshot_is_swapped_only_for_another()
    {
        Calls("a", 1, 0);
        ControllerSettings now = _settings.Current;
        _meter.Tick();
        Assert.Same(now, _settings.Current);
    }

    [Fact]
    public void A_trunk_that_is_gone_is_forgotten_and_a_new_least_number_holds_at_once()
    {
        Calls("a", 0, 20);
        Calls("b", 20, 0);
        Assert.True(_settings.Current.Quality.Of("a").IsMeasured);
        _settings.Swap(now => now with { Trunks = now.Trunks.Remove("b"), Measuring = now.Measuring with { MinSamples = 21 } });
        _meter.Tick();
        QualitySnapshot quality = _settings.Current.Quality;
        Assert.False(quality.Of("a").IsMeasured);
        Assert.Equal((20, 0), (quality.Of("a").Tally.Attempts, quality.Of("b").Tally.Attempts));
    }

    /// <summary>Trunks are first seen while others are told and scraped: neither may fail by it.</summary>
    [Fact]
    public async Task New_trunks_are_seen_in_the_middle_of_a_tick_and_of_a_scrape()
    {
        const int Trunks = 900;
        using var metrics = new MetricsListener(meter => meter == "Controller.Quality");
        Task counting = Task.Run(() =>
        {
            for (int i = 0; i < Trunks; i++)
            {
                _meter.Count(new CallEffect.CountAttempt($"t{i}", true, null));
            }
        });
        do
        {
            _meter.Tick();
            metrics.Expose();
        }
        while (!counting.IsCompleted);
        await counting;
        Assert.Contains($"trunk=\"t{Trunks - 1}\"", metrics.Expose(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counted_from_several_threads_nothing_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                _meter.Count(new CallEffect.CountAttempt("a", i % 2 == 0, TimeSpan.FromMilliseconds(2)));
            }
        })));
        _meter.Tick();
        Assert.Equal(new AttemptTally(20_000, 10_000, 20_000, 40_000), _settings.Current.Quality.Of("a").Tally);
    }

    [Fact]
    public void The_metrics_have_them()
    {
        using var metrics = new MetricsListener(meter => meter == "Controller.Quality");
        Calls("a", answered: 15, failed: 5);
        string text = metrics.Expose();
        Assert.Contains("trunk_answer_ratio{trunk=\"a\"} 0.75", text, StringComparison.Ordinal);
        Assert.Contains("{answered=\"true\",trunk=\"a\"} 15", text, StringComparison.Ordinal);
        Assert.DoesNotContain("trunk=\"b\"", text, StringComparison.Ordinal);
    }
}
