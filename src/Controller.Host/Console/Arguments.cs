namespace Controller.Host.Console;

/// <summary>What the command line asks for.</summary>
/// <param name="ConfigFile">Null: the default configuration.</param>
/// <param name="Sets">KEY=VALUE each, in the order given; a later one wins.</param>
public sealed record Arguments(CommandName Command, string? ConfigFile, IReadOnlyList<string> Sets)
{
    private static readonly string[] Options = ["--config", "--set", "--help", "--version"];

    /// <exception cref="UserErrorException">The line cannot be understood; the message is one line for the user.</exception>
    public static Arguments Parse(IReadOnlyList<string> words)
    {
        CommandName? command = null;
        string? file = null;
        List<string> sets = [];
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
                default:
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

        return new Arguments(command ?? CommandName.Run, file, sets);
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
