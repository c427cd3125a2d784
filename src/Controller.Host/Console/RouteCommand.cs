using System.Globalization;
using System.Text;
using System.Text.Json;
using Controller.Actors.Policies;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Server;
using Controller.Host.Configuration;
using Controller.Host.Rehearsal;

namespace Controller.Host.Console;

/// <summary>
/// <c>route simulate</c>: what would become of a request, by the configuration of the command line, and why; nothing is opened. With <c>--recent</c> the node
/// that runs is asked which of its calls that configuration would send elsewhere.
/// </summary>
public static class RouteCommand
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, TextWriter errors)
    {
        RouteArguments route = arguments.Route;
        if (route.Last("--uri") is null && route.Last("--invite") is null && route.Last("--recent") is null)
        {
            throw new UserErrorException("'route simulate' needs --uri, --invite or --recent; see 'help'");
        }

        ConfigurationResult result = ConfigurationLoader.Load(arguments.ConfigFile, arguments.Sets, ProcessEnvironment.Read());
        if (result.Configuration is not { } configuration)
        {
            foreach (ConfigurationProblem problem in result.Problems)
            {
                await errors.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            return 1;
        }

        if (route.Last("--uri") is not null || route.Last("--invite") is not null)
        {
            await output.WriteAsync(Rehearse(configuration.Settings(new byte[32], []), route)).ConfigureAwait(false);
        }

        if (route.Last("--recent") is { } recent)
        {
            await output.WriteAsync(await CompareAsync(arguments, configuration, recent).ConfigureAwait(false)).ConfigureAwait(false);
        }

        return 0;
    }

    private static string Rehearse(ControllerSettings settings, RouteArguments route)
    {
        try
        {
            RouteAnswer answer = RouteAnswers.Of(settings, new RehearsedRequest(route.Last("--uri") ?? "")
            {
                Realm = route.Last("--realm"),
                Source = route.Last("--source"),
                User = route.Last("--user"),
                Method = route.Last("--method") ?? "INVITE",
                Headers = [.. route.Values.Where(value => value.Option == "--header").Select(value => value.Value)],
                At = route.Last("--at"),
                Otherwise = TimeProvider.System.GetUtcNow(),
                IsRegistered = !route.IsUnregistered,
                Text = route.Last("--invite") is { } file ? Text(file) : null,
            }.Build(settings));
            var text = new StringBuilder();
            foreach (string line in answer.Trace)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{answer.Decision}{(answer.Status is { } status ? $" {status}" : "")}{(answer.Route is { } name ? $" by route {name}" : "")}\n");
            foreach (RouteTargetView target in answer.Targets)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {(target.Trunk is null ? "bindings of" : target.Trunk)} {target.Uri}\n");
            }

            return text.ToString();
        }
        catch (FormatException bad)
        {
            throw new UserErrorException(bad.Message, bad);
        }
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--invite: {failed.Message}", failed);
        }
    }

    private static async Task<string> CompareAsync(Arguments arguments, LoadedConfiguration configuration, string recent)
    {
        if (!int.TryParse(recent, NumberStyles.None, CultureInfo.InvariantCulture, out int most) || most is < 1 or > RouteQuestion.MostRecent)
        {
            throw new UserErrorException($"--recent: '{recent}' is not a number from 1 to {RouteQuestion.MostRecent}");
        }

        if (arguments.ConfigFile is not { } file)
        {
            throw new UserErrorException("--recent needs --config: the candidate");
        }

        string body = JsonSerializer.Serialize(new RouteQuestion { Configuration = Text(file), Recent = most }, AdminJson.Default.RouteQuestion);
        RecentCalls calls = (await AdminClient.PostAsync(configuration.Host.Admin, "routes/simulate", body, "application/json", AdminJson.Default.RouteComparison).ConfigureAwait(false)).Recent;
        return string.Concat(
            [$"{calls.Changed} of {calls.Examined} calls would go elsewhere\n", .. calls.Items.Select(call => $"  {call.Id} {call.From} -> {call.To}\n    now       {call.Running}\n    candidate {call.Candidate}\n")]);
    }
}
