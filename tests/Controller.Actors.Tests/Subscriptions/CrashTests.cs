using Controller.Actors.Calls;
using Controller.Actors.Subscriptions;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tests.Exchanges;

namespace Controller.Actors.Tests.Subscriptions;

/// <summary>
/// Each scenario is run once for every step, with a crash and a recovery behind that step: what is sent after it are bytes that were sent before, and the
/// parties see the same messages in the end.
/// </summary>
public class CrashTests
{
    private static readonly IReadOnlyDictionary<string, Action<SubscriptionDriver>[]> Scenarios = new Dictionary<string, Action<SubscriptionDriver>[]>
    {
        ["subscribed, notified, refreshed, unsubscribed"] =
        [
            driver => driver.Subscribe(),
            driver => driver.Grant(),
            driver => driver.Notify(1, "z9hG4bK-n1"),
            driver => driver.Taken(),
            driver => driver.Elapse(TimeSpan.FromSeconds(300)),
            driver => driver.Subscribe(2, "z9hG4bK-m2", toTag: driver.State.Subscriber!.LocalTag),
            driver => driver.Grant(),
            driver => driver.Notify(2, "z9hG4bK-n2"),
            driver => driver.Taken(),
            driver => driver.Subscribe(3, "z9hG4bK-m3", expires: 0, toTag: driver.State.Subscriber!.LocalTag),
            driver => driver.Grant(0),
            driver => driver.Notify(3, "z9hG4bK-n3", "terminated;reason=timeout"),
            driver => driver.Taken(),
        ],
        ["NOTIFY before the 2xx, two in flight"] =
        [
            driver => driver.Subscribe(),
            driver => driver.Notify(1, "z9hG4bK-n1"),
            driver => driver.Grant(),
            driver => driver.Notify(2, "z9hG4bK-n2"),
            driver => driver.FromCaller(Outside.Response(driver.Wire.First(sent => sent.Text.StartsWith("NOTIFY", StringComparison.Ordinal)), 200)),
            driver => driver.FromCaller(Outside.Response(driver.Wire.First(sent => sent.Header("CSeq") == "2 NOTIFY" && sent.Text.StartsWith("NOTIFY", StringComparison.Ordinal)), 200)),
            driver => driver.Notify(3, "z9hG4bK-n3", "terminated;reason=noresource"),
            driver => driver.Taken(),
        ],
        ["a user with two phones, the second accepts"] =
        [
            driver => driver.Subscribe(uri: "sip:bob@example.test"),
            driver => driver.Give(new CallInput.BindingsFound(driver.State.Lookups, [Outside.Phone(1), Outside.Phone(2)])),
            driver => driver.FromCallee(Outside.Response(Asked(driver, 1), 489), Outside.PhoneFlow(1).Remote),
            driver => driver.Grant(tag: "p2", subscribe: Asked(driver, 2)),
            driver => driver.Notify(1, "z9hG4bK-n1", "terminated;reason=giveup", tag: "p2", subscribe: Asked(driver, 2)),
            driver => driver.Taken(),
        ],
        ["refused"] =
        [
            driver => driver.Subscribe(),
            driver => driver.FromCallee(Outside.Response(driver.Last("SUBSCRIBE"), 489)),
        ],
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_crash_between_any_two_messages_changes_nothing_that_the_parties_see(string name)
    {
        Action<SubscriptionDriver>[] steps = Scenarios[name];
        var undisturbed = new SubscriptionDriver();
        foreach (Action<SubscriptionDriver> step in steps)
        {
            step(undisturbed);
        }

        for (int crashAfter = 0; crashAfter < steps.Length; crashAfter++)
        {
            var driver = new SubscriptionDriver();
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i](driver);
                if (i == crashAfter)
                {
                    HashSet<string> before = [.. driver.Wire.Select(sent => sent.Text)];
                    int count = driver.Wire.Count;
                    driver.CrashAndRecover();
                    Assert.All(driver.Wire.Skip(count), again => Assert.Contains(again.Text, before));

                    // What had not been sent was not stored either: the subscriber sends it again.
                    if (driver.State == SubscriptionState.Empty && i == 0)
                    {
                        steps[0](driver);
                    }
                }
            }

            Assert.Equal(Distinct(undisturbed), Distinct(driver));
            driver.Elapse(TimeSpan.FromMinutes(2));
            Assert.True(driver.Stopped, $"{name}, crash after step {crashAfter}: still {driver.State.Phase}");
        }
    }

    [Fact]
    public void The_endpoint_of_a_trunk_after_the_one_that_failed_is_tried_also_after_a_crash()
    {
        var driver = new SubscriptionDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081"));
        driver.Subscribe();
        driver.CrashAndRecover();
        driver.FromCallee(Outside.Response(driver.Last("SUBSCRIBE"), 503));
        Assert.Equal(5081, driver.Last("SUBSCRIBE").To.Remote.Port);
        driver.CrashAndRecover();
        driver.Grant();
        Assert.Equal(1, driver.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void A_message_that_comes_again_after_a_crash_gets_the_same_answer()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe();
        driver.Grant();
        driver.Notify(1, "z9hG4bK-n1");
        driver.Taken();
        Sent granted = driver.Last("SIP/2.0 200", CallDriver.Caller);
        Sent taken = driver.Last("SIP/2.0 200", CallDriver.Callee);
        driver.CrashAndRecover();
        int count = driver.Wire.Count;
        driver.Subscribe();
        driver.Notify(1, "z9hG4bK-n1");
        Assert.Equal([granted.Text, taken.Text], driver.Wire.Skip(count).Select(sent => sent.Text));
    }

    [Fact]
    public void What_was_granted_runs_on_while_the_process_is_down()
    {
        var driver = new SubscriptionDriver();
        driver.Subscribe(expires: 60);
        driver.Grant(60);
        driver.CrashAndRecover();
        driver.Elapse(TimeSpan.FromSeconds(124));
        Assert.True(driver.Stopped);
    }

    [Fact]
    public void Damage_is_a_format_error() => Assert.Throws<FormatException>(() => new SubscriptionEventCodec().Decode([0x0A]));

    private static Sent Asked(SubscriptionDriver driver, int phone) =>
        driver.Wire.First(sent => sent.To.Remote.Port == 6000 + phone && sent.Text.StartsWith("SUBSCRIBE", StringComparison.Ordinal));

    private static string[] Distinct(SubscriptionDriver driver) => [.. driver.Wire.Select(sent => sent.To.Remote + " " + sent.Text).Distinct().Order()];
}
