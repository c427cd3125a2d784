using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>
/// Session timers (RFC 4028) with real softphones: calls are up after the session interval, for which somebody has to refresh each of their legs. Three
/// calls at once, for the shortest interval that the RFC allows is a minute and a half.
/// </summary>
[Trait("Category", "Peers")]
public sealed class PhoneTimersTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30), Interval = TimeSpan.FromSeconds(90);
    private readonly TemporaryFolder _folder = new();
    private readonly List<IPhone> _phones = [];
    private readonly NodeProcess _node;

    public PhoneTimersTests() => _node = NodeProcess.StartReady(new NodeSetup
    {
        Folder = _folder.Path,
        Extra = $"controller {{ calls.session-expires = {Interval.TotalSeconds}s, registrar.users {{ dave.password = dog, erin.password = eagle, frank.password = fox }} }}",
    });

    [NeedsFact("baresip", "linphonec")]
    public void A_call_outlives_its_session_interval_whoever_refreshes()
    {
        // RFC 4028 section 9: where the caller leaves it open who refreshes, the callee says so in its answer; baresip knows nothing of session timers.
        LinphonePhone alice = Linphone("alice", "wonderland", "udp", 440, "uac"), bob = Linphone("bob", "builder", "tcp", 697, "uac");
        LinphonePhone carol = Linphone("carol", "christmas", "tcp", 941, "uas"), dave = Linphone("dave", "dog", "udp", 770, "uas");
        BaresipPhone erin = Baresip("erin", "eagle", "udp", 852), frank = Baresip("frank", "fox", "tcp", 1336);
        (IPhone Caller, IPhone Callee, string Uri)[] calls = [(alice, bob, "sip:bob@example.test"), (carol, dave, "sip:dave@example.test"), (erin, frank, "sip:frank@example.test")];
        _phones.ForEach(phone => phone.ExpectRegistered(Soon));
        foreach ((IPhone caller, IPhone callee, string uri) in calls)
        {
            caller.Dial(uri);
            callee.ExpectRinging(Soon);
            callee.Accept();
            caller.ExpectEstablished(1, Soon);
        }

        Eventually.Elapse(Interval + TimeSpan.FromSeconds(2));
        foreach ((IPhone caller, IPhone callee, _) in calls)
        {
            Hearing.Expect(caller, callee.Tone, caller.Tone);
            Hearing.Expect(callee, caller.Tone, callee.Tone);
        }

        // Section 7.4: "If a UAC knows that its peer supports the UPDATE method, it is RECOMMENDED that UPDATE be used instead of a re-INVITE."
        Assert.All([alice, carol, dave], phone => Assert.Matches($@"UPDATE sip:[^@\s]+@127\.0\.0\.1:{_node.Setup.AccessPort}", phone.Trace));
        Assert.All([erin, frank], phone => Assert.Contains("got re-INVITE", phone.Log, StringComparison.Ordinal));

        Array.ForEach(calls, call => call.Caller.HangUp());
        Eventually.True(() => ChargingRecord.Read(_node.Setup.ChargingFile).Count == calls.Length, Soon, "a charging record for each call");
        _node.AssertNoStackTrace();
    }

    public void Dispose()
    {
        _phones.ForEach(phone => phone.Dispose());
        _node.Dispose();
        _folder.Dispose();
    }

    private LinphonePhone Linphone(string user, string password, string transport, int tone, string refresher) => Kept(new LinphonePhone(
        user, password, _node.Setup.AccessPort, transport, tone,
        $"session_expires_enabled=1\nsession_expires_value={Interval.TotalSeconds}\nsession_expires_min_value={Interval.TotalSeconds}\nsession_expires_refresher_value={refresher}"));

    private BaresipPhone Baresip(string user, string password, string transport, int tone) => Kept(new BaresipPhone(user, password, _node.Setup.AccessPort, transport, tone));

    private T Kept<T>(T phone)
        where T : IPhone
    {
        _phones.Add(phone);
        return phone;
    }
}
