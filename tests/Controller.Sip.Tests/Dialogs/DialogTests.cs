using System.Text;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Dialogs;

public class DialogTests
{
    private static SipMessage Invite(params string[] recordRoutes) => SipMessage.Copy(Encoding.UTF8.GetBytes(
        "INVITE sip:bob@example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
        string.Concat(recordRoutes.Select(static route => $"Record-Route: {route}\r\n")) +
        "From: <sip:alice@example.test>;tag=a\r\nTo: <sip:bob@example.test>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@192.0.2.1>\r\nContent-Length: 0\r\n\r\n"));

    [Fact]
    public void The_route_set_of_a_UAS_is_in_order_and_that_of_a_UAC_reversed()
    {
        var message = Invite("<sip:p3.example.test;lr>, <sip:p2.example.test;lr;x=\"a,b\">", "<sip:p1.example.test>;y=1");

        // RFC 3261 section 12.1.1: "taken in order and preserving all URI parameters".
        Assert.Equal(["<sip:p3.example.test;lr>", "<sip:p2.example.test;lr;x=\"a,b\">", "<sip:p1.example.test>;y=1"], RouteSets.OfRequest(message).ToArray());

        // RFC 3261 section 12.1.2: "taken in reverse order and preserving all URI parameters".
        Assert.Equal(["<sip:p1.example.test>;y=1", "<sip:p2.example.test;lr;x=\"a,b\">", "<sip:p3.example.test;lr>"], RouteSets.OfResponse(message).ToArray());

        // "If no Record-Route header field is present in the request, the route set MUST be set to the empty set."
        Assert.Empty(RouteSets.OfRequest(Invite()));
        Assert.Empty(RouteSets.OfResponse(Invite()));
    }

    [Fact]
    public void Without_routes_a_request_goes_to_the_remote_target()
    {
        // 12.2.1.1: "If the route set is empty, the UAC MUST place the remote target URI into the Request-URI. The UAC MUST NOT add a Route header
        // field to the request."
        var target = RequestTarget.Of([], "sip:bob@192.0.2.4");
        Assert.Equal(("sip:bob@192.0.2.4", "sip:bob@192.0.2.4"), (target.RequestUri, target.NextHop));
        Assert.Empty(target.Routes);
    }

    [Fact]
    public void A_loose_first_route_leaves_the_target_in_the_Request_URI()
    {
        // 12.2.1.1: "the UAC MUST place the remote target URI into the Request-URI and MUST include a Route header field containing the route set
        // values in order, including all parameters."
        var target = RequestTarget.Of(["<sip:p1.example.test;lr>", "<sip:p2.example.test>"], "sip:bob@192.0.2.4");
        Assert.Equal("sip:bob@192.0.2.4", target.RequestUri);
        Assert.Equal(["<sip:p1.example.test;lr>", "<sip:p2.example.test>"], target.Routes.ToArray());
        Assert.Equal("sip:p1.example.test;lr", target.NextHop);
    }

    [Fact]
    public void A_strict_first_route_takes_the_Request_URI_and_the_target_goes_last()
    {
        // 12.2.1.1: "For example, if the remote target is sip:user@remoteua and the route set contains: <sip:proxy1>,<sip:proxy2>,<sip:proxy3;lr>,
        // <sip:proxy4> The request will be formed with the following Request-URI and Route header field: METHOD sip:proxy1
        // Route: <sip:proxy2>,<sip:proxy3;lr>,<sip:proxy4>,<sip:user@remoteua>".
        var target = RequestTarget.Of(["<sip:proxy1>", "<sip:proxy2>", "<sip:proxy3;lr>", "<sip:proxy4>"], "sip:user@remoteua");
        Assert.Equal("sip:proxy1", target.RequestUri);
        Assert.Equal(["<sip:proxy2>", "<sip:proxy3;lr>", "<sip:proxy4>", "<sip:user@remoteua>"], target.Routes.ToArray());
        Assert.Equal("sip:proxy1", target.NextHop);
    }

    [Theory]
    [InlineData("<sip:proxy1;method=INVITE;transport=tcp>", "sip:proxy1;transport=tcp")]
    [InlineData("<sip:proxy1;transport=tcp;method=INVITE?Subject=x>", "sip:proxy1;transport=tcp")]
    public void What_a_Request_URI_may_not_have_is_stripped(string route, string requestUri) =>
        // 12.2.1.1: "stripping any parameters that are not allowed in a Request-URI": section 19.1.1, table 1: method and headers.
        Assert.Equal(requestUri, RequestTarget.Of([route], "sip:b@c").RequestUri);

    [Theory]
    [InlineData("sip:bob@192.0.2.4:5062?ob", "sip:bob@192.0.2.4:5062")]
    [InlineData("sip:bob@192.0.2.4;method=INVITE;ob?Subject=x", "sip:bob@192.0.2.4;ob")]
    [InlineData("sip:bo?b;method=x@192.0.2.4", "sip:bo?b;method=x@192.0.2.4")]
    public void Nor_may_a_remote_target_bring_it_there(string contact, string requestUri)
    {
        // 19.1.1, table 1: a Contact within a dialog has no headers either. Some have.
        Assert.Equal((requestUri, requestUri), (RequestTarget.Of([], contact).RequestUri, RequestTarget.Of([], contact).NextHop));
        Assert.Equal(requestUri, RequestTarget.Of(["<sip:proxy1;lr>"], contact).RequestUri);
        Assert.Equal($"<{contact}>", RequestTarget.Of(["<sip:proxy1>"], contact).Routes[^1]);
    }

    [Theory]
    [InlineData(null, 1u, SipMethod.Invite, SequenceVerdict.InOrder)]
    [InlineData(10u, 11u, SipMethod.Bye, SequenceVerdict.InOrder)]
    [InlineData(10u, 99u, SipMethod.Bye, SequenceVerdict.InOrder)]
    [InlineData(10u, 9u, SipMethod.Bye, SequenceVerdict.OutOfOrder)]
    [InlineData(10u, 10u, SipMethod.Info, SequenceVerdict.Repeated)]
    [InlineData(10u, 9u, SipMethod.Ack, SequenceVerdict.NotOrdered)]
    [InlineData(10u, 10u, SipMethod.Cancel, SequenceVerdict.NotOrdered)]
    public void A_lower_CSeq_is_out_of_order(uint? last, uint number, SipMethod method, SequenceVerdict expected) =>
        // 12.2.2: "If the remote sequence number was not empty, but the sequence number of the request is lower than the remote sequence number, the
        // request is out of order and MUST be rejected with a 500 (Server Internal Error) response."
        Assert.Equal(expected, RemoteSequence.Check(last, new CSeq(number, method)));

    [Fact]
    public void CSeq_numbers_end_at_2_to_the_31()
    {
        // 8.1.1.5: "MUST be less than 2**31".
        Assert.True(RemoteSequence.IsAllowed(int.MaxValue));
        Assert.False(RemoteSequence.IsAllowed(1u << 31));
    }

    [Fact]
    public void A_dialog_is_known_by_all_three_of_its_parts()
    {
        var id = new DialogId("c1@host", "LT", "RT");
        Assert.True(id.Matches("c1@host"u8, "LT"u8, "RT"u8));
        Assert.False(id.Matches("C1@host"u8, "LT"u8, "RT"u8));
        Assert.False(id.Matches("c1@host"u8, "lt"u8, "RT"u8));
        Assert.False(id.Matches("c1@host"u8, "LT"u8, ""u8));
        Assert.True(new DialogId("c", "l", "").Matches("c"u8, "l"u8, ""u8));
        Assert.False(id.Matches("c1@host\xFF"u8, "LT"u8, "RT"u8));
    }

    [Fact]
    public void The_target_moves_and_the_route_set_stays()
    {
        var dialog = new Dialog(new("c", "l", "r"), "<sip:a@x>", "<sip:b@y>", "sip:b@192.0.2.1", ["<sip:p;lr>"], 1, null);
        var moved = dialog.WithTarget("sip:b@192.0.2.2").WithTarget("").WithNextRequest();
        Assert.Equal("sip:b@192.0.2.2", moved.RemoteTarget);
        Assert.Equal(dialog.RouteSet, moved.RouteSet);
        Assert.Equal(2u, moved.LocalSequence);
    }
}
