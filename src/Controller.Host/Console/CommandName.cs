namespace Controller.Host.Console;

public enum CommandName : byte
{
    Run,
    Check,
    Demo,
    Help,
    Version,
}
