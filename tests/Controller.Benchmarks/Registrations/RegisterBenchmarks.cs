using System.Buffers;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tests.Registrations;
using Controller.Benchmarks.Harness;
using Controller.Benchmarks.Journals;
using Controller.Cluster.Sqlite;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Benchmarks.Registrations;

/// <summary>What telephones do all day: a REGISTER that refreshes, its digest checked.</summary>
internal static class RegisterBenchmarks
{
    private const int Together = 20;

    public static IEnumerable<Benchmark> All =>
    [
        new("register: refresh with digest (SHA-256), decided", () => Subject.Of(Refresh())),
        new($"register: refresh with digest, encoded and committed ({Together} a commit, SQLite)", Durable, Shared: true),
    ];

    /// <summary>From the datagram to the answer: copied and indexed, through mailbox, loop, digest, decision and commit, until the 200 may leave.</summary>
    public static IEnumerable<ProcessorBenchmark> Processor =>
    [
        new("register: refresh with digest (MD5) through the engine, in memory, one thread", () => Through(new InMemoryJournal(threaded: false), pumped: true)),
        new($"register: refresh with digest (MD5) through the engine, SQLite, {RegisteringEngine.InFlight} in flight", () =>
        {
            string path = Path.Combine(Directory.CreateTempSubdirectory("bench-").FullName, "journal.db");
            return Through(SqliteJournal.Open(path), pumped: false, new TemporaryFolder(Path.GetDirectoryName(path)!));
        }),
    ];

    private static Subject Through(IJournal journal, bool pumped, params IDisposable[] more)
    {
        var engine = new RegisteringEngine(journal, pumped);
        return new Subject(_ => engine.Refresh(), [engine, journal, .. more])
        {
            Together = RegisteringEngine.InFlight,
            MakeReady = engine.MakeReady,
        };
    }

    /// <summary>A binding that is there already is asked for again, with the next count of the nonce.</summary>
    public static Func<Decision<RegistrationState, RegistrationEvent, RegistrationEffect>> Refresh()
    {
        const string Contact = "Contact: <sip:alice@192.0.2.4>\r\n";
        var registrar = new Registrar();
        string nonce = registrar.FreshNonce();
        Assert.Equal(200, registrar.Register(Contact + Registrar.Authorize(nonce)).StatusCode);
        RegistrationState before = registrar.State;
        var input = new RegistrationInput.RegisterReceived(SipMessage.Copy(registrar.Request(Contact + Registrar.Authorize(nonce, nc: 2))), Registrar.Phone);
        var context = new ActorContext<ControllerSettings>(registrar.Self, registrar.Now, registrar.Settings);
        return () => Registration.Decide(before, input, context);
    }

    /// <summary>The count of a nonce is kept in memory only.</summary>
    private static RegistrationEvent[] Stored(Decision<RegistrationState, RegistrationEvent, RegistrationEffect> decision) =>
        [.. decision.Events.Where(happened => Registration.DurabilityOf(happened) != Durability.Volatile)];

    private static Subject Durable()
    {
        var refresh = Refresh();
        Assert.NotEmpty(Stored(refresh()));
        var codec = new RegistrationEventCodec();
        string path = Path.Combine(Directory.CreateTempSubdirectory("bench-").FullName, "journal.db");
        SqliteJournal journal = SqliteJournal.Open(path);
        var load = new JournalLoad(journal, payloadBytes: 0);
        return new Subject(operations =>
        {
            for (int done = 0; done < operations; done += Together)
            {
                load.Commit(Together, () =>
                {
                    var into = new ArrayBufferWriter<byte>();
                    codec.Encode(Stored(refresh()), into);
                    return into.WrittenMemory;
                });
            }
        }, journal, new TemporaryFolder(Path.GetDirectoryName(path)!))
        {
            Together = Together,
        };
    }
}
