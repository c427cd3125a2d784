using Controller.Cluster.Membership;
using Controller.Sharding.Clocks;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The arbiter in PostgreSQL, on two connections: one that only beats, one for what may have to wait for a lock. Each call ends within a few seconds whatever the
/// server and the network do.
/// </summary>
internal sealed class PostgresOwnership : IOwnershipStore, IDisposable
{
    private readonly Sessions _sessions;
    private readonly PromptSession _beating;
    private readonly LivingSession _deciding;
    private readonly ClusterClock _clock;
    private long _beats;

    /// <param name="clock">Learns the server's time with every heartbeat.</param>
    public PostgresOwnership(PostgresOptions options, Incarnation self, ClusterClock clock)
    {
        (Self, _clock) = (self, clock);
        _sessions = new Sessions(options.Connection, self.SessionName, options.AnswerWithin);
        _deciding = new LivingSession(_sessions);
        _beating = new PromptSession(new Sessions(options.Connection, self.SessionName, options.BeatWithin, waitsForDisk: false), options.BeatWithin);
    }

    public Incarnation Self { get; }

    public ClusterView Beat(BeatReport report, long knownMapVersion)
    {
        long beat = ++_beats;
        (ClusterView view, ClockReading time) = Ask(() => _beating.Run(connection => Heartbeat.Exchange(connection, Self, beat, report, knownMapVersion, _clock)));
        _clock.Learn(time);
        return view.Nodes.Any(row => row.Incarnation == Self && !row.Fenced) ? view : throw new FencedException($"node {Self} has been fenced, or another run of it has begun");
    }

    public void Enter(MemberPhase phase) => Decide(connection =>
    {
        Ownership.Enter(connection, Self, phase);
        return true;
    });

    public void Accuse(IReadOnlyList<Incarnation> targets) => Decide(connection =>
    {
        Ownership.Accuse(connection, Self, targets);
        return true;
    });

    public FenceOutcome Fence(Incarnation suspect, string cause, params IReadOnlyCollection<Incarnation> living) =>
        Decide(connection => Ownership.Fence(connection, suspect, Self, cause, living));

    public Holdings Claim(IReadOnlyList<ShardId> shards, IReadOnlyList<string> addresses, string cause) =>
        Decide(connection => Ownership.Claim(connection, Self, shards, addresses, cause));

    public Holdings HandOff(Incarnation to, IReadOnlyList<Fence> shards, IReadOnlyList<OwnedAddress> addresses) =>
        Decide(connection => Ownership.HandOff(connection, Self, to, shards, addresses));

    public void Dispose()
    {
        _beating.Dispose();
        _deciding.Dispose();
    }

    private T Decide<T>(Func<NpgsqlConnection, T> transaction) => Ask(() => _deciding.Run(transaction));

    private T Ask<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (PostgresException refused) when (refused.SqlState == Ownership.FencedNode)
        {
            throw new FencedException(refused.MessageText, refused);
        }
        catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
        {
            throw _sessions.Describe(failure);
        }
    }
}
