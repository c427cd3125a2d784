namespace Controller.Host.Console;

public enum CommandName : byte
{
    Run,
    Check,
    Demo,
    Route,
    Config,
    Help,
    Version,
}
