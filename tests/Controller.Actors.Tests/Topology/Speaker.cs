using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Tests.Topology;

/// <summary>One party: writes requests and responses of its side, each with as much planted in it as fits.</summary>
internal sealed class Speaker(Side side, Random random)
{
    private readonly Planting _planting = new(side, random);
    private uint _cseq = (uint)random.Next(1, 1000);

    public Side Side => side;

    /// <summary>From and To of its requests, without tags.</summary>
    public string Local { get; set; } = "";
    public string Remote { get; set; } = "";

    /// <summary>Our tag, once we have given one.</summary>
    public string RemoteTag { get; set; } = "";

    /// <summary>Of its last INVITE, for CANCEL and ACK.</summary>
    public string InviteBranch { get; private set; } = "";
    public uint InviteCSeq { get; private set; }
    public bool InviteOffered { get; private set; }

    public string Request(string method, string extra = "", params string[] bodies)
    {
        side.OurTag = RemoteTag;
        (string type, string body) = _planting.Body(bodies);
        string branch = "z9hG4bK" + side.NewToken();
        uint cseq = ++_cseq;
        if (method == "INVITE")
        {
            (InviteBranch, InviteCSeq, InviteOffered) = (branch, cseq, type.StartsWith("application/sdp", StringComparison.Ordinal) || type.StartsWith("multipart", StringComparison.Ordinal));
        }

        return Write(method, method, branch, cseq, extra, type, body);
    }

    public string Cancel()
    {
        (side.OurTag, RemoteTag) = ("", "");
        return Write("CANCEL", "CANCEL", InviteBranch, InviteCSeq, "Reason: SIP;cause=200;text=\"" + side.Known() + "\"\r\n", "", "");
    }

    /// <summary>To a 2xx if <paramref name="status"/> says so, else to a refusal.</summary>
    public string Ack(int status, bool answer)
    {
        side.OurTag = RemoteTag;
        (string type, string body) = status < 300 && answer ? _planting.Body("sdp", "parts") : ("", "");
        return Write("ACK", "ACK", status < 300 ? "z9hG4bK" + side.NewToken() : InviteBranch, InviteCSeq, "", type, body);
    }

    /// <param name="extra">Whole lines.</param>
    public string Response(SipMessage request, int status, string extra, params string[] bodies)
    {
        side.Introduced |= status < 300;
        side.OurTag = NameAddr.TryParse(request.Value(HeaderId.From), out NameAddr from) ? Latin1(from.Tag) : "";
        (string type, string body) = _planting.Body(bodies);
        var text = new StringBuilder($"SIP/2.0 {status} {_planting.Phrase()}\r\n");
        foreach (HeaderId id in (HeaderId[])[HeaderId.Via, HeaderId.From, HeaderId.CallId, HeaderId.CSeq])
        {
            text.Append(HeaderCatalogue.Row(id).Name).Append(": ").Append(Latin1(request.Value(id))).Append("\r\n");
        }

        string to = Latin1(request.Value(HeaderId.To));
        text.Append("To: ").Append(to).Append(to.Contains(";tag=", StringComparison.Ordinal) ? "" : ";tag=" + side.Tag).Append("\r\n");
        if (request.Method is SipMethod.Invite or SipMethod.Update || status is >= 300 and < 400)
        {
            text.Append(Contact()).Append(status < 300 ? RecordRoute("Record-Route") : "");
        }

        return End(text.Append(_planting.Headers(5)).Append(extra), type, body);
    }

    public string Sdp() => _planting.Pick("sdp", "sdp", "parts");

    private string Write(string method, string cseqMethod, string branch, uint cseq, string extra, string type, string body)
    {
        var text = new StringBuilder($"{method} sip:{(RemoteTag.Length > 0 ? "x" : "+15551234")}@{side.OurHost} SIP/2.0\r\n");
        text.Append(random.Next(4) == 0 ? "v" : "Via").Append($": SIP/2.0/UDP {side.ProxyHost}:5060;branch={branch}\r\n");
        text.Append($"Via: SIP/2.0/UDP {side.ContactHost};branch=z9hG4bK{side.NewToken()};received={side.Address}\r\n");
        text.Append("Max-Forwards: 70\r\n").Append(random.Next(4) == 0 ? "f: " : "From: ").Append(Local).Append(";tag=").Append(side.Tag).Append("\r\n");
        text.Append("To: ").Append(Remote).Append(RemoteTag.Length > 0 ? ";tag=" + RemoteTag : "").Append("\r\n");
        text.Append(random.Next(4) == 0 ? "i: " : "Call-ID: ").Append(side.CallId).Append($"\r\nCSeq: {cseq} {cseqMethod}\r\n");
        text.Append(Contact());
        if (method == "INVITE" && RemoteTag.Length == 0)
        {
            text.Append(RecordRoute("Record-Route"));
        }

        return End(text.Append(_planting.Headers(5)).Append(extra), type, body);
    }

    private string Contact() => $"{_planting.Pick("Contact", "m")}: \"Ann\" <sip:{side.ContactUser}@{side.ContactHost}:5062;ob>;+sip.instance=\"<urn:uuid:{side.NewToken()}>\"\r\n";

    private string RecordRoute(string name) => $"{name}: <sip:{side.ProxyHost}:5060;lr;ftag={side.Tag}>\r\n";

    private static string End(StringBuilder text, string type, string body)
    {
        if (type.Length > 0)
        {
            text.Append("Content-Type: ").Append(type).Append("\r\n");
        }

        return text.Append("Content-Length: ").Append(body.Length).Append("\r\n\r\n").Append(body).ToString();
    }

    private static string Latin1(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
