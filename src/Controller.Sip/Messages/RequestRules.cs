using System.Collections.Immutable;

namespace Controller.Sip.Messages;

/// <summary>What this element understands; the measure of <see cref="RequestScreening"/>.</summary>
public sealed record RequestRules
{
    /// <summary>Option tags that may stand in Require and Proxy-Require.</summary>
    public ImmutableArray<string> OptionTags { get; init; } = ["100rel", "timer", "replaces", "norefersub", "path", "outbound", "gruu", "tdialog", "histinfo", "from-change"];

    /// <summary>Methods that we take; a known one that is not here is answered 405.</summary>
    public ImmutableArray<SipMethod> Methods { get; init; } = [SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options, SipMethod.Register, SipMethod.Prack, SipMethod.Subscribe, SipMethod.Notify, SipMethod.Info, SipMethod.Refer, SipMethod.Message, SipMethod.Update];

    public static RequestRules Default { get; } = new();
}
