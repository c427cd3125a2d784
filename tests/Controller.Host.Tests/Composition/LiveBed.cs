using System.Net;
using Controller.Actors.Policies;
using Controller.Cluster.Sqlite;
using Controller.Cluster.Versions;
using Controller.Host.Admin.Config;
using Controller.Host.Composition.Live;
using Controller.Host.Configuration;
using Controller.Sharding.Runtime;
using Microsoft.Extensions.Logging;

namespace Controller.Host.Tests.Composition;

/// <summary>The live configuration of one node, or of several that share a store: each with a file of its own, over a real journal.</summary>
internal sealed class LiveBed : IDisposable
{
    public const string Text = """
        controller {
          node { id = 1, name = sbc1 }
          realms { access {}, core { trust = trusted } }
          listeners = [ { realm = access, transport = udp, listen = "127.0.0.1:5060" }, { realm = core, transport = tcp, listen = "127.0.0.1:5061" } ]
          registrar { domains = ["example.test"], users { alice { password = secret-of-alice } } }
          trunks { carrier-a { realm = core, endpoints = [ { uri = "sip:192.0.2.2;transport=tcp" } ] } }
          routes = [ { name = users, match { domain = "example.test" }, to = registered }, { name = rest, to = carrier-a } ]
          calls { no-answer = 60s }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("controller-live-").FullName;
    private readonly SqliteJournal _journal;
    private readonly List<Node> _nodes = [];

    public LiveBed() => _journal = SqliteJournal.Open(Journal);

    public string Journal => Path.Combine(_folder, "journal.db");

    public IConfigurationVersions Versions => _journal.Versions;

    public string File(int node) => Path.Combine(_folder, $"{node}.conf");

    /// <summary>A run of a node, which may be one after others.</summary>
    public Node Start(int node = 1, string text = Text, bool alone = true)
    {
        Write(node, text);
        var started = new Node(this, node, alone);
        _nodes.Add(started);
        return started;
    }

    public void Write(int node, string text) => System.IO.File.WriteAllText(File(node), text);

    public void Dispose()
    {
        _nodes.ForEach(node => node.Live.Dispose());
        _journal.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed class Node
    {
        private readonly LiveBed _bed;

        public Node(LiveBed bed, int id, bool alone)
        {
            _bed = bed;
            ConfigurationSource source = new(bed.File(id), [$"controller.node.id={id}", $"controller.node.name=sbc{id}"], new Dictionary<string, string>());
            ConfigurationResult read = source.Read();
            Assert.Empty(read.Problems);
            Id = id;
            Live = new LiveConfiguration(source, read.Configuration!, bed.Versions, alone, TimeProvider.System, new Logger<LiveConfiguration>(Log));
            (LoadedConfiguration running, long version) = Live.Begin();
            Settings = new SettingsSource<ControllerSettings>(running.Settings(new byte[32], [new(IPAddress.Loopback, 5060), new(IPAddress.Loopback, 5061)], version));
            Live.Attach(Settings, () => "up", alone ? () => [] : bed.Nodes);
        }

        public int Id { get; }

        public LiveConfiguration Live { get; }

        public SettingsSource<ControllerSettings> Settings { get; }

        public LogLines Log { get; } = new();

        public long Version => Live.Standing.Version;

        public TimeSpan NoAnswer => Settings.Current.Calls.NoAnswer;

        public string Edited(string from, string to)
        {
            string text = System.IO.File.ReadAllText(_bed.File(Id));
            Assert.Contains(from, text, StringComparison.Ordinal);
            return text.Replace(from, to, StringComparison.Ordinal);
        }

        public void Edit(string from, string to) => _bed.Write(Id, Edited(from, to));
    }

    private IReadOnlyList<NodeConfiguration> Nodes() => [.. _nodes.Select(node => new NodeConfiguration(node.Id, $"sbc{node.Id}", "up", node.Live.Standing.Version, node.Live.Standing.Problem))];
}

/// <summary>What was logged last, as text.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private const int Kept = 200;
    private readonly Queue<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Enqueue(formatter(state, exception));
            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }

    public void Dispose()
    {
    }
}
