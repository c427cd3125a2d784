using System.Globalization;
using System.Text;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Server;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Options;

namespace Controller.Host.Console;

/// <summary>
/// <c>config …</c>: asks the node that runs, which is the one that the configuration of the command line names. Of a file given with <c>--config</c> goes what may change
/// live; without one, the node is asked about its own.
/// </summary>
public static class ConfigCommand
{
    /// <returns>The exit code: 1 also if a configuration is wrong, or is active and not everywhere.</returns>
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, TextWriter errors)
    {
        ConfigurationResult result = ConfigurationLoader.Load(arguments.ConfigFile, arguments.Sets, ProcessEnvironment.Read());
        if (result.Configuration is not { } configuration)
        {
            foreach (ConfigurationProblem problem in result.Problems)
            {
                await errors.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            return 1;
        }

        AdminOptions admin = configuration.Host.Admin;
        string? body = arguments.ConfigFile is null ? null : configuration.LiveText;
        (bool right, string text) = arguments.Config.Verb switch
        {
            "validate" => Checked(await CheckAsync(admin, body).ConfigureAwait(false), inFull: false),
            "diff" => Checked(await CheckAsync(admin, body).ConfigureAwait(false), inFull: true),
            "activate" => Activated(await PostAsync(admin, "config/activate" + arguments.Config.Query("--expect", "--by"), body).ConfigureAwait(false)),
            "rollback" => Activated(await PostAsync(admin, "config/rollback" + arguments.Config.Query("--to", "--expect", "--by"), null).ConfigureAwait(false)),
            "versions" => (true, Listed(await AdminClient.GetAsync(admin, "config/versions", AdminJson.Default.VersionList).ConfigureAwait(false))),
            _ => Shown(await AdminClient.GetAsync(admin, "config", AdminJson.Default.ConfigurationAnswer).ConfigureAwait(false)),
        };
        await output.WriteAsync(text).ConfigureAwait(false);
        return right ? 0 : 1;
    }

    private static Task<ConfigurationCheck> CheckAsync(AdminOptions admin, string? body) =>
        AdminClient.PostAsync(admin, "config/validate", body, "text/plain", AdminJson.Default.ConfigurationCheck);

    private static Task<ActivationAnswer> PostAsync(AdminOptions admin, string path, string? body) =>
        AdminClient.PostAsync(admin, path, body, "text/plain", AdminJson.Default.ActivationAnswer);

    private static (bool Right, string Text) Checked(ConfigurationCheck check, bool inFull)
    {
        var text = new StringBuilder();
        foreach (string line in check.Problems.Concat(check.Notes))
        {
            text.Append(line).Append('\n');
        }

        foreach (KeyChange change in check.NeedsRestart)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Line(change)}: cannot change while the node runs\n");
        }

        if (inFull)
        {
            foreach (KeyChange change in check.Changes)
            {
                text.Append(Line(change)).Append('\n');
            }
        }

        bool right = check.Valid && check.NeedsRestart.Count == 0;
        text.Append(right ? $"ok: {check.Changes.Count} keys differ from version {check.Version}\n" : "");
        return (right, text.ToString());
    }

    private static (bool Right, string Text) Activated(ActivationAnswer answer)
    {
        string changed = answer.Changed.Count == 0 ? "nothing" : string.Join(", ", answer.Changed);
        return (answer.Complete, $"version {answer.Version} is active; changed: {changed}\n{Nodes(answer.Nodes)}");
    }

    private static (bool Right, string Text) Shown(ConfigurationAnswer answer) => (
        answer.Problem is null,
        $"version {answer.Version} ({answer.Cause}, by {answer.By}, {Time(answer.At)}){(answer.Active == answer.Version ? "" : $"; version {answer.Active} is active")}\n{Nodes(answer.Nodes)}");

    private static string Listed(VersionList list) =>
        string.Concat(list.Items.Select(item => $"{(item.Running ? '*' : ' ')} {item.Version} {Time(item.At)} {item.Cause}, by {item.By} {item.Hash[..12]}\n"));

    private static string Nodes(IReadOnlyList<NodeConfiguration> nodes) =>
        string.Concat(nodes.Select(node => $"  {node.Id} {node.Name} {node.State}: {node.Version}{(node.Problem is null ? "" : ": " + node.Problem)}\n"));

    private static string Line(KeyChange change) => $"{change.Key}: {change.Before ?? "nothing"} -> {change.After ?? "nothing"}";

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
