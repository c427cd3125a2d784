using System.Collections.Immutable;
using System.Text;
using static Controller.Sip.Headers.HeaderRelay;

namespace Controller.Sip.Headers;

/// <summary>One row per header field. The one place to add a header rule: the id goes to the end of <see cref="HeaderId"/>, the row below it here.</summary>
public static class HeaderCatalogue
{
    /// <summary>In the order of <see cref="HeaderId"/>, without <see cref="HeaderId.Unknown"/>.</summary>
    public static ImmutableArray<HeaderRow> Rows { get; } =
    [
        List(HeaderId.Via, "Via", Own, 'v'),
        Once(HeaderId.From, "From", Own, 'f'),
        Once(HeaderId.To, "To", Own, 't'),
        Once(HeaderId.CallId, "Call-ID", Own, 'i'),
        Once(HeaderId.CSeq, "CSeq", Own),
        List(HeaderId.Contact, "Contact", Own, 'm'),
        Once(HeaderId.MaxForwards, "Max-Forwards", Own),
        List(HeaderId.Route, "Route", Own),
        List(HeaderId.RecordRoute, "Record-Route", Own),
        Once(HeaderId.ContentLength, "Content-Length", Own, 'l'),
        Once(HeaderId.ContentType, "Content-Type", Pass, 'c'),
        Once(HeaderId.Expires, "Expires", Pass),
        List(HeaderId.Require, "Require", Own),
        List(HeaderId.ProxyRequire, "Proxy-Require", Own),
        List(HeaderId.Supported, "Supported", Own, 'k'),
        List(HeaderId.Unsupported, "Unsupported", Own),
        List(HeaderId.Allow, "Allow", Own),
        List(HeaderId.Accept, "Accept", Pass),
        List(HeaderId.AcceptEncoding, "Accept-Encoding", Pass),
        List(HeaderId.AcceptLanguage, "Accept-Language", Pass),
        // Credentials are for one digest realm, and the realm is one side's. Commas separate their parameters.
        Lines(HeaderId.Authorization, "Authorization", Own),
        Lines(HeaderId.ProxyAuthorization, "Proxy-Authorization", Own),
        Lines(HeaderId.WwwAuthenticate, "WWW-Authenticate", Own),
        Lines(HeaderId.ProxyAuthenticate, "Proxy-Authenticate", Own),
        Once(HeaderId.MinExpires, "Min-Expires", Own),
        Lines(HeaderId.RetryAfter, "Retry-After", Pass),
        // warn-agent is a host of ours or theirs.
        List(HeaderId.Warning, "Warning", Drop),
        List(HeaderId.Reason, "Reason", Pass),
        Lines(HeaderId.Subject, "Subject", Pass, 's'),
        // RFC 8224 section 4: the Identity of the caller signs it.
        Lines(HeaderId.Date, "Date", Pass),
        Lines(HeaderId.UserAgent, "User-Agent", Drop),
        Lines(HeaderId.Server, "Server", Drop),
        Once(HeaderId.RAck, "RAck", Own),
        Once(HeaderId.RSeq, "RSeq", Own),
        Once(HeaderId.SessionExpires, "Session-Expires", Own, 'x'),
        Once(HeaderId.MinSe, "Min-SE", Own),
        // Each of these names a dialog or a target of the leg that it came on.
        Once(HeaderId.ReferTo, "Refer-To", Own, 'r'),
        Once(HeaderId.ReferredBy, "Referred-By", Own, 'b'),
        Once(HeaderId.Replaces, "Replaces", Own),
        Once(HeaderId.Event, "Event", Pass, 'o'),
        Once(HeaderId.SubscriptionState, "Subscription-State", Pass),
        Lines(HeaderId.Privacy, "Privacy", Pass),
        List(HeaderId.PAssertedIdentity, "P-Asserted-Identity", AssertedParty),
        // RFC 3325 section 9.2: a wish of a user agent to its first proxy, which is us: "A proxy … MUST remove" it.
        List(HeaderId.PPreferredIdentity, "P-Preferred-Identity", Drop),
        List(HeaderId.RemotePartyId, "Remote-Party-ID", AssertedParty),
        List(HeaderId.Diversion, "Diversion", Party),
        List(HeaderId.HistoryInfo, "History-Info", Party),
        List(HeaderId.Path, "Path", Own),
        List(HeaderId.ServiceRoute, "Service-Route", Own),
        List(HeaderId.ContentEncoding, "Content-Encoding", Pass, 'e'),
        List(HeaderId.ContentLanguage, "Content-Language", Pass),
        Once(HeaderId.ContentDisposition, "Content-Disposition", Pass),
        Once(HeaderId.MimeVersion, "MIME-Version", Pass),
        // RFC 8224: a signature, and where its certificate is. RFC 6442: where the caller is, often a cid: with the host of the phone.
        List(HeaderId.Identity, "Identity", Verbatim, 'y'),
        Once(HeaderId.SessionId, "Session-ID", Pass),
        List(HeaderId.AlertInfo, "Alert-Info", Link),
        List(HeaderId.CallInfo, "Call-Info", Link),
        List(HeaderId.ErrorInfo, "Error-Info", Link),
        // Call-IDs of one side.
        List(HeaderId.InReplyTo, "In-Reply-To", Drop),
        Lines(HeaderId.Organization, "Organization", Drop),
        Lines(HeaderId.Priority, "Priority", Pass),
        Lines(HeaderId.ReplyTo, "Reply-To", Drop),
        Lines(HeaderId.Timestamp, "Timestamp", Own),
        Lines(HeaderId.AuthenticationInfo, "Authentication-Info", Own),
        Lines(HeaderId.ProxyAuthenticationInfo, "Proxy-Authentication-Info", Own),
        List(HeaderId.AllowEvents, "Allow-Events", Pass, 'u'),
        List(HeaderId.AcceptContact, "Accept-Contact", Pass, 'a'),
        List(HeaderId.RejectContact, "Reject-Contact", Pass, 'j'),
        List(HeaderId.RequestDisposition, "Request-Disposition", Pass, 'd'),
        Once(HeaderId.Join, "Join", Own),
        Once(HeaderId.ReferSub, "Refer-Sub", Pass),
        Once(HeaderId.TargetDialog, "Target-Dialog", Own),
        Once(HeaderId.SipETag, "SIP-ETag", Pass),
        Once(HeaderId.SipIfMatch, "SIP-If-Match", Pass),
        Lines(HeaderId.IdentityInfo, "Identity-Info", Verbatim, 'n'),
        Once(HeaderId.FlowTimer, "Flow-Timer", Own),
        List(HeaderId.Geolocation, "Geolocation", Verbatim),
        Once(HeaderId.GeolocationRouting, "Geolocation-Routing", Pass),
        Once(HeaderId.GeolocationError, "Geolocation-Error", Pass),
        List(HeaderId.ResourcePriority, "Resource-Priority", Pass),
        List(HeaderId.AcceptResourcePriority, "Accept-Resource-Priority", Pass),
        Once(HeaderId.AnswerMode, "Answer-Mode", Pass),
        Once(HeaderId.PrivAnswerMode, "Priv-Answer-Mode", Pass),
        Once(HeaderId.MaxBreadth, "Max-Breadth", Own),
        List(HeaderId.SecurityClient, "Security-Client", Own),
        List(HeaderId.SecurityServer, "Security-Server", Own),
        List(HeaderId.SecurityVerify, "Security-Verify", Own),
        // RFC 7315 section 5.4: "the P-Access-Network-Info header field MUST NOT be sent" outside the trust domain; 5.6 the same of the charging vector.
        List(HeaderId.PAccessNetworkInfo, "P-Access-Network-Info", Trusted),
        List(HeaderId.PAssociatedUri, "P-Associated-URI", Drop),
        Lines(HeaderId.PCalledPartyId, "P-Called-Party-ID", Drop),
        Lines(HeaderId.PChargingVector, "P-Charging-Vector", Trusted),
        Lines(HeaderId.PChargingFunctionAddresses, "P-Charging-Function-Addresses", Drop),
        List(HeaderId.PVisitedNetworkId, "P-Visited-Network-ID", Drop),
        // RFC 5009 section 6: a network that is not trusted neither gets nor gives authorisation.
        List(HeaderId.PEarlyMedia, "P-Early-Media", Trusted),
        List(HeaderId.PPreferredService, "P-Preferred-Service", Drop),
        List(HeaderId.PAssertedService, "P-Asserted-Service", Trusted),
        Lines(HeaderId.PServedUser, "P-Served-User", Drop),
        List(HeaderId.PMediaAuthorization, "P-Media-Authorization", Drop),
        Lines(HeaderId.PProfileKey, "P-Profile-Key", Drop),
        Lines(HeaderId.PUserDatabase, "P-User-Database", Drop),
        Lines(HeaderId.PAnswerState, "P-Answer-State", Pass),
        List(HeaderId.PRefusedUriList, "P-Refused-URI-List", Drop),
        Lines(HeaderId.PDcsTracePartyId, "P-DCS-Trace-Party-ID", Drop),
        Lines(HeaderId.PDcsOsps, "P-DCS-OSPS", Drop),
        Lines(HeaderId.PDcsBillingInfo, "P-DCS-Billing-Info", Drop),
        Lines(HeaderId.PDcsLaes, "P-DCS-LAES", Drop),
        Lines(HeaderId.PDcsRedirect, "P-DCS-Redirect", Drop),
        List(HeaderId.RecvInfo, "Recv-Info", Pass),
        Once(HeaderId.InfoPackage, "Info-Package", Pass),
        List(HeaderId.UserToUser, "User-to-User", Pass),
        List(HeaderId.TriggerConsent, "Trigger-Consent", Drop),
        List(HeaderId.PermissionMissing, "Permission-Missing", Drop),
        Once(HeaderId.SuppressIfMatch, "Suppress-If-Match", Pass),
        List(HeaderId.FeatureCaps, "Feature-Caps", Drop),
        List(HeaderId.PolicyContact, "Policy-Contact", Drop),
        Once(HeaderId.ReferEventsAt, "Refer-Events-At", Drop),
        List(HeaderId.RestorationInfo, "Restoration-Info", Drop),
        List(HeaderId.CellularNetworkInfo, "Cellular-Network-Info", Trusted),
        Lines(HeaderId.PriorityShare, "Priority-Share", Pass),
        Lines(HeaderId.ResponseSource, "Response-Source", Drop),
        List(HeaderId.ServiceInteractInfo, "Service-Interact-Info", Drop),
        Lines(HeaderId.RelayedCharge, "Relayed-Charge", Drop),
        List(HeaderId.AdditionalIdentity, "Additional-Identity", AssertedParty),
        Lines(HeaderId.PChargeInfo, "P-Charge-Info", AssertedParty),
        Lines(HeaderId.PLocation, "P-Location", Drop),
    ];

    /// <summary>RFC 3261 section 16.6: a header field that we do not know concerns the two ends, not us; where a realm says otherwise, it is not copied.</summary>
    private static readonly HeaderRow UnknownRow = new(HeaderId.Unknown, "", '\0', false, Pass);

    private static readonly HeaderRow[] ById = [UnknownRow, .. Rows];
    private static readonly HeaderId[] ByLetter = Letters();

    // Open addressing: a slot holds an id; what collides stands in the next free slot. Twice as many slots as needed keep the walks at one or two steps.
    private const int Slots = 512;
    private static readonly HeaderId[] ByHash = Hashes();

    /// <summary>How many values of <see cref="HeaderId"/> there are; a table by id has this length.</summary>
    internal static int Count => ById.Length;

    /// <summary>Names are case-insensitive; compact forms count (RFC 3261 section 7.3.3).</summary>
    public static HeaderId Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1)
        {
            return name.IsEmpty ? HeaderId.Unknown : ByLetter[name[0]];
        }

        for (var slot = Hash(name); ; slot = (slot + 1) & (Slots - 1))
        {
            var id = ByHash[slot];
            if (id == HeaderId.Unknown || Is(ById[(int)id].Utf8Name, name))
            {
                return id;
            }
        }
    }

    public static HeaderRow Row(HeaderId id) => (int)id < ById.Length ? ById[(int)id] : UnknownRow;

    // As it is spelled in the documents, mostly.
    private static bool Is(ReadOnlySpan<byte> known, ReadOnlySpan<byte> name) => known.SequenceEqual(name) || Ascii.EqualsIgnoreCase(known, name);

    // The bit that makes a letter lower case leaves '-' as it is, and no two names differ in it otherwise.
    private static int Hash(ReadOnlySpan<byte> name)
    {
        var middle = name.Length >> 1;
        var hash = (uint)(name[0] | 0x20) | ((uint)(name[middle] | 0x20) << 8) | ((uint)(name[^1] | 0x20) << 16) | ((uint)(name[^2] | 0x20) << 24);
        return (int)(((hash ^ ((uint)name.Length * 0x1F35_71C5u)) * 0x9E37_79B1u) >> 23);
    }

    private static HeaderRow List(HeaderId id, string name, HeaderRelay relay, char compact = '\0') => new(id, name, compact, true, relay);

    private static HeaderRow Once(HeaderId id, string name, HeaderRelay relay, char compact = '\0') => new(id, name, compact, false, relay) { Once = true };

    // May stand on several lines, or a second line does no harm; a comma in it separates nothing of ours.
    private static HeaderRow Lines(HeaderId id, string name, HeaderRelay relay, char compact = '\0') => new(id, name, compact, false, relay);

    private static HeaderId[] Letters()
    {
        var table = new HeaderId[256];
        foreach (var row in Rows)
        {
            if (row.Compact != '\0')
            {
                table[row.Compact] = row.Id;
                table[char.ToUpperInvariant(row.Compact)] = row.Id;
            }
        }

        return table;
    }

    private static HeaderId[] Hashes()
    {
        var table = new HeaderId[Slots];
        foreach (var row in Rows)
        {
            var slot = Hash(row.Utf8Name);
            while (table[slot] != HeaderId.Unknown)
            {
                slot = (slot + 1) & (Slots - 1);
            }

            table[slot] = row.Id;
        }

        return table;
    }
}
