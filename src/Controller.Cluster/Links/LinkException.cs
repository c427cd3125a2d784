namespace Controller.Cluster.Links;

/// <summary>The links cannot be opened. The message is one clear line for the user, like "cluster.link.listen 10.9.0.1:5070: address already in use".</summary>
public sealed class LinkException : Exception
{
    public LinkException() { }
    public LinkException(string message) : base(message) { }
    public LinkException(string message, Exception inner) : base(message, inner) { }
}
