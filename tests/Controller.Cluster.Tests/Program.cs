using Controller.Cluster.Tests.Addresses;
using Controller.Cluster.Tests.Postgres;
using Controller.Cluster.Tests.Sqlite;

// Not the tests (dotnet test runs those): what they start, and what a person runs to measure.
//   append PATH         appends for ever and prints the number of each batch once it is acknowledged
//   churn PATH          the same with actors that come and go
//   insist PATH         the same one by one, each batch until it is stored; says "failed: WHY" when it was not
//   hold PATH           opens the journal, says so, and waits for the end of its input
//   lease ADDRESS DEVICE   holds a floating address and obeys its input: trust, distrust, drop
//   lock CONNECTION NODE   holds the lock of a node in PostgreSQL, in a transaction, until the end of its input
//   measure DIRECTORY   prints the cost of a row at several sizes of commit
//   measure-paced DIRECTORY SECONDS   the same at 500 commits a second
//   measure-recovery DIRECTORY   prints what it takes to open a journal of 100,000 actors that live, and to read them
switch (args)
{
    case ["append", var path]:
        return Appender.Run(path);
    case ["churn", var path]:
        return Churn.Run(path);
    case ["insist", var path]:
        return Churn.Insist(path);
    case ["hold", var path]:
        return Holder.Run(path);
    case ["lease", var address, var device]:
        return Leaseholder.Run(address, device);
    case ["lock", var connection, var node]:
        return Standstill.Run(connection, node);
    case ["measure", var directory]:
        return Measurement.Run(directory);
    case ["measure-paced", var directory, var seconds]:
        return Measurement.Run(directory, int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
    case ["measure-recovery", var directory]:
        return RecoveryMeasurement.Run(directory);
    default:
        Console.Error.WriteLine("append PATH | churn PATH | insist PATH | hold PATH | lease ADDRESS DEVICE | lock CONNECTION NODE | measure DIRECTORY | measure-paced DIRECTORY SECONDS | measure-recovery DIRECTORY");
        return 2;
}
