using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>Real softphones: baresip over UDP and TCP, digest on, sound through the answer the node passed on.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Peers")]
public sealed class PhonesTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder = new();
    private readonly NodeProcess _node;

    public PhonesTests() => _node = NodeProcess.StartReady(new NodeSetup { Folder = _folder.Path });

    [NeedsTheory("baresip")]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_phones_call_and_hear_each_other_and_either_hangs_up(bool callerHangsUp)
    {
        using var alice = new BaresipPhone("alice", "wonderland", _node.Setup.AccessPort, "udp", tone: 440);
        using var bob = new BaresipPhone("bob", "builder", _node.Setup.AccessPort, "tcp", tone: 697);
        alice.ExpectRegistered(Soon);
        bob.ExpectRegistered(Soon);
        Assert.Equal(2, _node.Admin.Get("/api/v1/registrations").GetProperty("total").GetInt32());

        (BaresipPhone caller, BaresipPhone callee) = callerHangsUp ? (alice, bob) : (bob, alice);
        caller.Dial(callee == bob ? "sip:bob@example.test" : "sip:alice@example.test");
        callee.Expect("CALL_INCOMING", 1, Soon);
        caller.Expect("CALL_RINGING", 1, Soon);
        callee.Accept();
        caller.Expect("CALL_ESTABLISHED", 1, Soon);
        callee.Expect("CALL_ESTABLISHED", 1, Soon);
        Hearing.Expect(alice, bob.Tone, alice.Tone);
        Hearing.Expect(bob, alice.Tone, bob.Tone);

        (callerHangsUp ? caller : callee).HangUp();
        alice.Expect("CALL_CLOSED", 1, Soon);
        bob.Expect("CALL_CLOSED", 1, Soon);
        Eventually.True(() => ChargingRecord.Read(_node.Setup.ChargingFile).Count == 1, Soon, "one charging record");
        Assert.Equal("answered", ChargingRecord.Read(_node.Setup.ChargingFile)[0].Result);
        _node.AssertNoStackTrace();
    }

    [NeedsFact("baresip")]
    public void A_third_phone_on_the_same_address_of_record_rings_too_and_stops()
    {
        using var alice = new BaresipPhone("alice", "wonderland", _node.Setup.AccessPort, "udp", tone: 440);
        using var desk = new BaresipPhone("bob", "builder", _node.Setup.AccessPort, "tcp", tone: 697);
        using var mobile = new BaresipPhone("bob", "builder", _node.Setup.AccessPort, "udp", tone: 941);
        foreach (BaresipPhone phone in (BaresipPhone[])[alice, desk, mobile])
        {
            phone.ExpectRegistered(Soon);
        }

        alice.Dial("sip:bob@example.test");
        desk.Expect("CALL_INCOMING", 1, Soon);
        mobile.Expect("CALL_INCOMING", 1, Soon);
        desk.Accept();
        alice.Expect("CALL_ESTABLISHED", 1, Soon);
        mobile.Expect("CALL_CLOSED", 1, Soon);
        Hearing.Expect(alice, desk.Tone, mobile.Tone);
        Assert.Equal(0, mobile.Count("CALL_ESTABLISHED"));
        Assert.Equal(0, desk.Count("CALL_CLOSED"));
        alice.HangUp();
        desk.Expect("CALL_CLOSED", 1, Soon);
        _node.AssertNoStackTrace();
    }

    [NeedsFact("baresip")]
    public void A_wrong_password_does_not_register()
    {
        using var alice = new BaresipPhone("alice", "guessed", _node.Setup.AccessPort, "udp", tone: 440);
        alice.ExpectRefused(401, Soon);
        Assert.Equal(0, _node.Admin.Get("/api/v1/registrations").GetProperty("total").GetInt32());
    }

    public void Dispose()
    {
        _node.Dispose();
        _folder.Dispose();
    }
}
