using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tests.Tokens;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Registrations;

/// <summary>One address-of-record under a clock of the test's. Checks the law of decide and evolve at every step.</summary>
internal sealed class Registrar
{
    public static readonly Flow Phone = new(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Parse("192.0.2.4"), 5060));

    private uint _branch;
    private uint _cseq;

    public ControllerSettings Settings { get; set; } = new()
    {
        Version = 1,
        Secret = Secrets.One,
        Listeners = [new ListenerSettings("access", SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, 5060), "127.0.0.1", 5060)],
        Registrar = new RegistrarSettings
        {
            Algorithms = [DigestAlgorithm.Sha256, DigestAlgorithm.Md5],
            Domains = ["example.test"],
            DigestRealm = "example.test",
            Users = ImmutableDictionary<string, UserSettings>.Empty.Add("alice", new("wonderland")).Add("bob", new("builder")),
        },
    };

    public RegistrationState State { get; private set; } = Registration.Empty;
    public Instant Now { get; set; } = new(1_700_000_000_000);
    public Decision<RegistrationState, RegistrationEvent, RegistrationEffect> Last { get; private set; }
    public ActorId Self => ActorKeys.ForAddressOfRecord(Secrets.One, "alice@example.test");

    public static Registrar Open() => new Registrar().With(registrar => registrar with { Authenticate = false });

    public Registrar With(Func<RegistrarSettings, RegistrarSettings> change)
    {
        Settings = Settings with { Registrar = change(Settings.Registrar) };
        return this;
    }

    public Decision<RegistrationState, RegistrationEvent, RegistrationEffect> Take(RegistrationInput input)
    {
        RegistrationState before = State;
        Last = Registration.Decide(before, input, new ActorContext<ControllerSettings>(Self, Now, Settings));
        RegistrationState folded = Last.Events.Aggregate(before, Registration.Evolve);
        Assert.Equal(Describe(folded), Describe(Last.Next));
        Assert.Equal(Last.Next.IsSpent, Last.Stop);
        State = Last.Stop ? Registration.Empty : Last.Next;
        return Last;
    }

    /// <summary>Forgets what is in memory only, as a crash does, and comes back from what was stored.</summary>
    public void Crash(IEnumerable<RegistrationEvent> stored)
    {
        State = stored.Aggregate(Registration.Empty, Registration.Evolve);
        Take(Registration.Recovered);
    }

    public SipMessage Send(byte[] register, Flow? flow = null)
    {
        Take(new RegistrationInput.RegisterReceived(SipMessage.Copy(register), flow ?? Phone));
        return Answer();
    }

    public SipMessage Answer() => SipMessage.Copy(Assert.Single(Last.Effects.OfType<RegistrationEffect.Send>()).Bytes.Span);

    public SipMessage Register(
        string headers, string callId = "c1@192.0.2.4", uint? cseq = null, string to = "<sip:alice@example.test>", Flow? flow = null) =>
        Send(Request(headers, callId, cseq, to), flow);

    public byte[] Request(string headers, string callId = "c1@192.0.2.4", uint? cseq = null, string to = "<sip:alice@example.test>")
    {
        uint number = cseq ?? ++_cseq;
        _cseq = Math.Max(_cseq, number);
        return Encoding.UTF8.GetBytes(
            "REGISTER sip:example.test SIP/2.0\r\n" +
            $"Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK{++_branch}\r\n" +
            "Max-Forwards: 70\r\n" +
            "From: <sip:alice@example.test>;tag=f1\r\n" +
            $"To: {to}\r\n" +
            $"Call-ID: {callId}\r\n" +
            $"CSeq: {number} REGISTER\r\n" +
            headers + (headers.Length > 0 ? "\r\n" : "") +
            "Content-Length: 0\r\n\r\n");
    }

    /// <summary>An Authorization line for the challenge.</summary>
    public static string Authorize(
        string nonce, uint nc = 1, string user = "alice", string password = "wonderland", DigestAlgorithm algorithm = DigestAlgorithm.Sha256,
        string realm = "example.test", bool qop = true)
    {
        string count = nc.ToString("x8");
        string response = DigestResponse.Compute(
            algorithm, user, realm, password, "REGISTER", "sip:example.test", nonce, qop ? count : null, qop ? "cn" : null, qop ? "auth" : null, default);
        string token = algorithm == DigestAlgorithm.Md5 ? "MD5" : "SHA-256";
        return $"Authorization: Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"sip:example.test\", response=\"{response}\", " +
            $"algorithm={token}" + (qop ? $", cnonce=\"cn\", qop=auth, nc={count}" : "");
    }

    public string FreshNonce()
    {
        SipMessage challenge = Register("Contact: <sip:alice@192.0.2.4>");
        Assert.Equal(401, challenge.StatusCode);
        Assert.True(DigestChallenge.TryParse(challenge.Value(HeaderId.WwwAuthenticate), out DigestChallenge parsed));
        return Encoding.ASCII.GetString(parsed.Nonce);
    }

    public static string[] Lines(SipMessage message, HeaderId id)
    {
        var lines = new List<string>();
        foreach (ReadOnlySpan<byte> value in message.Values(id))
        {
            lines.Add(Encoding.UTF8.GetString(value));
        }

        return [.. lines];
    }

    public static string Text(SipMessage message) => Encoding.UTF8.GetString(message.Raw);

    public static string Describe(RegistrationState state) =>
        $"{state.AddressOfRecord}|{string.Join(';', state.Bindings)}|{string.Join(';', state.Nonces)}|" +
        string.Join(';', state.Answers.Select(answer => $"{answer.Branch},{answer.CSeq},{answer.CallIdValue},{answer.ForgetAt},{Convert.ToHexString(answer.Bytes.Span)}"));
}
