using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Registrations;
using Controller.Actors.Trunks;
using Controller.Edge.Dispatch;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sip.Framing;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Dispatch;

public sealed class InputCodecTests
{
    private static readonly Flow Udp = new(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Parse("192.0.2.7"), 5060));
    private static readonly Flow Tcp = new(SipTransport.Tcp, 3, new IPEndPoint(IPAddress.Parse("fe80::1%7"), 40000), (2L << 55) | 77, ReconnectPort: 5061);
    private static readonly ActorId Actor = new(ActorKinds.Call, new UInt128(0xfedcba9876543210, 0x0123456789abcdef));

    private readonly InputCodec _codec = new(SipLimits.Default);

    private static byte[] Request { get; } = Encoding.Latin1.GetBytes(Requests.Make("INVITE", "192.0.2.7:5060", body: "v=0\r\n"));

    private static byte[] Response { get; } = Encoding.Latin1.GetBytes(Requests.Response("192.0.2.7:5060"));

    private byte[] Encode(object input)
    {
        ArrayBufferWriter<byte> into = new();
        Assert.True(_codec.TryEncode(input, into));
        return into.WrittenSpan.ToArray();
    }

    private T Crosses<T>(T input) where T : class
    {
        Assert.True(_codec.TryDecode(Encode(input), out object? read));
        return Assert.IsType<T>(read);
    }

    [Fact]
    public void A_message_arrives_as_it_was_with_its_flow_in_a_buffer_of_its_own()
    {
        CallInput.RequestReceived request = Crosses(new CallInput.RequestReceived(SipMessage.Copy(Request), Tcp));
        Assert.Equal(Request, request.Request.Raw);
        Assert.Equal(SipMethod.Invite, request.Request.Method);
        Assert.Equal(Tcp, request.Flow);
        Assert.Equal(7, request.Flow.Remote.Address.ScopeId);
        request.Dispose();

        CallInput.ResponseReceived response = Crosses(new CallInput.ResponseReceived(SipMessage.Copy(Response), Udp));
        Assert.Equal(Response, response.Response.Raw);
        Assert.Equal(Udp, response.Flow);

        byte[] raw = Encoding.Latin1.GetBytes(Requests.Register("192.0.2.7:5060"));
        RegistrationInput.RegisterReceived register = Crosses(new RegistrationInput.RegisterReceived(SipMessage.Copy(raw), Udp));
        Assert.Equal(raw, register.Request.Raw);
    }

    [Fact]
    public void What_actors_say_to_each_other_arrives_whole()
    {
        CallInput.TransportFailed failed = Crosses(new CallInput.TransportFailed("z9hG4bKé", "connection refused"));
        Assert.Equal(("z9hG4bKé", "connection refused"), (failed.Branch, failed.Reason));

        RegistrationInput.LookUp lookUp = Crosses(new RegistrationInput.LookUp(Actor, 5));
        Assert.Equal((Actor, 5), (lookUp.Call, lookUp.Lookup));

        ImmutableArray<Binding> bindings =
        [
            new("sip:a@192.0.2.7", ";q=0.5", Udp, new Instant(1_700_000_000_123), "urn:uuid:1", 2, 500, "call", uint.MaxValue),
            new("sip:b@[fe80::1]", "", Tcp, Instant.Never, null, null, 1000, "", 0),
        ];
        CallInput.BindingsFound found = Crosses(new CallInput.BindingsFound(-1, bindings));
        Assert.Equal(-1, found.Lookup);
        Assert.Equal(bindings.AsEnumerable(), found.Bindings.AsEnumerable());
        Assert.Empty(Crosses(new CallInput.BindingsFound(0, [])).Bindings);

        CallInput.DialogAsked asked = Crosses(new CallInput.DialogAsked(Actor, 9, new DialogQuery("c", "t", "f", EarlyOnly: true)));
        Assert.Equal((Actor, 9, new DialogQuery("c", "t", "f", true)), (asked.By, asked.Lookup, asked.Query));

        DialogParty party = new("sip:x@y", "<sip:x@y>", Tcp, "trunk", "c;to-tag=1;from-tag=2");
        Assert.Equal(party, Crosses(new CallInput.DialogFound(3, party)).Party);
        Assert.Null(Crosses(new CallInput.DialogFound(3, null)).Party);

        CallInput.Resolved resolved = Crosses(new CallInput.Resolved(4, [Udp, Tcp]));
        Assert.Equal([Udp, Tcp], resolved.Targets.AsEnumerable());

        CallInput.TrunkAsked toTrunk = Crosses(new CallInput.TrunkAsked(Actor, 4, 2, "carrier-é", isUrgent: true, "sip:192.0.2.1:5080"));
        Assert.Equal("sip:192.0.2.1:5080", toTrunk.Endpoint);
        Assert.Equal("carrier-é", Crosses(new CallInput.TrunkWoken("carrier-é")).Trunk);
        Assert.Equal((Actor, 4, 2, "carrier-é", true), (toTrunk.By, toTrunk.Lookup, toTrunk.Leg, toTrunk.Trunk, toTrunk.IsUrgent));
        CallInput.TrunkAnswered answered = Crosses(new CallInput.TrunkAnswered(4, 2, "carrier-é", TrunkVerdict.TooFast));
        Assert.Equal((4, 2, "carrier-é", TrunkVerdict.TooFast), (answered.Lookup, answered.Leg, answered.Trunk, answered.Verdict));
        CallInput.TrunkFreed freed = Crosses(new CallInput.TrunkFreed(Actor, 3));
        Assert.Equal((Actor, 3), (freed.Call, freed.Leg));
        CallInput.TrunkChecked check = Crosses(new CallInput.TrunkChecked(Actor, 3));
        Assert.Equal((Actor, 3), (check.Trunk, check.Leg));

        CallInput.AccountWoken account = Crosses(new CallInput.AccountWoken("carrier-é", "sip:49301234@carrier.test"));
        Assert.Equal(("carrier-é", "sip:49301234@carrier.test"), (account.Trunk, account.AddressOfRecord));

        Assert.True(_codec.TryDecode(Encode(CallInput.HangUp.Instance), out object? hangUp));
        Assert.Same(CallInput.HangUp.Instance, hangUp);
    }

    /// <summary>A kind of input that nobody has thought of here would be lost between nodes without a word.</summary>
    [Fact]
    public void Every_input_either_travels_or_is_known_to_be_a_nodes_own()
    {
        Type[] own = [typeof(CallInput.TimerDue), typeof(CallInput.Recovered), typeof(RegistrationInput.TimerDue), typeof(RegistrationInput.Recovered)];
        Type[] travel =
        [
            typeof(CallInput.RequestReceived), typeof(CallInput.ResponseReceived), typeof(CallInput.TransportFailed), typeof(CallInput.Resolved),
            typeof(CallInput.BindingsFound), typeof(CallInput.DialogAsked), typeof(CallInput.DialogFound), typeof(CallInput.HangUp),
            typeof(CallInput.TrunkAsked), typeof(CallInput.TrunkWoken), typeof(CallInput.TrunkAnswered), typeof(CallInput.TrunkFreed), typeof(CallInput.TrunkChecked), typeof(CallInput.AccountWoken),
            typeof(RegistrationInput.RegisterReceived), typeof(RegistrationInput.LookUp),
        ];
        IEnumerable<Type> all = typeof(CallInput).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(CallInput)) || t.IsSubclassOf(typeof(RegistrationInput)));
        Assert.Equal(all.Select(t => t.FullName).Order(), own.Concat(travel).Select(t => t.FullName).Order());
        foreach (object input in new object[] { CallInput.TimerDue.Instance, CallInput.Recovered.Instance, RegistrationInput.TimerDue.Instance, RegistrationInput.Recovered.Instance, "?" })
        {
            ArrayBufferWriter<byte> into = new();
            Assert.False(_codec.TryEncode(input, into));
            Assert.Equal(0, into.WrittenCount);
        }
    }

    [Fact]
    public void A_torture_message_that_the_edge_takes_travels_unchanged()
    {
        string root = Path.Combine(AppContext.BaseDirectory, "torture");
        int travelled = 0;
        foreach (string file in Directory.EnumerateFiles(root, "*.dat", SearchOption.AllDirectories))
        {
            SipMessage message = new();
            if (DatagramFraming.Parse(File.ReadAllBytes(file), message, SipLimits.Default, out _) != ParseOutcome.Done
                || MessageScreening.Check(message) != RejectionReason.None)
            {
                continue;
            }

            SipMessage read = message.IsRequest
                ? Crosses(new CallInput.RequestReceived(message, Udp)).Request
                : Crosses(new CallInput.ResponseReceived(message, Udp)).Response;
            Assert.Equal(message.Raw, read.Raw);
            Assert.Equal(message.HeaderCount, read.HeaderCount);
            Assert.Equal(message.Body, read.Body);
            travelled++;
        }

        Assert.InRange(travelled, 25, 69);
    }

    [Fact]
    public void A_message_that_the_edge_would_not_let_in_is_not_read()
    {
        byte[] asResponse = Encode(new CallInput.RequestReceived(SipMessage.Copy(Response), Udp));
        Assert.False(_codec.TryDecode(asResponse, out _));

        byte[] good = Encode(new CallInput.RequestReceived(SipMessage.Copy(Request), Udp));
        Assert.False(_codec.TryDecode(good.AsSpan(..^1), out _));   // the body is shorter than its Content-Length
        InputCodec small = new(SipLimits.Default with { MaxHeaderBytes = 100, MaxBodyBytes = 100 });
        Assert.False(small.TryDecode(good, out _));
    }

    [Fact]
    public void Another_version_another_kind_and_what_is_behind_the_end_are_not_read()
    {
        byte[] good = Encode(new RegistrationInput.LookUp(Actor, 5));
        Assert.True(_codec.TryDecode(good, out _));
        Assert.False(_codec.TryDecode([2, .. good[1..]], out _));
        Assert.False(_codec.TryDecode([good[0], 99, .. good[2..]], out _));
        Assert.False(_codec.TryDecode([.. good, 0], out _));
        Assert.False(_codec.TryDecode([], out _));
        for (int length = 0; length < good.Length; length++)
        {
            Assert.False(_codec.TryDecode(good.AsSpan(..length), out _));
        }
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown()
    {
        Random random = new(4711);
        byte[][] seeds =
        [
            Encode(new CallInput.RequestReceived(SipMessage.Copy(Request), Tcp)), Encode(new CallInput.DialogFound(1, new DialogParty("u", "p", Tcp, "t", "r"))),
            Encode(new CallInput.BindingsFound(1, [new Binding("c", "p", Udp, Instant.Zero, "i", 1, 1, "id", 1)])), Encode(new CallInput.Resolved(1, [Udp, Tcp])),
            Encode(new CallInput.DialogAsked(Actor, 1, new DialogQuery("c", "t", "f", false))), Encode(new CallInput.TransportFailed("b", "r")),
        ];
        int read = 0;
        for (int i = 0; i < 60_000; i++)
        {
            byte[] bytes;
            if (i % 3 == 0)
            {
                bytes = new byte[random.Next(64)];
                random.NextBytes(bytes);
                if (bytes.Length > 1)
                {
                    (bytes[0], bytes[1]) = (1, (byte)random.Next(1, 12));
                }
            }
            else
            {
                bytes = [.. seeds[random.Next(seeds.Length)]];
                for (int flips = random.Next(1, 4); flips > 0; flips--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }

            if (_codec.TryDecode(bytes, out object? input))
            {
                (input as IDisposable)?.Dispose();
                read++;
            }
        }

        Assert.InRange(read, 1000, 59_999);
    }
}
