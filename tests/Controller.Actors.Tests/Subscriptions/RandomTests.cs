using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Actors.Subscriptions;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tests.Exchanges;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Subscriptions;

/// <summary>Everything that may reach a subscription, in any order, with losses, repetitions, crashes and time between.</summary>
public class RandomTests
{
    private static readonly int[] Statuses = [100, 200, 200, 200, 202, 302, 401, 404, 423, 481, 489, 500, 503, 603];
    private static readonly string[] States = ["active;expires=60", "active", "pending;expires=600", "terminated", "terminated;reason=timeout", "garbage;;"];
    private static readonly string[] Tags = ["bob-tag", "bob-tag", "bob-tag", "callee-tag"];

    [Fact]
    public void Whatever_comes_one_transaction_gets_one_final_nothing_leaks_and_it_ends()
    {
        int granted = 0, notified = 0, crashed = 0;
        for (int seed = 1; seed <= 500; seed++)
        {
            SubscriptionDriver driver = Run(new Random(seed), out bool crash);
            granted += driver.Wire.Any(sent => sent.Text.StartsWith("SIP/2.0 2", StringComparison.Ordinal) && sent.To.Remote.Equals(CallDriver.Caller)) ? 1 : 0;
            notified += driver.CountSent("NOTIFY") > 0 ? 1 : 0;
            crashed += crash ? 1 : 0;
            Check(driver, seed);
        }

        // The runs go where they should, or they show nothing.
        Assert.True(granted > 125 && notified > 125 && crashed > 125, $"{granted} granted, {notified} notified, {crashed} crashed");
    }

    private static SubscriptionDriver Run(Random random, out bool crashed)
    {
        crashed = false;
        string uri = random.Next(3) == 0 ? "sip:bob@example.test" : "sip:+15551234@203.0.113.1";
        var driver = new SubscriptionDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081"));
        Binding[] bindings = random.Next(4) == 0 ? [] : [Outside.Phone(1), Outside.Phone(2)];
        int refreshes = 1, notifies = 0;

        // A request is sent again for as long as its transaction lasts (64*T1), not later.
        Instant begun = driver.Now, refreshed = driver.Now, notified = driver.Now;
        bool Lasts(Instant since) => driver.Now.Since(since) < TimeSpan.FromSeconds(31);
        driver.Subscribe(uri: uri);
        for (int step = 0; step < 25; step++)
        {
            Sent[] subscribes = [.. driver.Wire.Where(sent => sent.Text.StartsWith("SUBSCRIBE", StringComparison.Ordinal))];
            Sent[] notifications = [.. driver.Wire.Where(sent => sent.Text.StartsWith("NOTIFY", StringComparison.Ordinal))];
            switch (random.Next(11))
            {
                case 0 when Lasts(begun):
                    driver.Subscribe(uri: uri);
                    break;
                case 1 when driver.State is { Subscriber: { } subscriber, Notifier: not null }:
                    (refreshes, refreshed) = random.Next(4) == 0 && refreshes > 1 && Lasts(refreshed) ? (refreshes, refreshed) : (refreshes + 1, driver.Now);
                    driver.Subscribe(refreshes, $"z9hG4bK-m{refreshes}", random.Next(2) * 60, subscriber.LocalTag);
                    break;
                case 2 or 3 when subscribes.Length > 0:
                    int status = Statuses[random.Next(Statuses.Length)];
                    driver.FromCallee(Outside.Response(
                        subscribes[random.Next(subscribes.Length)], status, Tags[random.Next(Tags.Length)], $"Expires: {random.Next(2) * 60}\r\nContact: <sip:bob@198.51.100.20:5080>\r\n"));
                    break;
                case 4 or 5 when subscribes.Length > 0:
                    (notifies, notified) = random.Next(4) == 0 && notifies > 0 && Lasts(notified) ? (notifies, notified) : (notifies + 1, driver.Now);
                    driver.Notify(notifies, $"z9hG4bK-n{notifies}", States[random.Next(States.Length)], Tags[random.Next(Tags.Length)], subscribe: subscribes[random.Next(subscribes.Length)]);
                    break;
                case 6 or 7 when notifications.Length > 0:
                    driver.FromCaller(Outside.Response(notifications[random.Next(notifications.Length)], Statuses[random.Next(Statuses.Length)]));
                    break;
                case 8:
                    driver.Elapse(TimeSpan.FromMilliseconds(random.Next(3) == 0 ? random.Next(100_000) : random.Next(3000)));
                    break;
                case 9:
                    crashed = true;
                    driver.CrashAndRecover();
                    break;
                case 10 when driver.Wire.Count > 0 && random.Next(3) == 0:
                    driver.Give(new CallInput.TransportFailed(driver.Wire[^1].Header("Via").Split("branch=")[^1].Split(';')[0], "refused"));
                    break;
            }

            if (driver.Asked.OfType<CallEffect.LookUpBindings>().FirstOrDefault() is { } lookUp)
            {
                driver.Give(new CallInput.BindingsFound(lookUp.Lookup, [.. bindings]));
            }
        }

        driver.Elapse(TimeSpan.FromHours(2));
        return driver;
    }

    private static void Check(SubscriptionDriver driver, int seed)
    {
        Assert.True(driver.State == SubscriptionState.Empty, $"seed {seed}: still {driver.State.Phase} after two hours");
        Outside.AssertNothingLeaks(driver.Wire);

        // 17.2.2: a transaction has one final response, however often it is sent. (481 and 482 of what is not known are made anew, and are the same.)
        var finals = driver.Wire.Where(sent => sent.Text.StartsWith("SIP/2.0", StringComparison.Ordinal) && !sent.Text.StartsWith("SIP/2.0 1", StringComparison.Ordinal))
            .GroupBy(sent => sent.Header("Via") + sent.Header("CSeq") + sent.Header("From") + sent.Header("Call-ID"));
        foreach (var transaction in finals)
        {
            string[] different = [.. transaction.Select(sent => sent.StartLine).Distinct()];
            Assert.True(different.Length == 1, $"seed {seed}: {string.Join(" and ", different)} for {transaction.First().Header("CSeq")} {transaction.First().Header("Via")}");
        }

        // RFC 4320 section 4.2.
        Assert.Equal(0, driver.CountSent("SIP/2.0 408"));
    }
}
