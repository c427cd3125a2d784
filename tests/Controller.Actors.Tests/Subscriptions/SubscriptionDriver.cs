using Controller.Actors.Policies;
using Controller.Actors.Subscriptions;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tests.Exchanges;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Subscriptions;

internal sealed class SubscriptionDriver(ControllerSettings? settings = null, SipTransport transport = SipTransport.Udp)
    : ForwardingDriver<Subscription, SubscriptionState, SubscriptionEvent>(ActorKinds.Subscription, new SubscriptionEventCodec(), settings, transport)
{
    private string Via => Transport == SipTransport.Tcp ? "TCP" : "UDP";

    /// <summary>Our tag in the subscriber's dialog, as the last message to it says.</summary>
    public string SubscriberTag => Last(CallDriver.Caller) is var sent && sent.Text.StartsWith("SIP/2.0", StringComparison.Ordinal)
        ? sent.Header("To").Split(";tag=")[1]
        : sent.Header("From").Split(";tag=")[1];

    public void Subscribe(int cseq = 1, string branch = "z9hG4bK-m1", int expires = 600, string toTag = "", string uri = "sip:+15551234@203.0.113.1", string package = "presence") =>
        FromCaller(Outside.Request("SUBSCRIBE", uri, cseq, branch, toTag, $"Event: {package}\r\nExpires: {expires}\r\nAccept: application/pidf+xml\r\n", transport: Via, to: "sip:+15551234@203.0.113.1"));

    public void Grant(int expires = 600, string tag = "bob-tag", Sent? subscribe = null) =>
        FromCallee(Outside.Response(subscribe ?? Last("SUBSCRIBE"), 200, tag, $"Expires: {expires}\r\nContact: <sip:bob@198.51.100.20:5080>\r\nRecord-Route: <sip:198.51.100.20:5099;lr>\r\n"));

    public void Notify(int cseq, string branch, string state = "active;expires=600", string tag = "bob-tag", string package = "presence", string body = "<presence/>", Sent? subscribe = null) =>
        FromCallee(Outside.FromCallee(
            "NOTIFY", subscribe ?? Wire.First(sent => sent.Text.StartsWith("SUBSCRIBE", StringComparison.Ordinal)), cseq, branch, tag,
            $"Event: {package}\r\nSubscription-State: {state}\r\nContent-Type: application/pidf+xml\r\nRecord-Route: <sip:198.51.100.20:5099;lr>\r\n", body, Via));

    /// <summary>The subscriber takes the last NOTIFY.</summary>
    public void Taken(int status = 200) => FromCaller(Outside.Response(Last("NOTIFY"), status));
}
