namespace Controller.Cluster.Sqlite.Log;

/// <summary>Where a record stands: in which commit, behind how many octets of it, and how long it is.</summary>
internal readonly record struct RowPlace(long Commit, int Offset, int Length);
