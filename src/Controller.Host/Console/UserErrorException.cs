namespace Controller.Host.Console;

/// <summary>Something the user must change. The message is one clear line: it is all that is printed.</summary>
public sealed class UserErrorException : Exception
{
    public UserErrorException() { }
    public UserErrorException(string message) : base(message) { }
    public UserErrorException(string message, Exception inner) : base(message, inner) { }
}
