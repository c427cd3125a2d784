using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>A process that holds its node's lock as a writer does, in the middle of a transaction: to be stopped there.</summary>
internal static class Standstill
{
    public static int Run(string connection, string node)
    {
        using NpgsqlConnection writer = Connections.Open(connection);
        using NpgsqlTransaction writing = writer.BeginTransaction();
        using var hold = new NpgsqlCommand($"SELECT pg_advisory_xact_lock_shared(21314, {node})", writer);
        hold.ExecuteNonQuery();
        Console.WriteLine("locked");
        Console.In.ReadToEnd();
        return 0;
    }
}
