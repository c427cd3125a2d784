using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>A linphone without a screen or sound card: linphonec, told what to do on its standard input; it plays a tone from a file and records what it hears.</summary>
internal sealed class LinphonePhone : IPhone
{
    /// <summary>Hertz of what whoever it holds hears.</summary>
    private const int Music = 1209;

    private static readonly Regex Streams = new("Media streams established|resumed|early media");
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly StringBuilder _log = new();
    private int _recordings;

    /// <param name="user">User part of the address-of-record in example.test.</param>
    /// <param name="node">The node's access port, its registrar and route.</param>
    /// <param name="transport">udp or tcp.</param>
    /// <param name="sip">More lines of its [sip] section.</param>
    public LinphonePhone(string user, string password, int node, string transport, int tone, string sip = "")
    {
        Tone = tone;
        Directory.CreateDirectory(_folder.File(".local/share/linphone"));
        Directory.CreateDirectory(_folder.File(".config/linphone"));
        Wave.WriteTone(_folder.File("tone.wav"), tone, 180);
        Wave.WriteTone(_folder.File("music.wav"), Music, 180);
        File.WriteAllText(_folder.File("rc"), Configuration(user, password, node, transport, sip));
        _process = Command.Start("env", ["HOME=" + _folder.Path, "XDG_DATA_HOME=" + _folder.File(".local/share"), "linphonec", "-c", _folder.File("rc"), "-d", "6", "-l", _folder.File("trace")], _folder.Path);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Tell("soundcard use files");
        Play("tone");
        Tell("codec disable all");
        Eventually.True(() => Codec().Success, TimeSpan.FromSeconds(15), () => "linphone does not list its codecs:\n" + Log);
        Tell("codec enable " + Codec().Groups[1].Value);
    }

    public int Tone { get; }
    public int Established => Regex.Count(Log, "Media streams established");

    public string Log
    {
        get
        {
            lock (_gate)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>What it sent and received, among much else.</summary>
    public string Trace => File.Exists(_folder.File("trace")) ? File.ReadAllText(_folder.File("trace")) : "";

    /// <summary>Asks until it says so.</summary>
    public void ExpectRegistered(TimeSpan limit) => Eventually.True(
        () =>
        {
            Tell("status register");
            Eventually.Elapse(TimeSpan.FromSeconds(0.2));
            return Log.Contains("registered, identity=", StringComparison.Ordinal);
        },
        limit,
        () => $"not registered:\n{Log}\n{Trace}");

    public void ExpectRinging(TimeSpan limit) => Expect("Receiving new incoming call", 1, limit);

    public void ExpectEarlyMedia(TimeSpan limit) => Expect("early media", 1, limit);

    public void ExpectEstablished(int count, TimeSpan limit) => Expect("Media streams established", count, limit);

    /// <summary>It has printed this so many times.</summary>
    public void Expect(string text, int count, TimeSpan limit) => Eventually.True(() => Regex.Count(Log, Regex.Escape(text)) >= count, limit, () => $"{count} x '{text}' from linphone; it said\n{Log}");

    public void Dial(string uri)
    {
        Play("tone");
        Tell("call " + uri);
    }

    public void Accept() => Tell("answer");

    /// <summary>What is played last is played to who is held, too: something else than in the call.</summary>
    public void Hold()
    {
        Play("music");
        Tell("pause 1");
    }

    public void Resume()
    {
        Play("tone");
        Tell("resume 1");
    }

    public void Transfer(string uri) => Tell("transfer 1 " + uri);

    public void TransferToSecondCall(string uri) => Tell("transfer 1 --to-call 2");

    public void HangUp() => Tell("terminate");

    public double[] Heard()
    {
        string file = Recording(_recordings);
        return File.Exists(file) ? Wave.ReadSamples(file) : [];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    private void Play(string what) => Tell("play " + _folder.File(what + ".wav"));

    private Match Codec() => Regex.Match(Log, @"(\d+): PCMU");

    private string Recording(int number) => _folder.File($"heard{number}.wav");

    private void Keep(string? line)
    {
        // It is for the streams that are up, and forgotten with them.
        if (line is not null && Streams.IsMatch(line))
        {
            Tell("record " + Recording(Interlocked.Increment(ref _recordings)));
        }

        lock (_gate)
        {
            _log.AppendLine(line);
        }
    }

    private static string Configuration(string user, string password, int node, string transport, string sip)
    {
        int port = Ports.Free();
        return string.Create(CultureInfo.InvariantCulture, $"""
            [sip]
            sip_port={(transport == "udp" ? port : 0)}
            sip_tcp_port={(transport == "tcp" ? port : 0)}
            sip_tls_port=0
            default_proxy=0
            guess_hostname=0
            contact=<sip:{user}@127.0.0.1>
            register_only_when_network_is_up=0
            {sip}
            [net]
            firewall_policy=0
            [rtp]
            audio_rtp_port={Ports.FreeRow(8)}
            [sound]
            echocancellation=0
            [proxy_0]
            reg_proxy=<sip:127.0.0.1:{node};transport={transport}>
            reg_route=<sip:127.0.0.1:{node};transport={transport};lr>
            reg_identity=sip:{user}@example.test
            reg_expires=600
            reg_sendregister=1
            publish=0
            [auth_info_0]
            username={user}
            passwd={password}
            realm=example.test
            domain=example.test

            """);
    }
}
