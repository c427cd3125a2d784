using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>A request as Kamailio saw it; <paramref name="User"/> is that of its credentials, empty without any.</summary>
internal sealed record KamailioRequest(string Method, string Uri, string Source, string CallId, uint CSeq, int Routes, string User);

/// <summary>One Contact of a user who is registered there.</summary>
internal sealed record KamailioBinding(string User, string Contact, int Expires, string CallId, uint CSeq);

/// <summary>Kamailio as tests/interop/kamailio/proxy.cfg makes it: registrar and proxy. Ended by process id.</summary>
internal sealed class Kamailio : IDisposable
{
    private const string Probe = "probe-of-the-test-";
    /// <summary>As ul.dump calls it.</summary>
    private const string UriOfContact = "Address";
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _log = new();
    private readonly KamailioSetup _setup;
    private readonly IPEndPoint _questions;
    private Process? _process;
    private int _probes;

    public Kamailio(KamailioSetup setup)
    {
        _setup = setup;
        _questions = new IPEndPoint(setup.Address, Ports.Free());
        File.WriteAllText(_folder.File("kamailio.cfg"), setup.Text(_questions.Port));
        try
        {
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IPEndPoint Address => new(_setup.Address, _setup.Port);

    /// <summary>All it has printed.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>All that has come so far, in that order, repetitions included.</summary>
    public IReadOnlyList<KamailioRequest> Requests
    {
        get
        {
            ReadUp();
            return
            [
                .. from line in Log.Split('\n')
                   let at = line.IndexOf(": seen|", StringComparison.Ordinal)
                   where at >= 0 && !line.Contains(Probe, StringComparison.Ordinal)
                   select Seen(line[(at + 2)..].Split('|')),
            ];
        }
    }

    public IReadOnlyList<KamailioBinding> Bindings =>
    [
        .. from domain in Ask("ul.dump").GetProperty("Domains").EnumerateArray()
           from aor in domain.GetProperty("Domain").GetProperty("AoRs").EnumerateArray()
           let user = aor.GetProperty("Info")
           from contact in user.GetProperty("Contacts").EnumerateArray()
           select Bound(user.GetProperty("AoR").GetString()!, contact.GetProperty("Contact")),
    ];

    /// <summary>For the first time, or again after <see cref="Kill"/>; back when it answers.</summary>
    public void Start()
    {
        _process?.Dispose();
        _process = Command.Start("kamailio", ["-f", _folder.File("kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "4", "-Y", _folder.Path], _folder.Path);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Eventually.True(() => _process.HasExited || Answers(), TimeSpan.FromSeconds(20), () => "Kamailio is not ready:\n" + Log);
        if (_process.HasExited)
        {
            _process.WaitForExit();
            Assert.Fail("Kamailio has ended:\n" + Log);
        }
    }

    /// <summary>It does not answer from now on, or answers again; its memory stays.</summary>
    public void Silent(bool silent) => Set("silent", silent ? 1 : 0);

    /// <summary>The answer to every REGISTER, and to every call for whoever is behind once it is known who calls; 0: no more.</summary>
    public void Refuse(int status) => Set("refuse", status);

    /// <summary>A REGISTER with the right credentials is answered after so long.</summary>
    public void Delay(TimeSpan time) => Set("delay", (int)time.TotalMilliseconds);

    /// <summary>SIGKILL: what is sent to it from now on is refused by its machine.</summary>
    public void Kill()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <returns>The result of a JSON-RPC command.</returns>
    public JsonElement Ask(string method, params object[] parameters)
    {
        using UdpClient socket = new(new IPEndPoint(_setup.Address, 0));
        socket.Client.ReceiveTimeout = 5000;
        socket.Send(JsonSerializer.SerializeToUtf8Bytes(new { jsonrpc = "2.0", id = 1, method, @params = parameters }), _questions);
        IPEndPoint? from = null;
        JsonElement answer = JsonDocument.Parse(socket.Receive(ref from)).RootElement.Clone();
        Assert.True(answer.TryGetProperty("result", out JsonElement result), $"{method}: {answer}");
        return result;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            Kill();
        }

        _process?.Dispose();
        _folder.Dispose();
    }

    private void Set(string variable, int value) => Ask("pv.shvSet", variable, "int", value);

    private bool Answers()
    {
        using UdpClient socket = new(new IPEndPoint(_setup.Address, 0));
        socket.Client.ReceiveTimeout = 200;
        socket.Connect(Address);
        try
        {
            Ask(socket, 0);
            IPEndPoint? from = null;
            return Encoding.ASCII.GetString(socket.Receive(ref from)).StartsWith("SIP/2.0 200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false; // not yet
        }
    }

    /// <summary>A line stands in the log before its request is answered, but is read some time later: a request that comes now shows that all before it are read.</summary>
    private void ReadUp()
    {
        if (_process!.HasExited)
        {
            _process.WaitForExit();
            return;
        }

        using UdpClient socket = new(new IPEndPoint(_setup.Address, 0));
        socket.Connect(Address);
        string callId = Ask(socket, ++_probes);
        Eventually.True(() => _process.HasExited || Log.Contains($"|{callId}|", StringComparison.Ordinal), TimeSpan.FromSeconds(10), () => "Kamailio does not listen:\n" + Log);
    }

    /// <returns>The Call-ID.</returns>
    private static string Ask(UdpClient socket, int number)
    {
        string callId = string.Create(CultureInfo.InvariantCulture, $"{Probe}{number}"), branch = "z9hG4bK" + Guid.NewGuid().ToString("N");
        socket.Send(Encoding.ASCII.GetBytes(
            $"OPTIONS sip:probe.test SIP/2.0\r\nVia: SIP/2.0/UDP {socket.Client.LocalEndPoint};branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:test@probe.test>;tag=probe\r\n" +
            $"To: <sip:probe.test>\r\nCall-ID: {callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"));
        return callId;
    }

    private static KamailioRequest Seen(string[] said) => new(
        said[1], said[2], said[3], said[4], uint.Parse(said[5], CultureInfo.InvariantCulture), int.Parse(said[6], CultureInfo.InvariantCulture), said[7] == "<null>" ? "" : said[7]);

    private static KamailioBinding Bound(string user, JsonElement contact) => new(
        user, contact.GetProperty(UriOfContact).GetString()!, contact.GetProperty("Expires").GetInt32(), contact.GetProperty("Call-ID").GetString()!, contact.GetProperty("CSeq").GetUInt32());

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.Append(line).Append('\n');
        }
    }
}
