namespace Controller.Edge.Listeners;

/// <summary>A listener cannot be opened. The message is one clear line for the user, like "udp 127.0.0.1:5060: address already in use".</summary>
public sealed class ListenerException : Exception
{
    public ListenerException() { }
    public ListenerException(string message) : base(message) { }
    public ListenerException(string message, Exception inner) : base(message, inner) { }
}
