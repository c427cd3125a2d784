using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Self;

/// <summary>The scripted party against real peers, without a node: what it takes for granted is what others do.</summary>
[Trait("Category", "Self")]
public sealed class PeerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [NeedsFact("sipp")]
    public void It_calls_sipp()
    {
        int port = Ports.Free();
        using var sipp = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", port, "-m", "1");
        using var party = new Party("caller-pa");
        PartyCall call = party.Call(new(System.Net.IPAddress.Loopback, port), $"sip:x@127.0.0.1:{port}", call => call.OnPhase = now =>
        {
            if (now.Phase == CallPhase.Established)
            {
                now.Bye();
            }
        });
        Eventually.True(() => call.ByeStatus == 200, Soon, call.ToString);
        Assert.Equal(0, sipp.WaitForEnd(Soon));
        Assert.DoesNotContain(party.Checks.Violations, violation => !violation.Contains("not to our offer", StringComparison.Ordinal));
    }

    [NeedsFact("sipp")]
    public void It_is_called_by_sipp()
    {
        using var party = new Party("callee-pb");
        party.OnCall = call => { call.Ring(); call.After(50, ringing => ringing.Answer()); };
        using var sipp = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), party.Address.Port, "-m", "20", "-r", "100", "-timeout", "20s");
        Assert.True(sipp.WaitForEnd(TimeSpan.FromSeconds(25)) == 0, sipp.Failure());
        Assert.Equal(20, sipp.Read().Successful);
        Assert.All(party.Calls, call => Assert.Equal((CallPhase.Ended, 200), (call.Phase, call.Status)));
    }

    [NeedsFact("baresip")]
    public void It_registers_and_answers_baresip()
    {
        using var party = new Party("callee-pb");
        party.OnCall = call => { call.Ring(); call.After(50, ringing => ringing.Answer()); };
        using var phone = new BaresipPhone("alice", "wonderland", party.Address.Port, "udp", 440);
        phone.ExpectRegistered(Soon);
        phone.Dial("sip:bob@example.test");
        phone.Expect("CALL_ESTABLISHED", 1, Soon);
        phone.HangUp();
        Eventually.True(() => party.Calls.Any(call => call.EndedByRemote), Soon, () => phone.Log);
    }

    [Theory]
    [InlineData(440, 440, true)]
    [InlineData(440, 697, false)]
    public void A_tone_is_told_from_another(int played, int asked, bool heard)
    {
        using var folder = new TemporaryFolder();
        Wave.WriteTone(folder.File("tone.wav"), played, 1);
        Assert.Equal(heard, Wave.Share(Wave.ReadSamples(folder.File("tone.wav")).AsSpan(0, Wave.Rate / 2), asked) > 0.8);
    }
}
