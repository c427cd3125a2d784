using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Tokens;
using Controller.Actors.Trunks;
using Controller.Host.Admin.Trunks;
using Controller.Host.Composition;
using Controller.Host.Telemetry;
using Controller.Host.Tests.Admin;
using Controller.Host.Tests.Telemetry;
using Controller.Sharding.Model;

namespace Controller.Host.Tests.Composition;

public sealed class TrunkWatchTests
{
    [Fact]
    public async Task Trunks_that_are_probed_are_told_and_what_they_find_is_said_once()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        using var metrics = new MetricsListener(meter => meter == "Controller.Trunks");
        var lines = new Lines();
        using var watch = new TrunkWatch(admin.Actors, admin.Settings, new ActorTrunkStandings(admin.Actors), lines);
        await watch.LookAsync();
        (ActorId to, object input) = Assert.Single(admin.Actors.Told);
        Assert.Equal(ActorKeys.ForTrunk(admin.Settings.Current.Secret.Span, "carrier-a"), to);
        Assert.Equal("carrier-a", Assert.IsType<CallInput.TrunkWoken>(input).Trunk);

        TrunkState state = Trunk.Evolve(TrunkState.Empty, new TrunkEvent.Opened("carrier-a"));
        Judge(isDown: true);
        await watch.LookAsync();
        await watch.LookAsync();
        Assert.Equal(["Warning trunk carrier-a: sip:127.0.0.1:5080 does not answer OPTIONS, it is left out"], lines.Written);
        Assert.Contains("controller_trunk_endpoint_up{endpoint=\"sip:127.0.0.1:5080\",trunk=\"carrier-a\"} 0", metrics.Expose(), StringComparison.Ordinal);

        Judge(isDown: false);
        await watch.LookAsync();
        Assert.Equal("Information trunk carrier-a: sip:127.0.0.1:5080 answers OPTIONS again", lines.Written[^1]);
        Assert.Equal(2, lines.Written.Count);

        void Judge(bool isDown)
        {
            state = Trunk.Evolve(state, new TrunkEvent.EndpointProbed("sip:127.0.0.1:5080", state.EndpointAt("sip:127.0.0.1:5080") with { Answered = 1 }));
            state = Trunk.Evolve(state, new TrunkEvent.EndpointJudged("sip:127.0.0.1:5080", isDown, new Instant(1_700_000_000_000)));
            admin.Actors.States[to] = state;
        }
    }

    [Fact]
    public async Task A_round_that_fails_is_not_the_last()
    {
        await using AdminFixture admin = await AdminFixture.StartAsync();
        var lines = new Lines();
        using var watch = new TrunkWatch(admin.Actors, admin.Settings, new ClosedLoops(), lines);
        await watch.RoundAsync();
        await watch.RoundAsync();
        Assert.Equal(2, admin.Actors.Told.Count);
        Assert.Equal(2, lines.Written.Count(line => line.StartsWith("Warning trunks could not be looked at", StringComparison.Ordinal)));
    }

    private sealed class ClosedLoops : ITrunkStandings
    {
        public Task<TrunkStandings> StandingsAsync() => throw new InvalidOperationException("closed");
    }
}
