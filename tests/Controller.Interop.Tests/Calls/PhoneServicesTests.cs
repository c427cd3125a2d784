using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>What people do with telephones besides calling, with baresip and with linphone, over UDP and TCP, heard in the sound.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Peers")]
public sealed class PhoneServicesTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);
    private readonly TemporaryFolder _folder = new();
    private NodeProcess? _node;

    [NeedsTheory("baresip", "linphonec")]
    [InlineData("linphone", "linphone")]
    [InlineData("baresip", "linphone")]
    [InlineData("linphone", "baresip")]
    [InlineData("baresip", "baresip")]
    public void A_call_is_held_and_resumed_by_either_side(string first, string second)
    {
        using IPhone alice = Phone(first, "alice", "udp"), bob = Phone(second, "bob", "tcp");
        Connect(alice, bob);
        foreach ((IPhone holder, IPhone held) in ((IPhone, IPhone)[])[(alice, bob), (bob, alice)])
        {
            holder.Hold();
            Hearing.ExpectNoMore(held, holder.Tone);
            Hearing.ExpectNoMore(holder, held.Tone);
            holder.Resume();
            Hearing.Expect(held, holder.Tone, held.Tone);
            Hearing.Expect(holder, held.Tone, holder.Tone);
        }

        alice.HangUp();
        ExpectRecords(1);
    }

    /// <summary>Where the REFER ends here, the others are linphone: baresip 1.0 may discard what a new party sends into a call (see its log: "rtp timestamp wraps backwards").</summary>
    [NeedsTheory("baresip", "linphonec")]
    [InlineData("linphone", "linphone", "pass")]
    [InlineData("baresip", "baresip", "pass")]
    [InlineData("baresip", "linphone", "terminate")]
    public void A_blind_transfer_connects_the_two_others(string referrer, string others, string refer)
    {
        using IPhone alice = Phone(referrer, "alice", "udp", refer), bob = Phone(others, "bob", "tcp", refer), carol = Phone(others, "carol", "udp", refer);
        Connect(alice, bob);
        carol.ExpectRegistered(Soon);
        alice.Transfer("sip:carol@example.test");
        carol.ExpectRinging(Soon);
        carol.Accept();
        ExpectConnected(bob, carol, alice.Tone);
        carol.HangUp();
        ExpectRecords(refer == "pass" ? 2 : 1);
    }

    /// <summary>The others are linphone: baresip 1.0 knows nothing of Replaces.</summary>
    [NeedsTheory("baresip", "linphonec")]
    [InlineData("linphone", "pass")]
    [InlineData("baresip", "pass")]
    [InlineData("linphone", "terminate")]
    [InlineData("baresip", "terminate")]
    public void An_attended_transfer_connects_the_two_others(string referrer, string refer)
    {
        using IPhone alice = Phone(referrer, "alice", "udp", refer), bob = Phone("linphone", "bob", "tcp", refer), carol = Phone("linphone", "carol", "udp", refer);
        Connect(alice, bob);
        carol.ExpectRegistered(Soon);
        alice.Hold();
        Hearing.ExpectNoMore(bob, alice.Tone);
        alice.Dial("sip:carol@example.test");
        carol.ExpectRinging(Soon);
        carol.Accept();
        alice.ExpectEstablished(2, Soon);
        Hearing.Expect(carol, alice.Tone, bob.Tone);
        alice.TransferToSecondCall("sip:carol@example.test");
        ExpectConnected(bob, carol, alice.Tone);
        carol.HangUp();
        ExpectRecords(refer == "pass" ? 3 : 2);
    }

    /// <summary>baresip 1.0 as the callee plays nothing before the answer.</summary>
    [NeedsTheory("baresip", "linphonec")]
    [InlineData("baresip", "udp", "tcp")]
    [InlineData("linphone", "tcp", "udp")]
    public void A_caller_hears_the_callee_before_the_answer(string caller, string near, string far)
    {
        using IPhone alice = Phone(caller, "alice", near);
        using var bob = new LinphonePhone("bob", "builder", Node().Setup.AccessPort, far, 697, "incoming_calls_early_media=1");
        alice.ExpectRegistered(Soon);
        bob.ExpectRegistered(Soon);
        alice.Dial("sip:bob@example.test");
        alice.ExpectEarlyMedia(Soon);
        Hearing.Expect(alice, bob.Tone, alice.Tone);
        Assert.Equal(0, alice.Established);
        bob.Accept();
        alice.ExpectEstablished(1, Soon);
        Hearing.Expect(bob, alice.Tone, bob.Tone);
        Hearing.Expect(alice, bob.Tone, alice.Tone);
        alice.HangUp();
        ExpectRecords(1);
    }

    public void Dispose()
    {
        _node?.Dispose();
        _folder.Dispose();
    }

    /// <summary>Started with the first phone.</summary>
    private NodeProcess Node(string refer = "pass") => _node ??= NodeProcess.StartReady(new NodeSetup { Folder = _folder.Path, Extra = $"controller.realms.access.refer = {refer}" });

    private IPhone Phone(string kind, string user, string transport, string refer = "pass")
    {
        int port = Node(refer).Setup.AccessPort;
        (string password, int tone) = user switch
        {
            "alice" => ("wonderland", 440),
            "bob" => ("builder", 697),
            _ => ("christmas", 941),
        };
        return kind == "baresip" ? new BaresipPhone(user, password, port, transport, tone) : new LinphonePhone(user, password, port, transport, tone);
    }

    /// <summary>Alice calls Bob, and they hear each other.</summary>
    private static void Connect(IPhone alice, IPhone bob)
    {
        alice.ExpectRegistered(Soon);
        bob.ExpectRegistered(Soon);
        alice.Dial("sip:bob@example.test");
        bob.ExpectRinging(Soon);
        bob.Accept();
        alice.ExpectEstablished(1, Soon);
        bob.ExpectEstablished(1, Soon);
        Hearing.Expect(alice, bob.Tone, alice.Tone);
        Hearing.Expect(bob, alice.Tone, bob.Tone);
    }

    /// <summary>They hear each other, and the one who brought them together no more.</summary>
    private static void ExpectConnected(IPhone one, IPhone other, int gone)
    {
        Hearing.Expect(one, other.Tone, gone);
        Hearing.Expect(other, one.Tone, gone);
    }

    private void ExpectRecords(int count)
    {
        Eventually.True(() => Records().Count == count, Soon, () => $"{Records().Count} charging records\n{string.Join('\n', Records())}\n{Node().Log}");
        Node().AssertNoStackTrace();
    }

    private IReadOnlyList<ChargingRecord> Records() => ChargingRecord.Read(Node().Setup.ChargingFile);
}
