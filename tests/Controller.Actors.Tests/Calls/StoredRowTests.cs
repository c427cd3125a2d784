using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Google.Protobuf;

namespace Controller.Actors.Tests.Calls;

/// <summary>Rows are written field by field: what comes out is what the generated classes would have written.</summary>
public sealed class StoredRowTests
{
    private static readonly Instant At = new(1_700_000_000_123);
    private static readonly Flow Over = new(SipTransport.Tcp, 3, new IPEndPoint(IPAddress.Parse("2001:db8::1"), 5070), Connection: 1L << 40, ReconnectPort: 5060);
    private static readonly byte[] Long = [.. Enumerable.Range(0, 20_000).Select(i => (byte)i)];
    private static readonly byte[] Some = [1, 2, 3];

    private static readonly Leg Caller = new()
    {
        Number = 0,
        State = LegState.Confirmed,
        CallIdValue = "caf\u00e9@host",
        LocalTag = "",
        RemoteTag = "remote",
        LocalParty = "<sip:bob@example.test>",
        RemoteParty = new string('p', 130),
        RemoteTarget = "sip:alice@192.0.2.1",
        RouteSet = ["<sip:a;lr>", "", "<sip:b;lr>"],
        LocalCSeq = uint.MaxValue,
        RemoteCSeq = 0,
        Flow = Over,
        SentBy = "203.0.113.1:5060",
        Contact = "sip:x@203.0.113.1:5060",
        Realm = "access",
        Trunk = "uas",
        Capabilities = LegCapabilities.AllowSeen | LegCapabilities.Timer,
    };

    private static readonly Target Where = new("sip:bob@198.51.100.1", "<sip:bob@198.51.100.1>", Over, "host.example", 5061, SipTransport.Tls, 1, "uas")
    {
        Replaces = "call;to-tag=1;from-tag=2",
        AnyTransport = true,
    };

    private static readonly SessionTimer Timer = new() { Interval = 1800, WeRefresh = true, IsMutual = false, MinSe = 90, NoUpdate = true, RefreshAt = At, ExpiresAt = Instant.Never };
    private static readonly ImmutableArray<string> Routes = ["<sip:p1;lr>", "<sip:p2;lr>"];
    private static readonly Ending Over200 = new("answered", 200, "hung up by Zo\u00eb", "caller");

    private static readonly CallEvent[] Stored =
    [
        new CallEvent.Received(At, Caller, "branch", Long, Instant.Never),
        new CallEvent.Routed("all", [Where, Where with { Flow = null, Host = "" }], Parallel: true) { RetryOn = [408, 503], BudgetUntil = At },
        new CallEvent.Routed("", [], Parallel: false),
        new CallEvent.LegTried(At, Caller with { Number = 1, RouteSet = [] }, "branch", Some, At),
        new CallEvent.LegRang(At, 1, 183, "tag", "sip:b", Routes, HasSession: true, Long) { CallerTag = "ours", RSeq = uint.MaxValue, RemoteRSeq = 7, Capabilities = LegCapabilities.Reliable },
        new CallEvent.LegAnswered(At, 1, 200, "tag", "sip:b", [], "ours", Some, AckHeld: true, At) { Capabilities = LegCapabilities.Update, PrackAwaited = true },
        new CallEvent.LegFailed(At, 2, 486, Some),
        new CallEvent.LegCancelled(At, 2) { Reason = "SIP;cause=200" },
        new CallEvent.LegAnsweredLate(At, 1, "tag", "sip:b", Routes),
        new CallEvent.Refused(At, Over200, Some),
        new CallEvent.Acknowledged(At, 0, 1, default),
        new CallEvent.RequestAccepted(At, 0, "b", SipMethod.Info, 2, Over, Some) { Dialog = "early", IsHeld = true },
        new CallEvent.RequestSent(At, 1, "b", SipMethod.Bye, 2, Over, "peer", Some) { Purpose = RequestPurpose.Refresh, Dialog = "early" },
        new CallEvent.RequestAnswered(At, 1, "b", 200, Long, "sip:new", AckHeld: true) { Capabilities = LegCapabilities.Refer, HasSession = true, Abandoned = true },
        new CallEvent.Ended(At, Over200, CallerOwed: true, CalleeOwed: false) { Farewell = new Farewell("Q.850;cause=16", Some) },
        new CallEvent.RingingLimited(At),
        new CallEvent.FlowMoved(1, Over),
        new CallEvent.CSeqSkipped(1, 101),
        new CallEvent.SecondAnswerHungUp(At, 1, "b", 3, Over, Some) { RemoteTag = "second" },
        new CallEvent.EarlyDialogEnded(At, "ours"),
        new CallEvent.ProvisionalAcknowledged(At, "ours", 9),
        new CallEvent.RefusalAcknowledged(At, "b"),
        new CallEvent.ByeSettled(At, "b", 481),
        new CallEvent.ByeAnswered("b", 200),
        new CallEvent.Challenged(At, 1, "b", Some, [new AnsweredChallenge(true, "Digest realm=\"x\"", 2)], "again", 5, Over, Some),
        new CallEvent.SessionTimed(0, Timer),
        new CallEvent.LegTriedAgain(At, 1, "b", 2, Over, Some, Some),
        new CallEvent.Redirected(1, [Where]),
        new CallEvent.RefreshAnswered(At, 1, "b", 200, Timer, "sip:new"),
        new CallEvent.ReferralStarted(new Referral(1, 2, 0, 3, At)),
        new CallEvent.ReferralExtended(1, 2, At),
        new CallEvent.ReferralEnded(1, 2),
        new CallEvent.TransferStarted(At, 1, Some, IsNotified: true, At),
        new CallEvent.TransferRouted([Where]),
        new CallEvent.TransferTried(At, Caller, "b", Some),
        new CallEvent.TransferAnswered(At, 2, 200, "tag", "sip:t", Routes, Some, LegCapabilities.Message),
        new CallEvent.TransferJoinSet("", At),
        new CallEvent.TransferEnded(At, 200, "sip:t", Joined: true),
        new CallEvent.PartyLeft(1),
    ];

    [Fact]
    public void A_row_is_written_as_the_generated_classes_write_it() => Assert.All(Stored, happened =>
    {
        byte[] row = Row(happened, happened);

        Assert.Equal(row, Generated.ParseFrom(row).ToByteArray());
        Assert.Equal(2, new CallEventCodec().Decode(row).Length);
    });

    [Fact]
    public void What_was_read_is_written_again() => Assert.All(Stored, happened =>
    {
        byte[] row = Row(happened);

        Assert.Equal(row, Row([.. new CallEventCodec().Decode(row)]));
    });

    [Fact]
    public void Every_event_that_is_stored_is_tried()
    {
        Type[] tried = [.. Stored.Select(happened => happened.GetType())];

        Assert.All(typeof(CallEvent).GetNestedTypes(BindingFlags.Public).Where(type => type.IsSubclassOf(typeof(CallEvent)) && !IsVolatile(type)), type => Assert.Contains(type, tried));
    }

    /// <summary>Of call.proto's Row. The classes are the room's own.</summary>
    private static MessageParser Generated { get; } =
        (MessageParser)typeof(CallEvent).Assembly.GetType("Controller.Actors.Calls.Events.Wire.Row", throwOnError: true)!.GetProperty("Parser")!.GetValue(null)!;

    private static bool IsVolatile(Type type) => new[]
    {
        typeof(CallEvent.TransactionStepped), typeof(CallEvent.TransactionEnded), typeof(CallEvent.AnswerRepeated), typeof(CallEvent.ProvisionalRepeated), typeof(CallEvent.LookupAsked),
        typeof(CallEvent.Kept), typeof(CallEvent.Rested), typeof(CallEvent.AdmissionAsked), typeof(CallEvent.Admitted),
    }.Contains(type);

    private static byte[] Row(params CallEvent[] events)
    {
        var into = new ArrayBufferWriter<byte>();
        new CallEventCodec().Encode(events, into);
        return into.WrittenSpan.ToArray();
    }
}
