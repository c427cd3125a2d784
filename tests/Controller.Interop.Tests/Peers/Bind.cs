using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>BIND with one zone, carrier.test, on a free port of the loopback or of another address of this machine. Ended by process id.</summary>
internal sealed class Bind : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _log = new();
    private readonly Process _process;

    /// <param name="records">Lines of the zone; names are within it unless they end with a dot.</param>
    public Bind(params string[] records)
        : this(IPAddress.Loopback, records)
    {
    }

    /// <inheritdoc cref="Bind(string[])"/>
    public Bind(IPAddress here, params string[] records)
    {
        Address = new IPEndPoint(here, Ports.Free());
        File.WriteAllText(_folder.File("zone"), $"$TTL 60\n@ SOA ns root 1 60 60 60 60\n@ NS ns\nns A {here}\n{string.Join('\n', records)}\n");
        File.WriteAllText(_folder.File("named.conf"), string.Create(CultureInfo.InvariantCulture, $$"""
            options {
              directory "{{_folder.Path}}"; pid-file none; session-keyfile none; lock-file none;
              listen-on port {{Port}} { {{here}}; }; listen-on-v6 { none; };
              recursion no; dnssec-validation no;
            };
            controls { };
            zone "carrier.test" { type primary; file "zone"; };
            """));

        // Where it is installed it may read its own folders only (AppArmor goes by the path of the program).
        string program = _folder.File("named");
        File.Copy("/usr/sbin/named", program);
        _process = Command.Start(program, ["-g", "-4", "-n", "1", "-c", _folder.File("named.conf")], _folder.Path);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
        try
        {
            Eventually.True(() => _process.HasExited || Log.Contains(" running\n", StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => "named is not ready:\n" + Log);
            Assert.False(_process.HasExited, "named has ended:\n" + Log);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IPEndPoint Address { get; }

    public int Port => Address.Port;

    private string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
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

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
