using System.Text;

namespace Controller.Fuzz.Tests;

/// <summary>Good and tortured texts to begin with.</summary>
internal static class Seeds
{
    public static byte[][] Messages { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "torture"), "*.dat", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public static byte[][] Uris { get; } = Texts(
        "sip:alice:pw@example.com:5060;transport=tcp;lr?Replaces=a%40b%3Bto-tag%3D1&Subject=x", "sips:[2001:db8::1]:5061;maddr=239.1.1.1", "tel:+1-201-555-0123;ext=7", "tel:7042;phone-context=a.example",
        "sip:%61lice@EXAMPLE.com;%6ethod=INVITE", "sip:user;par=u%40example.net@example.com", "http://a/b", "urn:service:sos", "sip:null-%00-null@example.com", "sip:a@b;transport=udp;user=phone;ttl=1");

    public static byte[][] Headers { get; } = Texts(
        "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=2001:db8::1;rport=5", "SIP / 2.0 / TCP [::1] ; branch = z9hG4bKx", "\"A \\\" B\" <sip:a@b;x>;tag=1", "sip:a@b;tag=2", "<sip:a@b>;q=0.5;expires=60, *",
        "314159 INVITE", "Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256, qop=\"auth,auth-int\", uri=\"sip:x\", response=\"0123\", nc=00000001, cnonce=\"c\"", "a@b;to-tag=1;from-tag=2;early-only",
        "SIP;cause=200;text=\"x\"", "<sip:b@10.0.0.1;cause=302?Reason=SIP%3Bcause%3D302>;index=1.1", "id;user;critical", "100rel, timer, foo", "1800;refresher=uac", "application/sdp;level=1, */*");

    public static byte[][] Sdps { get; } = Texts(
        "v=0\r\no=alice 1 2 IN IP4 192.0.2.1\r\ns=x\r\ni=y\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=sendonly\r\nm=audio 4000/2 RTP/AVP 0 8\r\na=rtcp:4001 IN IP4 192.0.2.1\r\na=candidate:1 1 UDP 1 192.0.2.1 5 typ host raddr ::1 rport 5\r\nm=video 0 RTP/AVP 31\r\n",
        "v=0\no=- 9223372036854775807 0 IN IP6 ::1\ns=-\nt=0 0\nm=image 9 udptl t38\na=inactive\nm=message 9 TCP/MSRP *\na=path:msrp://a:7/x;tcp\n", "v=0\r\nm=\r\n", "o=\r\n");

    public static byte[][] Bodies { get; } =
    [
        .. Texts(
            "--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=x\r\n--b1\r\nContent-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\nReason: SIP;cause=200\r\n\r\n--b1--\r\n",
            "--b1\r\n\r\n--b1\r\n\r\n--b1--", "SIP/2.0 180 Ringing\r\nVia: x\r\n y\r\nWarning: 399 a \"b\"\r\n\r\nbody", "--b1\r\nContent-Type: multipart/mixed;boundary=b1\r\n\r\n--b1\r\n\r\nx\r\n--b1--\r\n--b1--"),
        .. Sdps,
    ];

    private static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.Latin1.GetBytes)];
}
