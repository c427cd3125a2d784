namespace Controller.Edge.Resolution.Wire;

/// <summary>What one query asks for, in class IN.</summary>
/// <param name="Name">As <see cref="DomainNames.TryNormalise"/> writes it.</param>
internal readonly record struct DnsQuestion(string Name, RecordType Type);
