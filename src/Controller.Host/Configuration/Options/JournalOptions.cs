namespace Controller.Host.Configuration.Options;

public enum JournalKind
{
    Sqlite,
    Postgres,
}

public sealed record JournalOptions
{
    public JournalKind Kind { get; init; } = JournalKind.Sqlite;
    public string SqliteFile { get; init; } = "data/journal.db";

    /// <summary>A connection string; holds a password as a rule, so it is never printed.</summary>
    public string PostgresConnection { get; init; } = "Host=127.0.0.1;Port=5432;Username=controller;Database=controller";

    /// <summary>True: run without a synchronous standby.</summary>
    public bool PostgresAllowSingle { get; init; }

    public override string ToString() => $"JournalOptions {{ Kind = {Kind}, SqliteFile = {SqliteFile}, PostgresAllowSingle = {PostgresAllowSingle} }}";
}
