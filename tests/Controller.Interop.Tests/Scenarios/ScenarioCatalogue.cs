namespace Controller.Interop.Tests.Scenarios;

/// <summary>Every scenario of the index that an SBC without media can run; and, for the others, why not.</summary>
internal static class ScenarioCatalogue
{
    /// <summary>SIPp repeats nothing over TCP (its retrans= is for UDP): where the repetition is the callee's, that side is UDP.</summary>
    private static readonly IReadOnlyList<(string, string)> FarUdp = [("udp", "udp"), ("tcp", "udp")];

    /// <summary>RFC 3261 section 13.3.1.4: a 2xx without ACK is repeated over TCP as well, which SIPp takes for an error; 17.2.1: a server transaction does not repeat a refusal over a reliable transport.</summary>
    private static readonly IReadOnlyList<(string, string)> NearUdp = [("udp", "udp"), ("udp", "tcp")];

    private const string Account = """credentials { user = "acct", password = "s3cret" }""";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("A01", "basic call", "siphon/b2bua_uac.xml", "siphon/b2bua_uas.xml") { Transports = [("udp", "udp"), ("tcp", "tcp"), ("udp", "tcp"), ("tcp", "udp")] },
        new("A04", "topology hiding and re-INVITE", "siphon/b2bua_topology_uac.xml", "siphon/b2bua_topology_uas.xml"),
        new("A05", "far side over TCP", "drachtio/uac.xml", "drachtio/uas-tcp.xml") { Transports = [("udp", "tcp"), ("tcp", "tcp")] },
        new("A06", "busy", "siphon/b2bua_failure_uac.xml", "siphon/b2bua_failure_uas.xml"),
        new("A08", "not found", "srf/uac-expect-404.xml", "srf/uas-404.xml"),
        // RFC 7616 section 3.4.6: a digest is refused whose uri is not "the same as the resource specified in the Request-Line", and we write that line anew: 403 instead of the carrier's 407.
        new("A10", "a carrier challenges, and the trunk has no credentials", "siphon/b2bua_auth_uac.xml", "siphon/b2bua_auth_uas.xml") { Instead = "received 'SIP/2.0 403" },
        new("A11", "the caller is challenged by us", "siphon/b2bua_invite_auth_uac.xml", "siphon/b2bua_invite_auth_uas.xml") { Realm = "authenticate-calls = true" },
        new("A12", "the trunk challenges the INVITE", "siphon/b2bua_uac.xml", "srf/uas-auth.xml") { Trunk = Account },
        new("A12b", "the trunk looks at what it gets", "siphon/b2bua_topology_uac.xml", "own/uas-verify-credentials.xml") { Trunk = Account },
        new("A13", "the trunk challenges the BYE", "siphon/b2bua_uac.xml", "srf/uas-bye-with-auth.xml") { Trunk = Account },
        new("A14", "the trunk challenges the re-INVITE", "siphon/b2bua_topology_uac.xml", "srf/uas-reinvite-with-auth.xml") { Trunk = Account },
        new("A15", "a challenge that is none", "own/uac-expect-403.xml", "srf/uas-407-no-auth-header.xml") { Trunk = Account, CalleeSaid = "SIP/2.0 407" },
        new("B01", "cancel after 180", "siphon/b2bua_cancel_uac.xml", "siphon/b2bua_cancel_uas.xml"),
        new("B02", "cancel after 183", "drachtio/uac-cancel.xml", "drachtio/uas-cancel.xml"),
        new("B03", "cancel crosses the answer", "drachtio/uac-cancel.xml", "drachtio/uas-ackbye.xml"),
        new("B05", "cancel after the answer was lost", "drachtio/uac-drop-200-then-cancel.xml", "drachtio/uas-success.xml") { Instead = "received 'SIP/2.0 200" },
        new("B08", "cancel before any 18x", "jbout/uac-cancel.xml", "jbout/uas-cancel.xml"),
        new("C01", "PRACK end to end", "srf/uac-prack.xml", "srf/uas-prack.xml"),
        new("C02", "PRACK, description in 183", "siphon/prack_uac.xml", "siphon/prack_uas.xml"),
        new("C03", "we acknowledge a reliable 183 for a caller without 100rel", "siphon/b2bua_reliable_prov_uac.xml", "siphon/b2bua_reliable_prov_uas.xml"),
        new("C13", "PRACK of nothing", "siphonrs/prack_bad_rack.xml", "siphon/b2bua_cancel_uas.xml") { Instead = "received 'SIP/2.0 481" },
        new("D02", "UPDATE by the callee in an early dialog", "own/uac-update-early.xml", "drachtio/uas-183-send-update.xml") { CalleeSaid = @"sent \(\d+ bytes\):\s+SIP/2.0 200 OK(\r?\n[^\r\n]+)*\r?\nCSeq: 1 UPDATE" },
        new("D03", "UPDATE in a dialog, with and without a description", "siphon/b2bua_update_uac.xml", "siphon/b2bua_update_uas.xml"),
        new("D04", "UPDATE by the callee before the caller has acknowledged the answer", "srf/uac-delayed-ack.xml", "srf/uas-update-with-sdp.xml") { Transports = NearUdp },
        new("E01", "hold and resume by the caller", "siphon/b2bua_reinvite_uac.xml", "siphon/b2bua_reinvite_uas.xml"),
        // Both sides pause for 200 ms behind the same ACK, and a BYE that arrives before the callee's pause is over is an error to it: a millisecond decides.
        new("E02", "hold by the callee", "siphon/b2bua_reinvite_bleg_uac.xml", "siphon/b2bua_reinvite_bleg_uas.xml") { Draws = 5 },
        new("E03", "re-INVITE rejected by the callee", "siphon/b2bua_reinvite_reject_uac.xml", "siphon/b2bua_reinvite_reject_uas.xml"),
        new("E04", "re-INVITE rejected by the caller", "siphon/b2bua_reinvite_breject_uac.xml", "siphon/b2bua_reinvite_breject_uas.xml") { Draws = 5 },
        new("E09", "re-INVITE without an offer, the caller", "drachtio/uac-send-reinvite-no-sdp.xml", "own/uas-offerless-reinvite.xml"),
        new("E09b", "re-INVITE without an offer, the callee", "own/uac-offerless-reinvite.xml", "drachtio/uas-success-reinvite.xml"),
        new("F05", "overlapping re-INVITEs", "drachtio/uac-overlapping.xml", "own/uas-reinvites.xml"),
        new("F07", "re-INVITE and BYE cross", "drachtio/uac-reinvite-bye-race.xml", "own/uas-slow-reinvite.xml"),
        new("F08", "BYE from both sides", "siphon/b2bua_bye_glare_uac.xml", "siphon/b2bua_bye_glare_uas.xml"),
        // The callee hangs up while its re-INVITE waits for the caller's ACK, which comes after three seconds: the caller sees the end of the call only. Over a stream the
        // BYE, which has no Content-Length, would be none (RFC 3261 section 18.3).
        new("F10", "re-INVITE and BYE by the callee before the caller's ACK", "drachtio/uac-recv-reinvite.xml", "drachtio/uas-reinvite-bye.xml")
        { Transports = [("udp", "udp")], Instead = "unexpected BYE", CalleeSaid = @"received \[\d+\] bytes?\s*:\s+SIP/2.0 200 OK(\r?\n[^\r\n]+)*\r?\nCSeq: 2 BYE" },
        new("F11", "BYE by the callee in an early dialog", "own/uac-expect-480.xml", "drachtio/uas-bad-bye.xml"),
        new("G01", "200 lost", "drachtio/uac-drop-one-200.xml", "drachtio/uas-success.xml") { Draws = 3 },
        new("G02", "every 200 lost", "drachtio/uac-drop-all-200.xml", "drachtio/uas-success.xml") { IsLong = true },
        new("G03", "ACK lost", "drachtio/uac.xml", "drachtio/uas-drop-one-200.xml") { Draws = 3, Transports = FarUdp, Arguments = ["-d", "16000"], IsLong = true },
        new("G05", "503 lost", "drachtio/uac-drop-one-503.xml", "jbout/uas-503.xml") { Draws = 3, Transports = NearUdp },
        new("G06", "no ACK to a refusal", "drachtio/test__uac-no-ack.xml", "jbout/uas-503.xml") { IsLong = true },
        new("G07", "no ACK to the answer", "drachtio/uac-200-no-ack.xml", "drachtio/uas-success.xml") { IsLong = true, Transports = NearUdp, Instead = "unexpected BYE" },
        new("G14", "slow callee", "drachtio/uac.xml", "drachtio/uas-slow-response.xml"),
        new("H01", "503, the next carrier answers", "siphon/b2bua_lcr_uac.xml", "siphon/b2bua_lcr_carrier_a_uas.xml") { Next = "siphon/b2bua_lcr_carrier_b_uas.xml" },
        new("H02", "a carrier that stays silent is cancelled, the next answers", "siphon/b2bua_lcr_uac.xml", "siphon/b2bua_lcr_carrier_a_silent_uas.xml")
        { Next = "siphon/b2bua_lcr_carrier_b_uas.xml", Trunk = "try-timeout = 2s" },
        new("H03", "404, the next carrier answers", "siphon/failover_uac.xml", "siphon/failover_reject_uas.xml") { Next = "siphon/failover_answer_uas.xml", Trunk = "retry-on = [404]" },
        new("H05", "302 is mapped", "own/uac-expect-480.xml", "srf/uas-302.xml"),
        new("H09", "183, 180, 200", "drachtio/uac.xml", "drachtio/uas-183-180-200.xml"),
        new("H12", "early media", "siphon/b2bua_early_media_uac.xml", "siphon/b2bua_early_media_uas.xml"),
        new("I01", "REFER passed on", "siphon/b2bua_refer_uac.xml", "siphon/b2bua_refer_uas.xml"),
        // Over TCP the last NOTIFY and the BYE arrive in one segment: SIPp reads the second while it has yet to answer the first, and gives up.
        new("I02", "REFER terminated here", "siphon/b2bua_refer_terminate_uac.xml", "siphon/b2bua_refer_terminate_bob_uas.xml")
        { Carol = "siphon/b2bua_refer_carol_uas.xml", Realm = "refer = terminate", Transports = NearUdp },
        new("I03", "REFER refused", "siphon/b2bua_refer_reject_uac.xml", "siphon/b2bua_uas.xml") { Realm = "refer = refuse" },
        new("J01", "session timer", "siphon/b2bua_session_timer_uac.xml", "siphon/b2bua_session_timer_uas.xml"),
        new("J15", "nobody refreshes", "drachtio/uac-session-expires-no-refresher.xml", "drachtio/uas-success.xml") { IsLong = true },
        new("K05", "a description that cannot be read", "siphonrs/malformed_sdp.xml", null),
        new("L01", "long Request-URI", "drachtio/uac-long-uri.xml", "drachtio/uas-success.xml"),
        new("L02", "long description", "drachtio/uac-long-sdp.xml", "drachtio/uas-success.xml"),
        new("L03", "long MESSAGE", "drachtio/uac-long-message.xml", "own/uas-message.xml"),
        new("L04", "UTF-8 display names", "drachtio/uac-utf8.xml", "drachtio/uas-success.xml"),
        new("L05", "Japanese in a REGISTER for a foreign domain", "drachtio/uac-register-jp-chars.xml", null) { Instead = "received 'SIP/2.0 404" },
        // RFC 3261 section 25.1: user-unreserved has "/" and "?", and a call to such a user is a call.
        new("L06", "odd characters in the user part", "drachtio/uac-invalid-uri-user.xml", "drachtio/uas-success.xml") { Instead = "received 'SIP/2.0 200", CalleeSaid = "SIP/2.0 200 OK" },
        new("L07", "preloaded route", "drachtio/uac-preloaded-route.xml", "drachtio/uas-success.xml"),
        new("L21", "Max-Forwards 0", "siphonrs/max_forwards_zero.xml", null),
        new("L22", "Max-Forwards", "siphonrs/max_forwards_decrement.xml", "drachtio/uas-success.xml"),
        new("L23", "unknown method", "siphonrs/unsupported_method.xml", "own/uas-unknown-method.xml"),
        new("L24", "INFO outside a dialog", "siphonrs/info_out_of_dialog.xml", null),
        new("L29", "IPv6", "siphonrs/invite_bye_ipv6.xml", "siphonrs/uas_invite.xml") { Address = "::1" },
    ];

    /// <summary>By the beginning of the id: what such a scenario asks for that this border does not do, or must not.</summary>
    public static IReadOnlyDictionary<string, string> Left { get; } = new Dictionary<string, string>
    {
        ["I15"] = "there a script answers the call with a REFER of its own: nobody but a party transfers a call here",
        ["L28"] = "603 to a scanner by what it says in User-Agent: there is no such rule here, for a scanner says what it likes",
        ["M-"] = "STIR is not part of this version, nor are these scenarios in the folder",
    };
}
