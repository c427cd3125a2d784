using Controller.Sip.Messages;

namespace Controller.Actors.Policies;

/// <summary>What this version does of SIP: the door refuses the rest (405, 420), and what we say that we can do, we can.</summary>
public static class Capabilities
{
    /// <summary>A request that requires what is not here is refused with 420.</summary>
    public static RequestRules Rules { get; } = RequestRules.Default with
    {
        OptionTags = ["timer", "path", "outbound", "replaces", "norefersub", "100rel", "199"],
        Methods =
        [
            SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Register, SipMethod.Info, SipMethod.Update,
            SipMethod.Message, SipMethod.Refer, SipMethod.Notify, SipMethod.Subscribe, SipMethod.Prack, SipMethod.Publish,

            // What we do not know passes through us outside a dialog, and is 501 where it is for us.
            SipMethod.Unknown,
        ],
    };
}
