using Npgsql;

namespace Controller.Cluster.Tests.Postgres;

internal static class Connections
{
    public static NpgsqlConnection Open(string connection)
    {
        var opened = new NpgsqlConnection(connection + ";Pooling=false");
        opened.Open();
        return opened;
    }
}
