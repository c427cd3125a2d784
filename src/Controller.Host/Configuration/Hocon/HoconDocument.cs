namespace Controller.Host.Configuration.Hocon;

/// <summary>One parsed text with all it includes, before substitution.</summary>
/// <param name="Root">Its fields.</param>
/// <param name="ReferencedRoots">First elements of all substitution paths: names that are used although nothing else knows them.</param>
internal sealed record HoconDocument(HoconNode.Map Root, IReadOnlySet<string> ReferencedRoots);
