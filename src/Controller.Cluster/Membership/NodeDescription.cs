namespace Controller.Cluster.Membership;

/// <summary>What a node tells the arbiter of itself when it joins.</summary>
/// <param name="Name">For people.</param>
/// <param name="Level">Of its software: which events it can read and write.</param>
/// <param name="Link">Host and port where the other nodes reach it.</param>
public sealed record NodeDescription(string Name, NodeRoles Roles, int Level, string Link);
