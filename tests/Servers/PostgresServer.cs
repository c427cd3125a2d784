using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Controller.Servers;

/// <summary>A PostgreSQL of the tests' own, in a temporary directory, on a free port of the loopback or of another address of this machine. Ended by process id.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly string _folder, _address;
    private Process? _postmaster;

    public PostgresServer()
        : this("127.0.0.1", "")
    {
    }

    private PostgresServer(string address, string settings)
        : this(address, settings, folder => [Binary("initdb"), "-D", folder, "-U", "controller", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"])
    {
    }

    /// <param name="make">The command that makes the server's folder.</param>
    private PostgresServer(string address, string settings, Func<string, string[]> make)
    {
        _address = address;
        _folder = Directory.CreateTempSubdirectory("postgres-").FullName;
        Port = FreePort(IPAddress.Parse(address));
        if (Geteuid() == 0)
        {
            Run("chown", "postgres", _folder);
        }

        string[] command = make(Data);
        using (Process made = Launch(command[0], command[1..]))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }

        File.AppendAllText(Path.Combine(Data, "postgresql.conf"),
            "max_connections = 60\nshared_buffers = 32MB\nautovacuum_naptime = 5s\nlog_min_messages = fatal\n" + settings);
        File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), $"host all all {address}/24 trust\n");
        Start();
    }

    /// <summary>Where Debian keeps the newest server; null if none is installed.</summary>
    public static string? Installed =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Where(found => File.Exists(Path.Combine(found, "bin", "postgres"))).Order(StringComparer.Ordinal).LastOrDefault() : null;

    public int Port { get; }

    /// <summary>One that its neighbours reach.</summary>
    /// <param name="settings">Lines of postgresql.conf.</param>
    public static PostgresServer On(IPAddress address, string settings) => new(address.ToString(), settings);

    private string[] Here => ["-h", _address, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "controller"];

    private string Data => Path.Combine(_folder, "data");

    public string Connection(string database = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"Host={_address};Port={Port};Username=controller;Database={database}");

    /// <summary>A database that nobody has used.</summary>
    public string NewDatabase()
    {
        string name = "d" + Guid.NewGuid().ToString("n");
        Run(Binary("createdb"), [.. Here, name]);
        return Connection(name);
    }

    /// <summary>The one value of a query, as text.</summary>
    public string Ask(string connection, string sql)
    {
        string database = connection.Split("Database=")[1];
        using Process psql = Process.Start(new ProcessStartInfo(Binary("psql"), [.. Here, "-d", database, "-qtAc", sql]) { RedirectStandardOutput = true })!;
        string answer = psql.StandardOutput.ReadToEnd().Trim();
        psql.WaitForExit();
        return answer;
    }

    /// <summary>A streaming copy of this server, for whose confirmation every commit waits from now on.</summary>
    public PostgresServer SynchronousStandby()
    {
        var standby = new PostgresServer(_address, "", folder => [Binary("pg_basebackup"), .. Here, "-D", folder, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
        Ask(Connection(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
        Ask(Connection(), "SELECT pg_reload_conf()");
        long began = Stopwatch.GetTimestamp();
        while (Ask(Connection(), "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1")
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "the standby does not follow");
        }

        return standby;
    }

    /// <summary>The standby becomes the one that is written.</summary>
    public void Promote() => Assert.Equal("t", Ask(Connection(), "SELECT pg_promote()"));

    /// <summary>SIGKILL to the postmaster; its children follow.</summary>
    public void Kill()
    {
        _postmaster!.Kill(entireProcessTree: true);
        _postmaster.WaitForExit();
    }

    /// <summary>SIGSTOP (19) or SIGCONT (18) to the server with all its processes: a machine that hangs.</summary>
    public void Signal(int signal)
    {
        _ = SendSignal(_postmaster!.Id, signal);
        foreach (int process in Children())
        {
            _ = SendSignal(process, signal);
        }
    }

    /// <summary>Of the server with all its processes so far: the kernel's ticks, 10 ms each, in user and kernel, and of those that have ended.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromMilliseconds(10 * Children().Append(_postmaster!.Id)
        .Sum(process => StatOf(process).Skip(11).Take(4).Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))));

    public void Start()
    {
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        _postmaster = Launch(Binary("postgres"), "-D", Data, "-h", _address, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _folder);
        long began = Stopwatch.GetTimestamp();
        while (!Succeeds(Binary("pg_isready"), Here))
        {
            Assert.True(!_postmaster.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "PostgreSQL does not start");
        }
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Binary(string name) => Path.Combine(Installed ?? throw new InvalidOperationException("PostgreSQL is not installed"), "bin", name);

    /// <summary>The server refuses to run as root.</summary>
    private static Process Launch(string program, params string[] arguments) => Geteuid() == 0
        ? Process.Start(Quiet("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program, .. arguments]))!
        : Process.Start(Quiet(program, arguments))!;

    private static void Run(string program, params string[] arguments) => Assert.True(Succeeds(program, arguments), $"{program} {string.Join(' ', arguments)}");

    private static bool Succeeds(string program, params string[] arguments)
    {
        using Process process = Process.Start(Quiet(program, arguments))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static ProcessStartInfo Quiet(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("sh") { WorkingDirectory = "/", ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1", "sh", program } };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private IEnumerable<int> Children() => Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(process => StatOf(process) is [_, var parent, ..] && parent == $"{_postmaster!.Id}");

    /// <summary>What follows the name in /proc/PID/stat, from the state on; nothing if it has ended meanwhile.</summary>
    private static string[] StatOf(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint Geteuid();
}
