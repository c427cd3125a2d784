using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Said = Controller.Actors.Tests.Calls.Messages;

namespace Controller.Benchmarks.Calls;

/// <summary>A call as most are: INVITE, 180, 200, ACK, BYE, 200. Each input is kept with the state that it met, so that its decision can be made again.</summary>
internal sealed class OrdinaryCall
{
    private readonly CallDriver _driver = new();
    private readonly List<Step> _steps = [];

    private OrdinaryCall()
    {
        var caller = new Flow(SipTransport.Udp, 0, CallDriver.Caller);
        var callee = new Flow(SipTransport.Udp, 1, CallDriver.Callee);
        Take("INVITE", Said.Invite(), caller);
        Sent invite = _driver.Last("INVITE");
        Take("180", Said.Response(invite, 180), callee);
        _driver.Elapse(TimeSpan.FromMilliseconds(50));
        Take("200 to INVITE", Said.Response(invite, 200, sdp: Said.CalleeSdp), callee);
        string tag = _driver.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        Take("ACK", Said.FromCaller("ACK", tag, 1, "z9hG4bKack1"), caller);
        _driver.Elapse(TimeSpan.FromMilliseconds(200));
        Take("BYE", Said.FromCaller("BYE", tag, 2, "z9hG4bKbye1"), caller);
        Take("200 to BYE", Said.Response(_driver.Last("BYE"), 200), callee);
    }

    public static IReadOnlyList<Step> Steps() => new OrdinaryCall()._steps;

    private void Take(string name, string message, Flow flow)
    {
        SipMessage parsed = SipMessage.Copy(Encoding.Latin1.GetBytes(message));
        CallInput input = parsed.IsRequest ? new CallInput.RequestReceived(parsed, flow) : new CallInput.ResponseReceived(parsed, flow);
        _steps.Add(new Step(name, _driver.State, input, new ActorContext<ControllerSettings>(_driver.Self, _driver.Now, _driver.Settings)));
        _driver.Give(input);
    }
}

/// <param name="Before">The state that the input meets.</param>
internal sealed record Step(string Name, CallState Before, CallInput Input, ActorContext<ControllerSettings> Context)
{
    public Decision<CallState, CallEvent, CallEffect> Decide() => Call.Decide(Before, Input, Context);
}
