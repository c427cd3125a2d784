using Controller.Sip.Headers;

namespace Controller.Actors.Tests.Topology;

/// <summary>Header lines and bodies that tell as much of a side as they can.</summary>
internal sealed class Planting(Side side, Random random)
{
    /// <summary>What the messages of <see cref="Speaker"/> are made of, or what decides how they are taken.</summary>
    private static readonly HashSet<HeaderId> Structure =
    [
        HeaderId.Via, HeaderId.From, HeaderId.To, HeaderId.CallId, HeaderId.CSeq, HeaderId.Contact, HeaderId.MaxForwards, HeaderId.Route, HeaderId.RecordRoute, HeaderId.ContentLength,
        HeaderId.ContentType, HeaderId.ContentEncoding, HeaderId.Expires, HeaderId.Require, HeaderId.ProxyRequire, HeaderId.Supported, HeaderId.Allow, HeaderId.RAck, HeaderId.RSeq,
        HeaderId.SessionExpires, HeaderId.MinSe, HeaderId.Replaces, HeaderId.ReferTo, HeaderId.Join, HeaderId.Privacy,
    ];

    /// <summary>All others, but for those that cross whatever they name: their rule says so.</summary>
    private static readonly HeaderRow[] Rows = [.. HeaderCatalogue.Rows.Where(row => !Structure.Contains(row.Id) && row.Relay != HeaderRelay.Verbatim)];

    private static readonly string[] Unknown = ["X-Corr", "P-Asterisk", "X-Original-Call-ID", "Vendor-Trace", "q", "Trace-Of"];

    public string Headers(int most)
    {
        string lines = random.Next(5) == 0 ? $"Privacy: {Pick("none", "id", "user;id", "header;session", "history", "none;critical")}\r\n" : "";
        for (int count = random.Next(1, most + 1); count > 0; count--)
        {
            HeaderRow? row = random.Next(6) == 0 ? null : Rows[random.Next(Rows.Length)];
            string name = row is null ? Pick(Unknown) : row.Compact != '\0' && random.Next(3) == 0 ? row.Compact.ToString() : row.Name;
            lines += $"{name}: {Value(row)}{(row is { List: true } && random.Next(3) == 0 ? ", " + Value(row) : "")}\r\n";
        }

        return lines;
    }

    /// <summary>A reason phrase.</summary>
    public string Phrase() => random.Next(3) == 0 ? "no thanks from " + side.Known() : "Whatever";

    public string Sdp() =>
        $"v=0\r\no={side.ContactUser} {random.Next()} {random.Next()} IN IP4 {side.Address}\r\ns={Pick("-", "Product of " + side.AnyHost(), side.NewToken())}\r\n"
        + Maybe($"i=calls of {side.NewToken()}\r\n") + Maybe($"u=http://{side.AnyHost()}/x\r\n") + Maybe($"e={side.NewToken()}@{side.AnyHost()}\r\n") + Maybe($"p=+1 {side.NewToken()}\r\n")
        + $"c=IN IP4 {side.Address}\r\nt=0 0\r\n" + Maybe($"a=tool:{side.NewToken()} 1.0\r\n") + Maybe($"a=x-from:{side.Known()}\r\n") + Maybe($"o={side.NewToken()} 1 1 IN IP4 {side.AnyHost()}\r\n")
        + $"m=audio {random.Next(1024, 65000)} RTP/AVP 0\r\n" + Maybe($"i={side.NewToken()}\r\n") + Maybe($"a=rtcp:{random.Next(1024, 65000)} IN IP4 {side.Address}\r\n")
        + Maybe($"a=candidate:1 1 UDP 1 {side.Address} 5000 typ srflx raddr {side.NewToken()} rport 5002\r\n") + Maybe($"a=ssrc:1 cname:{side.NewToken()}@{side.AnyHost()}\r\n")
        + Maybe($"a=ssrc:1 cname:{side.Tag}\r\n") + "a=rtpmap:0 PCMU/8000\r\n" + Maybe($"a=fmtp:0 note={side.Known()}\r\n") + Maybe($"{side.Known()}\r\n");

    public string Fragment() =>
        $"SIP/2.0 {Pick("100", "180", "200", "486")} {Phrase()}\r\nVia: SIP/2.0/UDP {side.AnyHost()};branch=z9hG4bK{side.NewToken()}\r\nCall-ID: {side.CallId}\r\n"
        + $"Contact: <sip:{side.ContactUser}@{side.AnyHost()}>\r\nX-More: {side.NewToken()}\r\nReason: SIP;cause=200;text=\"{side.Known()}\"\r\n" + Maybe($"Server: {side.NewToken()}\r\n") + Maybe($"\r\n{Sdp()}");

    public string WholeMessage() => $"BYE sip:x@{side.AnyHost()} SIP/2.0\r\nCall-ID: {side.CallId}\r\nFrom: <sip:{side.NewToken()}@{side.AnyHost()}>\r\n\r\n";

    /// <param name="kinds">Of: none, sdp, parts, fragment, message, text.</param>
    /// <returns>Content-Type and the body, both empty for none.</returns>
    public (string Type, string Body) Body(params string[] kinds) => Pick(kinds) switch
    {
        "sdp" => ("application/sdp", Sdp()),
        "parts" => ("multipart/mixed;boundary=\"outer\"",
            Maybe($"written by {side.NewToken()}\r\n") + $"--outer\r\nContent-Type: application/sdp\r\n{Maybe($"Content-ID: <1@{side.Known()}>\r\n")}\r\n{Sdp()}\r\n"
            + Maybe($"--outer\r\nContent-Type: message/sipfrag\r\nX-By: {side.Known()}\r\n\r\n{Fragment()}\r\n") + Maybe($"--outer\r\nContent-Type: message/sip\r\n\r\n{WholeMessage()}\r\n")
            + $"--outer\r\nContent-Type: application/isup;version=nxv3\r\n\r\n\u0001\u0000\u0049\r\n--outer--\r\n" + Maybe(side.NewToken())),
        "fragment" => ("message/sipfrag;version=2.0", Fragment()),
        "message" => ("message/sip", WholeMessage()),
        "text" => ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
        _ => ("", ""),
    };

    public string Maybe(string text) => random.Next(2) == 0 ? text : "";

    public string Pick(params string[] of) => of[random.Next(of.Length)];

    private string Value(HeaderRow? row)
    {
        // A header that may cross is searched for names that we know; one that may not, or that is written anew, holds anything.
        bool crosses = row is null or { Relay: HeaderRelay.Pass or HeaderRelay.Trusted or HeaderRelay.Link };
        string host = row is { Relay: HeaderRelay.Link } && random.Next(2) == 0 ? side.AnyAddress() : crosses ? side.KnownHost() : side.AnyHost();
        string name = crosses ? side.Known() : Pick(side.Known(), side.NewToken());
        string number = "+1555" + random.Next(1000, 10000);
        return random.Next(11) switch
        {
            0 => $"<sip:{number}@{host}>",
            1 => $"\"Ann\" <sip:{number}@{host}:5070;user=phone;x={name}>;privacy=off;p=\"{name}\"",
            2 => $"tok;text=\"at {name}\";cause=16",
            3 => $"\"{name}\"",
            4 => $"tok;call-id={name};index=1",
            5 => $"<http://{host}/x.png>;purpose=icon;q=\"{name}\"",
            6 => $"399 {host} \"{name}\"",
            7 => $"a=b;icid-value=\"{random.Next()}\";generated-at={host};orig-ioi={name}",
            8 => $"<sip:{number}@{host};cause=302?Reason=SIP%3Bcause%3D302%3Btext%3D{Uri.EscapeDataString(side.Known())}&Replaces={Uri.EscapeDataString(name)}>;index=1.1",
            9 => $"<tel:7042;phone-context={host}>;party=calling",
            _ => name,
        };
    }
}
