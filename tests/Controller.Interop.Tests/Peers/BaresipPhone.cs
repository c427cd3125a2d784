using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>
/// A baresip softphone without a screen or sound card: it plays a tone of its own from a file and records what it hears to a file;
/// controlled over its JSON interface (netstrings on TCP).
/// </summary>
internal sealed class BaresipPhone : IPhone
{
    /// <summary>In its log: the answer to an INVITE of its own, without what stands between the fields of one dialog.</summary>
    private static readonly Regex Answers = new(
        @"SIP/2\.0 200 [^\n]*\n(?:(?!\r?\n\r?\n)[\s\S])*?From: [^\n]*;tag=(?<from>[^;\s]+)[^\n]*\nTo: [^\n]*;tag=(?<to>[^;\s]+)[^\n]*\nCall-ID: (?<id>\S+)\s*\nCSeq: \d+ INVITE");

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Socket _control;
    private readonly Thread _reader;
    private readonly Lock _gate = new();
    private readonly List<(string Type, string Peer)> _events = [];
    private readonly StringBuilder _log = new();

    /// <param name="user">User part of the address-of-record in example.test.</param>
    /// <param name="node">The node's access port, used as outbound proxy.</param>
    /// <param name="transport">udp or tcp.</param>
    /// <param name="tone">Hertz of the tone it plays into a call.</param>
    public BaresipPhone(string user, string password, int node, string transport, int tone)
    {
        Tone = tone;
        int control = Ports.Free();
        // Longer than any call: it hangs up at the end of the file.
        Wave.WriteTone(_folder.File("tone.wav"), tone, 180);
        Directory.CreateDirectory(Recordings);
        File.WriteAllText(_folder.File("config"), Configuration(control));
        File.WriteAllText(_folder.File("contacts"), "");
        File.WriteAllText(_folder.File("accounts"),
            $"<sip:{user}@example.test;transport={transport}>;auth_user={user};auth_pass={password};outbound=\"sip:127.0.0.1:{node};transport={transport}\";regint=600;audio_codecs=PCMU/8000/1\n");
        _process = Command.Start("baresip", ["-f", _folder.Path, "-v", "-s"], _folder.Path);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _control = Connect(control);
        _reader = new Thread(ReadEvents) { IsBackground = true, Name = "baresip " + user };
        _reader.Start();
    }

    public int Tone { get; }
    public int Established => Count("CALL_ESTABLISHED");
    private string Recordings => _folder.File("recordings");

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

    public int Count(string type)
    {
        lock (_gate)
        {
            return _events.Count(happened => happened.Type == type);
        }
    }

    public void Expect(string type, int count, TimeSpan limit) =>
        Eventually.True(() => Count(type) >= count, limit, () => $"{count} x {type} from baresip; it said\n{Log}");

    /// <summary>From its log: it registers before anyone can listen to its events.</summary>
    public void ExpectRegistered(TimeSpan limit) => Eventually.True(() => Log.Contains(" binding", StringComparison.Ordinal), limit, () => "not registered:\n" + Log);

    /// <summary>Its registration was answered with this status, and that was the end of it.</summary>
    public void ExpectRefused(int status, TimeSpan limit) =>
        Eventually.True(() => Log.Split('\n').Any(line => line.Contains("reg: ", StringComparison.Ordinal) && line.Contains($" {status} ", StringComparison.Ordinal)), limit, () => "not refused:\n" + Log);

    public void Dial(string uri) => Tell("dial", uri);

    public void Accept() => Tell("accept", "");

    public void HangUp() => Tell("hangup", "");

    public void Hold() => Tell("hold", "");

    public void Resume() => Tell("resume", "");

    public void Transfer(string uri) => Tell("transfer", uri);

    /// <summary>It has no command for this: it is given the Refer-To (RFC 3891 section 3: "the to-tag parameter is compared to the local tag" of who is asked).</summary>
    public void TransferToSecondCall(string uri)
    {
        Match answered = Answers.Matches(Log)[^1];
        string dialog = $"{answered.Groups["id"].Value};to-tag={answered.Groups["to"].Value};from-tag={answered.Groups["from"].Value}";
        Tell("line", "1");
        Transfer($"<{uri}?Replaces={Uri.EscapeDataString(dialog)}>");
    }

    public void ExpectRinging(TimeSpan limit) => Expect("CALL_INCOMING", 1, limit);

    public void ExpectEarlyMedia(TimeSpan limit) => Expect("CALL_PROGRESS", 1, limit);

    public void ExpectEstablished(int count, TimeSpan limit) => Expect("CALL_ESTABLISHED", count, limit);

    /// <summary>The decoded audio of the latest call.</summary>
    public double[] Heard()
    {
        string? latest = Directory.GetFiles(Recordings, "*-dec.wav").Order(StringComparer.Ordinal).LastOrDefault();
        return latest is null ? [] : Wave.ReadSamples(latest);
    }

    public void Dispose()
    {
        _control.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private void Tell(string command, string parameters)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new { command, @params = parameters, token = command });
        _control.Send([.. Encoding.ASCII.GetBytes(json.Length + ":"), .. json, (byte)',']);
    }

    private void ReadEvents()
    {
        var pending = new List<byte>();
        byte[] buffer = new byte[8192];
        try
        {
            for (int length = _control.Receive(buffer); length > 0; length = _control.Receive(buffer))
            {
                pending.AddRange(buffer.AsSpan(0, length));
                while (TakeNetstring(pending) is { } text)
                {
                    using JsonDocument json = JsonDocument.Parse(text);
                    if (json.RootElement.TryGetProperty("type", out JsonElement type))
                    {
                        string peer = json.RootElement.TryGetProperty("peeruri", out JsonElement uri) ? uri.ToString() : "";
                        lock (_gate)
                        {
                            _events.Add((type.ToString(), peer));
                        }
                    }
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The phone is being put away.
        }
    }

    private static string? TakeNetstring(List<byte> pending)
    {
        int colon = pending.IndexOf((byte)':');
        if (colon < 0)
        {
            return null;
        }

        int length = int.Parse(Encoding.ASCII.GetString([.. pending.Take(colon)]), System.Globalization.CultureInfo.InvariantCulture);
        if (pending.Count < colon + length + 2)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString([.. pending.Skip(colon + 1).Take(length)]);
        pending.RemoveRange(0, colon + length + 2);
        return text;
    }

    private Socket Connect(int port)
    {
        Socket? connected = null;
        Eventually.True(() => (connected = TryConnect(port)) is not null, TimeSpan.FromSeconds(10), () => "baresip does not open its control port:\n" + Log);
        return connected!;
    }

    private static Socket? TryConnect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private void Keep(string? line)
    {
        lock (_gate)
        {
            _log.AppendLine(line);
        }
    }

    private string Configuration(int control)
    {
        int media = Ports.FreeRow(10);
        string modules = Directory.GetDirectories("/usr/lib", "baresip").Concat(Directory.GetDirectories("/usr/local/lib", "baresip")).First() + "/modules";
        return $"""
            poll_method epoll
            sip_listen 127.0.0.1:{Ports.FreeRow(2)}
            net_interface 127.0.0.1
            rtp_ports {media}-{media + 9}
            audio_source aufile,{_folder.File("tone.wav")}
            audio_player aubridge,none
            audio_alert aubridge,none
            ausrc_srate 8000
            auplay_srate 8000
            ausrc_channels 1
            auplay_channels 1
            ringback_disabled yes
            call_max_calls 4
            module_path {modules}
            module g711.so
            module sndfile.so
            module aufile.so
            module aubridge.so
            module_tmp uuid.so
            module_tmp account.so
            module_app menu.so
            module_app ctrl_tcp.so
            ctrl_tcp_listen 127.0.0.1:{control}
            snd_path {Recordings}

            """;
    }
}
