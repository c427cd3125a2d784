using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Quality;
using Controller.Actors.Routing.Tables;
using Controller.Actors.Tests.Calls;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>order = quality: by figures that are handed in, so that the same figures and the same call lead to the same list.</summary>
public class QualityTests
{
    private static KeyValuePair<string, AttemptTally> Seen(string trunk, long attempts, long answered, long delay = 1000) => new(trunk, new AttemptTally(attempts, answered, answered, answered * delay));

    private static QualitySnapshot Snapshot(params KeyValuePair<string, AttemptTally>[] seen) => new(seen, 10);

    private static ControllerSettings List(QualitySnapshot quality, params RouteTarget[] targets) =>
        Plans.Settings("abcd", new RouteSettings { Name = "r", Trunks = [.. targets], Order = RateOrder.Quality }) with { Quality = quality };

    private static ControllerSettings Table(QualitySnapshot quality, params (string Trunk, long Price, ushort Priority)[] rows)
    {
        var builder = new RateTableBuilder();
        foreach ((string trunk, long price, ushort priority) in rows)
        {
            builder.Add(RatePrefix.Parse("49"), new RateRow(price, 0, RateRow.Always, builder.Trunk(trunk)!.Value, priority, 1));
        }

        return Plans.Settings("abcd", new RouteSettings { Name = "r", Table = "lcr", Order = RateOrder.Quality }) with { Quality = quality, Tables = List(quality).Tables.Add("lcr", builder.Build()) };
    }

    private static string Order(ControllerSettings settings, UInt128 lot = default) => Plans.Order(settings, Plans.Request("4930", lot: lot));

    [Fact]
    public void Who_answers_most_comes_first_within_a_priority()
    {
        QualitySnapshot quality = Snapshot(Seen("a", 100, 20), Seen("b", 100, 60), Seen("c", 100, 90), Seen("d", 100, 99));
        Assert.Equal("cbad", Order(List(quality, new("a"), new("b"), new("c"), new("d", 1, 2))));
        Assert.Equal("cbad", Order(Table(quality, ("a", 1, 1), ("b", 2, 1), ("c", 3, 1), ("d", 0, 2))));

        // The order is the figures' alone, whatever is drawn.
        Assert.All(Enumerable.Range(1, 50), lot => Assert.Equal("cbad", Order(List(quality, new("a", 99), new("b"), new("c"), new("d", 1, 2)), (UInt128)lot << 60 | (uint)lot)));
    }

    [Fact]
    public void Of_those_that_answer_as_much_who_rings_sooner_comes_first()
        => Assert.Equal("bac", Order(List(Snapshot(Seen("a", 100, 80, 2500), Seen("b", 100, 80, 800), Seen("c", 100, 80, 6000)), new("a"), new("b"), new("c"))));

    [Fact]
    public void Those_that_do_about_as_well_are_ordered_by_price_or_share()
    {
        QualitySnapshot quality = Snapshot(Seen("a", 1000, 701), Seen("b", 1000, 699), Seen("c", 1000, 300));
        Assert.Equal("bac", Order(Table(quality, ("a", 2, 1), ("b", 1, 1), ("c", 0, 1))));
        ControllerSettings shares = List(quality, new("a", 1), new("b", 1), new("c", 9));
        Assert.Equal(["abc", "bac"], Enumerable.Range(1, 40).Select(lot => Order(shares, UInt128.MaxValue / 41 * (UInt128)lot)).Distinct().Order());
    }

    [Fact]
    public void Too_few_attempts_count_as_the_average()
    {
        // All of a's nine attempts have failed, and say nothing yet: the average is that of b and c.
        QualitySnapshot quality = Snapshot(Seen("a", 9, 0), Seen("b", 1000, 900), Seen("c", 1000, 100));
        Assert.Equal("bac", Order(List(quality, new("a"), new("b"), new("c"))));
        Assert.False(quality.Of("a").IsMeasured);
        Assert.Equal(9, quality.Of("a").Tally.Attempts);
        Assert.Equal(1000 / 2009.0, quality.Of("a").AnswerRatio, 6);
        Assert.Equal(quality.Of("a").Rank, quality.Of("never seen").Rank);

        Assert.Equal("bca", Order(List(Snapshot(Seen("a", 300, 0), Seen("b", 1000, 900), Seen("c", 1000, 100)), new("a"), new("b"), new("c"))));
    }

    [Fact]
    public void A_few_attempts_more_are_drawn_towards_the_average()
    {
        // 0 of 10 beside 500 of 1000: (0 + 10 * 500 / 1010) / 20.
        QualitySnapshot quality = Snapshot(Seen("a", 10, 0), Seen("b", 1000, 500));
        Assert.Equal(500 / 1010.0 / 2, quality.Of("a").AnswerRatio, 6);
        Assert.InRange(quality.Of("b").AnswerRatio, 0.499, 0.5);
    }

    [Fact]
    public void Without_figures_all_are_equal()
    {
        Assert.Equal("abc", Order(List(QualitySnapshot.Empty, new("a"), new("b"), new("c"))));
        Assert.Equal("cab", Order(Table(QualitySnapshot.Empty, ("a", 2, 1), ("b", 3, 1), ("c", 1, 1))));
    }

    [Fact]
    public void The_trace_says_the_figures()
    {
        QualitySnapshot quality = Snapshot(Seen("a", 100, 0), Seen("b", 100, 100, 1200));
        var trace = new RouteTrace();
        RoutePlan.For(List(quality, new("a"), new("b"), new("c")), Plans.Request("1"), trace);
        Assert.Equal(
            [
                "b: priority 1, weight 1, quality 95 % answered, rings after 1.2 s (100 attempts)",
                "c: priority 1, weight 1, quality as the average: 50 % answered, rings after 1.2 s (0 attempts)",
                "a: priority 1, weight 1, quality 5 % answered, rings after 1.2 s (100 attempts)",
            ],
            trace.Candidates.Select(candidate => $"{candidate.Trunk}: {candidate.Reason}"));

        trace = new RouteTrace();
        RoutePlan.For(Table(quality, ("b", 0, 1)), Plans.Request("49"), trace);
        Assert.Equal("table lcr: 2 digits, price 0, priority 1, weight 1, quality 95 % answered, rings after 1.2 s (100 attempts)", Assert.Single(trace.Candidates).Reason);
    }

    [Fact]
    public void Other_orders_do_not_look_at_it()
    {
        ControllerSettings settings = Table(Snapshot(Seen("a", 100, 0), Seen("b", 100, 100)), ("a", 1, 1), ("b", 2, 1));
        Assert.Equal("ba", Order(settings));
        Assert.Equal("ab", Order(settings with { Routes = [settings.Routes[0] with { Order = RateOrder.Price }] }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_call_keeps_the_list_that_it_began_with(bool crash)
    {
        var call = new CallDriver(List(Snapshot(Seen("a", 100, 10), Seen("b", 100, 50), Seen("c", 100, 90)), new("a"), new("b"), new("c")));
        call.FromCaller(Invite());
        Assert.Equal(At(3), call.Last("INVITE").To.Remote);

        call.Settings = call.Settings with { Quality = Snapshot(Seen("a", 100, 90), Seen("b", 100, 10), Seen("c", 100, 50)) };
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.FromCallee(Response(call.Last("INVITE"), 503), At(3));
        Assert.Equal(At(2), call.Last("INVITE").To.Remote);
    }

    [Fact]
    public void An_attempt_that_is_over_is_told_once()
    {
        var call = new CallDriver(List(QualitySnapshot.Empty, new("a"), new("b", 1, 2)));
        List<CallEffect.CountAttempt> told = [];
        void Take() => told.AddRange(call.LastEffects.OfType<CallEffect.CountAttempt>());
        call.FromCaller(Invite());
        Take();
        call.Elapse(TimeSpan.FromMilliseconds(300));
        call.FromCallee(Response(call.Last("INVITE"), 503), At(1));
        Take();
        Assert.Equal([new CallEffect.CountAttempt("a", false, null)], told);

        Sent second = call.Last("INVITE");
        call.Sleep(TimeSpan.FromMilliseconds(400));
        call.FromCallee(Response(second, 100), At(2));
        call.Sleep(TimeSpan.FromMilliseconds(1100));
        call.FromCallee(Response(second, 180), At(2));
        call.Sleep(TimeSpan.FromMilliseconds(2000));
        call.FromCallee(Response(second, 183, toTag: "other"), At(2));
        Take();
        Assert.Single(told);
        call.FromCallee(Response(second, 200, sdp: CalleeSdp), At(2));
        Take();
        Assert.Equal(new CallEffect.CountAttempt("b", true, TimeSpan.FromMilliseconds(1500)), told[^1]);
        call.FromCallee(Response(second, 200, sdp: CalleeSdp), At(2));
        Take();
        call.CrashAndRecover();
        Take();
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public void An_answer_without_ringing_is_heard_at_once_and_a_caller_who_hangs_up_has_no_answer()
    {
        var call = new CallDriver(List(QualitySnapshot.Empty, new RouteTarget("a")));
        call.FromCaller(Invite());
        call.Sleep(TimeSpan.FromMilliseconds(250));
        call.FromCallee(Response(call.Last("INVITE"), 200, sdp: CalleeSdp), At(1));
        Assert.Equal(new CallEffect.CountAttempt("a", true, TimeSpan.FromMilliseconds(250)), Assert.Single(call.LastEffects.OfType<CallEffect.CountAttempt>()));

        call = new CallDriver(List(QualitySnapshot.Empty, new RouteTarget("a")));
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        call.Sleep(TimeSpan.FromMilliseconds(700));
        call.FromCallee(Response(invite, 180), At(1));
        call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        Assert.Empty(call.LastEffects.OfType<CallEffect.CountAttempt>());
        call.FromCallee(Response(invite, 487), At(1));
        Assert.Equal(new CallEffect.CountAttempt("a", false, TimeSpan.FromMilliseconds(700)), Assert.Single(call.LastEffects.OfType<CallEffect.CountAttempt>()));
    }

    [Fact]
    public void Redirections_are_no_attempts()
    {
        var call = new CallDriver(List(QualitySnapshot.Empty, new RouteTarget("a")));
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 302, extra: "Contact: <sip:x@192.0.2.77>\r\n"), At(1));
        Assert.Empty(call.LastEffects.OfType<CallEffect.CountAttempt>());
    }

    private static IPEndPoint At(int host) => new(IPAddress.Parse($"198.51.100.{host}"), 5080);
}
