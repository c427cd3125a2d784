namespace Controller.Host.Console;

/// <summary>What the command line asks for.</summary>
/// <param name="ConfigFile">Null: the default configuration.</param>
/// <param name="Sets">KEY=VALUE each, in the order given; a later one wins.</param>
public sealed record Arguments(CommandName Command, string? ConfigFile, IReadOnlyList<string> Sets)
{
    private const string Simulate = "simulate";
    private static readonly string[] Options = ["--config", "--set", "--help", "--version", "--unregistered", .. RouteArguments.Options.Keys, .. ConfigArguments.Options.Keys];

    /// <summary>Of the command <see cref="CommandName.Route"/>.</summary>
    public RouteArguments Route { get; init; } = new();

    /// <summary>Of the command <see cref="CommandName.Config"/>.</summary>
    public ConfigArguments Config { get; init; } = new();

    /// <exception cref="UserErrorException">The line cannot be understood; the message is one line for the user.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        CommandName? command = null;
        string? file = null;
        List<string> sets = [];
        List<(string, string)> route = [];
        List<(string, string)> config = [];
        string verb = "";
        bool unregistered = false, simulate = false;
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            int equals = word.StartsWith("--", StringComparison.Ordinal) ? word.IndexOf('=', StringComparison.Ordinal) : -1;
            string name = equals < 0 ? word : word[..equals];
            string? inline = equals < 0 ? null : word[(equals + 1)..];
            switch (name)
            {
                case "--config" or "-c":
                    file = ValueOf(name, inline, words, ref i, "a file name");
                    break;
                case "--set" or "-s":
                    sets.Add(Pair(ValueOf(name, inline, words, ref i, "key=value")));
                    break;
                case "--help" or "-h" or "-?":
                    command = CommandName.Help;
                    break;
                case "--version":
                    command = CommandName.Version;
                    break;
                case "--unregistered":
                    unregistered = true;
                    break;
                case Simulate when command == CommandName.Route && !simulate:
                    simulate = true;
                    break;
                case var _ when command == CommandName.Config && verb.Length == 0 && ConfigArguments.Verbs.Contains(name):
                    verb = name;
                    break;
                default:
                    if (ConfigArguments.Options.TryGetValue(name, out string? number))
                    {
                        config.Add((name, ValueOf(name, inline, words, ref i, number)));
                        break;
                    }

                    if (RouteArguments.Options.TryGetValue(name, out string? expected))
                    {
                        route.Add((name, ValueOf(name, inline, words, ref i, expected)));
                        break;
                    }

                    if (name.StartsWith('-'))
                    {
                        throw new UserErrorException($"unknown option '{name}'{Nearest(name, Options)}; see 'help'");
                    }

                    if (command is not null)
                    {
                        throw new UserErrorException($"unexpected argument '{word}' after the command '{Name(command.Value)}'; see 'help'");
                    }

                    command = CommandOf(word);
                    break;
            }
        }

        if (command == CommandName.Route && !simulate)
        {
            throw new UserErrorException($"the command 'route' needs '{Simulate}'; see 'help'");
        }

        if (command == CommandName.Config && verb.Length == 0)
        {
            throw new UserErrorException($"the command 'config' needs one of {string.Join(", ", ConfigArguments.Verbs)}; see 'help'");
        }

        if (command is not (CommandName.Config or CommandName.Help) && config.Count > 0)
        {
            throw new UserErrorException($"option '{config[0].Item1}' is for 'config'; see 'help'");
        }

        if (command is not (CommandName.Route or CommandName.Help) && (unregistered || route.Count > 0))
        {
            throw new UserErrorException($"option '{(route.Count > 0 ? route[0].Item1 : "--unregistered")}' is for 'route simulate'; see 'help'");
        }

        return new Arguments(command ?? CommandName.Run, file, sets)
        {
            Route = new RouteArguments { Values = route, IsUnregistered = unregistered },
            Config = new ConfigArguments { Verb = verb, Values = config },
        };
    }

    private static CommandName CommandOf(string word)
    {
        foreach (CommandName name in Enum.GetValues<CommandName>())
        {
            if (Name(name) == word)
            {
                return name;
            }
        }

        throw new UserErrorException($"unknown command '{word}'{Nearest(word, Enum.GetValues<CommandName>().Select(Name))}; see 'help'");
    }

    private static string ValueOf(string name, string? inline, IReadOnlyList<string> words, ref int i, string expected)
    {
        string? value = inline ?? (i + 1 < words.Count ? words[++i] : null);
        return string.IsNullOrEmpty(value) ? throw new UserErrorException($"option '{name}' needs {expected}; see 'help'") : value;
    }

    private static string Pair(string pair) => pair.IndexOf('=', StringComparison.Ordinal) > 0
        ? pair
        : throw new UserErrorException($"option '--set' needs key=value, got '{pair}'");

    private static string Name(CommandName command) => command.ToString().ToLowerInvariant();

    private static string Nearest(string word, IEnumerable<string> known) =>
        NearestWord.To(word, known) is { } near ? $"; did you mean '{near}'?" : "";
}
