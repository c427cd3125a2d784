using System.Collections.Immutable;

namespace Controller.Sip.Messages;

/// <summary>What this element understands; the measure of <see cref="RequestScreening"/> and the text of what its answers must list.</summary>
public sealed record RequestRules
{
    /// <summary>Option tags that may stand in Require and Proxy-Require.</summary>
    public ImmutableArray<string> OptionTags { get; init; } =
        ["100rel", "timer", "replaces", "norefersub", "path", "outbound", "gruu", "tdialog", "histinfo", "from-change"];

    /// <summary>Methods that we take; a known one that is not here is answered 405; so is an unknown one with 501, unless <see cref="SipMethod.Unknown"/> is here.</summary>
    public ImmutableArray<SipMethod> Methods { get; init; } =
    [
        SipMethod.Invite, SipMethod.Ack, SipMethod.Bye, SipMethod.Cancel, SipMethod.Options, SipMethod.Register, SipMethod.Prack,
        SipMethod.Subscribe, SipMethod.Notify, SipMethod.Info, SipMethod.Refer, SipMethod.Message, SipMethod.Update,
    ];

    /// <summary>Media types of a session description, lower case: what the body of an INVITE may be, and what its Accept must leave room for.</summary>
    public ImmutableArray<string> SessionTypes { get; init; } = ["application/sdp", "multipart/mixed", "multipart/related", "multipart/alternative"];

    /// <summary>The value of Allow, for 405 and 501 (RFC 3261 section 8.2.1).</summary>
    public string Allow => string.Join(", ", Methods.Where(method => method != SipMethod.Unknown).Select(method => method.Name()));

    /// <summary>The value of Accept, for 415 (RFC 3261 section 8.2.3).</summary>
    public string Accept => string.Join(", ", SessionTypes);

    public static RequestRules Default { get; } = new();
}
