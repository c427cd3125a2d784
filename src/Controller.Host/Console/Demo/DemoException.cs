namespace Controller.Host.Console.Demo;

/// <summary>The demonstration did not go as it should; the message says where.</summary>
public sealed class DemoException : Exception
{
    public DemoException() { }
    public DemoException(string message) : base(message) { }
    public DemoException(string message, Exception inner) : base(message, inner) { }
}
