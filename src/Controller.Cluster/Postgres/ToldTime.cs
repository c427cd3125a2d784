namespace Controller.Cluster.Postgres;

/// <summary>The time that a node had when it sent its last heartbeat, and what the server's clock showed when that came.</summary>
internal readonly record struct ToldTime(int Node, bool IsUp, DateTimeOffset Clock, DateTimeOffset At);
