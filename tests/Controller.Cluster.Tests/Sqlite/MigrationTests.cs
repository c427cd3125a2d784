using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>A file of the layout before, a table row for each row of an actor, goes on in the present one.</summary>
public sealed class MigrationTests : IDisposable
{
    private const int Actors = 300;
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory.File("journal.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void All_that_a_file_of_the_old_layout_has_is_there()
    {
        byte[] secret = Make(rows: true);
        for (int opened = 0; opened < 2; opened++)
        {
            using SqliteJournal journal = SqliteJournal.Open(Path);
            Assert.Equal(opened == 0 ? new Instant(1_000_000 + (4 * Actors) - 1) : new Instant(2_000_000), journal.Newest);
            JournalClaim claim = journal.Claim(Appender.Shards);
            Assert.Equal(secret, claim.Secret.ToArray());
            Assert.Equal(8 + opened, claim.Fences[5].Epoch.Value);
            Assert.Equal([7L, 8L], journal.ReadOutbox(10).Take(2).Select(record => record.Id));
            Assert.Equal(Appender.Record(8), journal.ReadOutbox(10)[1].Payload.ToArray());
            int rows = 0;
            journal.Recover(Appender.Shards, row =>
            {
                rows++;
                Assert.Equal(Appender.Payload((int)(ulong)row.Actor.Key, row.Sequence), row.Payload.ToArray());
            });
            Assert.Equal((4 * Actors) + opened, rows);

            // An actor whose first rows are superseded goes on behind its last.
            ActorId actor = Of(3);
            Assert.Equal([4L, 5L, 6L, 7L], journal.Load(actor).Select(row => row.Sequence).Take(4));
            var next = new TestBatch(new JournalEntry(
                actor, 8 + opened, claim.Fences[actor.ShardOf(256).Value], new Instant(2_000_000), Appender.Payload(3, 8 + opened), false, false, new byte[] { 1 }));
            journal.Append(next);
            Assert.IsType<AppendResult.Appended>(next.Wait());
            Assert.Equal(9 + opened, journal.ReadOutbox(10)[^1].Id);
        }
    }

    [Fact]
    public void Ids_of_the_outbox_that_were_given_do_not_return()
    {
        Make(rows: false);
        using SqliteJournal journal = SqliteJournal.Open(Path);
        JournalClaim claim = journal.Claim(Appender.Shards);
        Assert.Empty(journal.ReadOutbox(10));
        Assert.Equal(Instant.Zero, journal.Newest);
        var first = new TestBatch(new JournalEntry(Of(0), 1, claim.Fences[0], default, default, false, false, new byte[] { 1 }));
        journal.Append(first);
        Assert.IsType<AppendResult.Appended>(first.Wait());
        Assert.Equal(9, journal.ReadOutbox(10).Single().Id);
    }

    [Fact]
    public void A_row_of_the_old_layout_that_is_not_what_was_written_is_told_and_the_file_stays_as_it_is()
    {
        Make(rows: true);
        using (Database database = Database.Open(Path, create: false))
        {
            database.Execute("UPDATE journal SET crc = crc + 1 WHERE rowid = 77");
        }

        for (int time = 0; time < 2; time++)
        {
            JournalException told = Assert.Throws<JournalException>(() => SqliteJournal.Open(Path));
            Assert.Contains("is corrupt (row ", told.Message, StringComparison.Ordinal);
            Assert.Contains("is not what was written", told.Message, StringComparison.Ordinal);
        }

        using Database after = Database.Open(Path, create: false);
        Assert.Equal(2, after.ReadInteger("PRAGMA user_version"));
        Assert.Equal(4 * Actors, after.ReadInteger("SELECT count(*) FROM journal"));
    }

    private static ActorId Of(int number) => new(new ActorKind(2), new UInt128((ulong)(number % 256) << 48, (ulong)number));

    /// <summary>Four rows of each actor, written in turn, as an old program would have left them.</summary>
    private byte[] Make(bool rows)
    {
        SqliteLibrary.Ensure();
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        using Database database = Database.Open(Path, create: true);
        database.Execute("PRAGMA journal_mode = WAL; BEGIN");
        foreach (string script in (string[])["0001-journal.sql", "0002-configuration.sql"])
        {
            using Stream stream = typeof(SqliteJournal).Assembly.GetManifestResourceStream("Controller.Cluster.Sqlite.Migrations." + script)!;
            using var reader = new StreamReader(stream);
            database.Execute(reader.ReadToEnd());
        }

        database.Execute("PRAGMA user_version = 2; INSERT INTO shard (shard, epoch) VALUES (5, 7)");
        database.Prepare("INSERT INTO meta (name, value) VALUES ('secret', ?1)").Bind(1, secret).Run();
        Statement row = database.Prepare("INSERT INTO journal (actor, seq, shard, epoch, at, crc, payload) VALUES (?1, ?2, ?3, 7, ?4, ?5, ?6)");
        for (int i = 0; rows && i < 4 * Actors; i++)
        {
            (int sequence, int actor) = (4 + (i / Actors), i % Actors);
            byte[] payload = Appender.Payload(actor, sequence);
            row.Bind(1, StoredActor.Of(Of(actor))).Bind(2, sequence).Bind(3, Of(actor).ShardOf(256).Value).Bind(4, 1_000_000 + i)
                .Bind(5, Checksum.Of(payload)).Bind(6, payload).Run();
        }

        Statement outbox = database.Prepare("INSERT INTO outbox (id, payload) VALUES (?1, ?2)");
        outbox.Bind(1, 7).Bind(2, Appender.Record(7)).Run();
        outbox.Bind(1, 8).Bind(2, Appender.Record(8)).Run();
        if (!rows)
        {
            database.Execute("DELETE FROM outbox");
        }

        database.Execute("COMMIT");
        return secret;
    }
}
