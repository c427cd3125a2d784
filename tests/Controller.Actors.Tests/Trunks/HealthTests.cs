using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Trunks;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Trunks;

/// <summary>Whether a trunk's endpoints are there: OPTIONS (RFC 3261 section 11), one verdict for the cluster.</summary>
public class HealthTests
{
    private const string First = "sip:198.51.100.20:5080";
    private const string Second = "sip:198.51.100.21:5080";
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);

    [Fact]
    public void Each_endpoint_is_asked_as_often_as_configured_and_not_at_the_same_time()
    {
        TrunkDriver trunk = Probed(First, Second);
        string text = Text(Assert.Single(Next(trunk)));
        Assert.StartsWith("OPTIONS sip:198.51.100.20:5080 SIP/2.0\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nMax-Forwards: 70\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nContact: <sip:", text, StringComparison.Ordinal);
        Answer(trunk, 200);
        Instant first = trunk.Now;

        Assert.Contains(Second, Text(Assert.Single(Next(trunk))), StringComparison.Ordinal);
        Assert.Equal(s_every / 2, trunk.Now.Since(first));
        Answer(trunk, 200);
        string again = Text(Assert.Single(Next(trunk)));
        Assert.Equal(s_every, trunk.Now.Since(first));
        Assert.NotEqual(Line(text, "Call-ID"), Line(again, "Call-ID"));
        Assert.NotEqual(Line(text, "Via"), Line(again, "Via"));
    }

    [Fact]
    public void A_trunk_that_is_not_probed_is_nothing()
    {
        var trunk = new TrunkDriver(TrunkDriver.Limited(null));
        trunk.Give(new CallInput.TrunkWoken("uas"));
        Assert.Equal("", trunk.State.Name);
        Assert.Empty(trunk.Journal);
        Assert.Equal(Instant.Never, Trunk.NextDue(trunk.State));
    }

    [Fact]
    public void Told_once_a_second_it_is_as_if_told_once()
    {
        TrunkDriver trunk = Probed(First);
        TrunkState before = trunk.State;
        trunk.Give(new CallInput.TrunkWoken("uas"));
        Assert.Same(before.Endpoints, trunk.State.Endpoints);
        Assert.Empty(trunk.Sent);
    }

    /// <summary>17.1.2.2: timer E; and after four seconds nobody waits any more.</summary>
    [Fact]
    public void A_silent_one_is_asked_at_timer_E_and_left_out_after_three_probes()
    {
        TrunkDriver trunk = Probed(First, Second);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));
        List<double> sent = [];
        Instant start = trunk.Now;
        while (trunk.Ask(1, endpoint: First) == TrunkVerdict.Granted)
        {
            foreach (CallEffect.Send send in Next(trunk))
            {
                if (Text(send).Contains(First, StringComparison.Ordinal))
                {
                    sent.Add(trunk.Now.Since(start).TotalSeconds);
                }
                else
                {
                    Answer(trunk, 200, send);
                }
            }
        }

        Assert.Equal([0, 0.5, 1.5, 3.5, 34, 34.5, 35.5, 37.5, 68, 68.5, 69.5, 71.5], sent);
        Assert.Equal(72, trunk.Now.Since(start).TotalSeconds);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2, endpoint: Second));
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(2, endpoint: First));

        // A redirection leads where nobody looks; an emergency is never refused.
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2, endpoint: "sip:192.0.2.99"));
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(2, endpoint: First, isUrgent: true));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(404, true)]
    [InlineData(405, true)]
    [InlineData(401, true)]
    [InlineData(500, true)]
    [InlineData(408, false)]
    [InlineData(503, false)]
    public void Whoever_answers_is_there_unless_it_says_that_it_is_not(int status, bool isUp)
    {
        TrunkDriver trunk = Probed(First);
        for (int i = 0; i < 3; i++)
        {
            Next(trunk);
            Answer(trunk, status);
        }

        Assert.Equal(isUp ? TrunkVerdict.Granted : TrunkVerdict.Down, trunk.Ask(1, endpoint: First));
    }

    [Fact]
    public void One_lost_probe_is_no_verdict_and_it_takes_as_many_answers_as_configured_to_come_back()
    {
        TrunkDriver trunk = Probed(First);
        Fail(trunk, 2);
        Next(trunk);
        Answer(trunk, 200);
        Fail(trunk, 2);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));
        Fail(trunk, 1);
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: First));

        Next(trunk);
        Answer(trunk, 200);
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: First));
        Next(trunk);
        Answer(trunk, 100);
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: First));
        Answer(trunk, 200);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));
    }

    [Fact]
    public void The_verdict_is_known_to_whoever_takes_over_and_probing_goes_on_under_new_names()
    {
        TrunkDriver trunk = Probed(First);
        Fail(trunk, 3);
        string before = Text(Assert.Single(Next(trunk)));
        trunk.CrashAndRecover();
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: First));

        trunk.Now = trunk.Now.After(TimeSpan.FromSeconds(1));
        string after = Text(Assert.Single(Next(trunk)));
        Assert.NotEqual(Line(before, "Via"), Line(after, "Via"));
        Answer(trunk, 200);
        Next(trunk);
        Answer(trunk, 200);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));

        trunk.CrashAndRecover();
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));
    }

    [Fact]
    public void An_answer_to_an_earlier_probe_says_nothing()
    {
        TrunkDriver trunk = Probed(First);
        CallEffect.Send late = Assert.Single(Next(trunk));
        trunk.Elapse(TimeSpan.FromSeconds(4));
        Assert.Equal(1, trunk.State.Endpoints[First].Unanswered);
        Answer(trunk, 200, late);
        Assert.Equal(1, trunk.State.Endpoints[First].Unanswered);
    }

    /// <summary>RFC 3263 section 4.3: a name is there if one of its targets is.</summary>
    [Fact]
    public void A_name_is_looked_up_and_its_next_target_is_asked_before_it_is_judged()
    {
        TrunkDriver trunk = Probed("sip:carrier.test");
        Flow[] flows = [To("192.0.2.1"), To("192.0.2.2")];
        for (int i = 0; i < 4; i++)
        {
            ElapseToNext(trunk);
            CallEffect.Resolve asked = Assert.Single(trunk.LookedUp);
            Assert.Equal("carrier.test", asked.Host);
            trunk.Give(new CallInput.Resolved(asked.Lookup, [.. flows]));
            CallEffect.Send first = Assert.Single(trunk.Sent);
            Assert.Equal(flows[0], first.To);
            trunk.Give(new CallInput.TransportFailed(first.Branch, "refused"));
            CallEffect.Send second = Assert.Single(trunk.Sent);
            Assert.Equal(flows[1], second.To);
            Assert.NotEqual(first.Branch, second.Branch);
            Answer(trunk, 200, second);
        }

        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: "sip:carrier.test"));
        for (int i = 0; i < 3; i++)
        {
            ElapseToNext(trunk);
            trunk.Give(new CallInput.Resolved(Assert.Single(trunk.LookedUp).Lookup, []));
        }

        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: "sip:carrier.test"));
    }

    [Fact]
    public void What_is_taken_out_of_the_configuration_is_forgotten()
    {
        TrunkDriver trunk = Probed(First, Second);
        Fail(trunk, 6);
        Assert.Equal(TrunkVerdict.Down, trunk.Ask(1, endpoint: Second));
        trunk.Settings = With(TrunkDriver.Limited(null, null, First), 2);
        trunk.Give(new CallInput.TrunkWoken("uas"));
        Assert.Equal([First], trunk.State.Endpoints.Keys);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: Second));

        trunk.Settings = TrunkDriver.Limited(null, null, First);
        trunk.Elapse(TimeSpan.FromSeconds(60));
        Assert.Empty(trunk.State.Endpoints);
        Assert.Equal(TrunkVerdict.Granted, trunk.Ask(1, endpoint: First));
        Assert.Equal(Instant.Never, Trunk.NextDue(trunk.State));
    }

    [Fact]
    public void A_call_passes_over_what_is_down_without_an_attempt()
    {
        var call = new CallDriver(With(TrunkDriver.Limited(null, null, First, Second), 1));
        call.FromCaller(Messages.Invite());
        Assert.Equal(First, Asked(call).Endpoint);
        call.Give(new CallInput.TrunkAnswered(Asked(call).Lookup, 1, "uas", TrunkVerdict.Down));
        Assert.Equal(Second, Asked(call).Endpoint);
        Assert.Equal(0, call.CountSent("INVITE"));
        call.Give(new CallInput.TrunkAnswered(Asked(call).Lookup, 1, "uas", TrunkVerdict.Granted));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Contains("198.51.100.21", call.Last("INVITE").Text, StringComparison.Ordinal);
    }

    private static CallInput.TrunkAsked Asked(CallDriver call) =>
        Assert.IsType<CallInput.TrunkAsked>(Assert.Single(call.LastEffects.OfType<CallEffect.Tell>(), tell => tell.Input is CallInput.TrunkAsked).Input);

    private static TrunkDriver Probed(params string[] endpoints)
    {
        var trunk = new TrunkDriver(With(TrunkDriver.Limited(null, null, endpoints), 2));
        trunk.Give(new CallInput.TrunkWoken("uas"));
        Assert.Equal(endpoints.Length, trunk.State.Endpoints.Count);
        return trunk;
    }

    private static ControllerSettings With(ControllerSettings settings, int upAfter) =>
        settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Health = new TrunkHealthSettings(s_every, 3, upAfter) }) };

    /// <summary>What is sent when it is next due.</summary>
    private static ImmutableArray<CallEffect.Send> Next(TrunkDriver trunk)
    {
        do
        {
            ElapseToNext(trunk);
            if (trunk.State.Endpoints.Values.Any(endpoint => endpoint.IsDown && endpoint.Open is null))
            {
                break;
            }
        }
        while (trunk.Sent.Count == 0);
        return [.. trunk.Sent];
    }

    /// <summary>So many probes are not answered.</summary>
    private static void Fail(TrunkDriver trunk, int probes)
    {
        for (int i = 0; i < probes; i++)
        {
            ElapseToNext(trunk);
            trunk.Give(new CallInput.TransportFailed(Assert.Single(trunk.Sent).Branch, "refused"));
        }
    }

    /// <param name="to">Null: the one that is open.</param>
    private static void Answer(TrunkDriver trunk, int status, CallEffect.Send? to = null)
    {
        to ??= trunk.State.Endpoints.Values.Where(endpoint => endpoint.Open is not null).Select(endpoint => new CallEffect.Send(endpoint.Open!.Flow, endpoint.Open.Request, endpoint.Open.Branch)).First();
        string response = Messages.Response(new Sent(trunk.Now, to.To, to.Bytes.ToArray(), AfterRequiredCommit: false), status);
        trunk.Give(new CallInput.ResponseReceived(SipMessage.Copy(Encoding.Latin1.GetBytes(response)), to.To));
    }

    private static void ElapseToNext(TrunkDriver trunk)
    {
        Instant due = Trunk.NextDue(trunk.State);
        trunk.Now = due > trunk.Now ? due : trunk.Now;
        trunk.Give(CallInput.TimerDue.Instance);
    }

    private static Flow To(string address) => new(SipTransport.Udp, 1, new IPEndPoint(IPAddress.Parse(address), 5060));

    private static string Text(CallEffect.Send send) => Encoding.Latin1.GetString(send.Bytes.Span);

    private static string Line(string message, string name) => message.Split("\r\n").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal));
}
