using Controller.Cluster.Sqlite;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Tests.Sqlite;

/// <summary>Another process that has the journal open, or says why it cannot.</summary>
internal static class Holder
{
    public static int Run(string path)
    {
        try
        {
            using SqliteJournal journal = SqliteJournal.Open(path);
            Console.WriteLine("open");
            Console.In.ReadToEnd();
            return 0;
        }
        catch (JournalException refused)
        {
            Console.WriteLine(refused.Message);
            return 1;
        }
    }
}
