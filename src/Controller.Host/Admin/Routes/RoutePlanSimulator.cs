using System.Globalization;
using Controller.Actors.Calls.Events;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Host.Admin.Calls;
using Controller.Host.Configuration;
using Controller.Host.Rehearsal;
using Controller.Sharding.Runtime;

namespace Controller.Host.Admin.Routes;

/// <summary>Asks the function that routes calls, with the settings that run now, or with those of a candidate.</summary>
/// <param name="calls">The INVITEs to compare come from the journals of these.</param>
/// <param name="candidate">Reads a text as the running configuration was read.</param>
public sealed class RoutePlanSimulator(
    SettingsSource<ControllerSettings> settings, ICallDirectory calls, Func<string, ConfigurationResult> candidate, TimeProvider clock) : IRouteSimulator
{
    /// <summary>How many of the calls that would go elsewhere are named.</summary>
    private const int MostNamed = 100;

    public RouteAnswer Simulate(RouteQuestion question)
    {
        ControllerSettings now = settings.Current;
        return RouteAnswers.Of(now, Request(question).Build(now));
    }

    public async Task<RouteComparison> CompareAsync(RouteQuestion question)
    {
        ControllerSettings now = settings.Current;
        ConfigurationResult read = candidate(question.Configuration ?? "");
        if (read.Configuration is not { } configuration)
        {
            throw new FormatException("configuration: " + string.Join("; ", read.Problems));
        }

        // Ports that the system chose are those of the running listeners, where they are the same; what was measured is no configuration.
        ControllerSettings next = configuration.Settings(now.Secret, []) with { Quality = now.Quality };
        RouteAnswer? running = null, other = null;
        bool differs = false;
        if (IsAsked(question))
        {
            RouteRequest before = Request(question).Build(now), after = Request(question).Build(next);
            (running, other) = (RouteAnswers.Of(now, before), RouteAnswers.Of(next, after));
            differs = !RouteOutcome.Of(now, before).IsSame(RouteOutcome.Of(next, after));
        }

        return new RouteComparison(running, other, differs, await RecentAsync(now, next, question.Recent ?? 0).ConfigureAwait(false));
    }

    private static bool IsAsked(RouteQuestion question) => !string.IsNullOrEmpty(question.Uri) || question.Invite is not null;

    private RehearsedRequest Request(RouteQuestion question) => new(question.Uri ?? "")
    {
        Realm = question.Realm,
        Source = question.Source,
        User = question.User,
        Method = question.Method ?? "INVITE",
        Headers = question.Headers ?? [],
        At = question.At,
        Otherwise = clock.GetUtcNow(),
        IsRegistered = question.Registered ?? true,
        Text = question.Invite,
    };

    private async Task<RecentCalls> RecentAsync(ControllerSettings now, ControllerSettings next, int most)
    {
        var changed = new List<ChangedCall>();
        int examined = 0, count = 0;
        foreach (CallView call in most == 0 ? [] : (await calls.FindAsync(new CallQuery(null, null, most)).ConfigureAwait(false)).Items)
        {
            UInt128 key = UInt128.Parse(call.Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            IReadOnlyList<(long Sequence, object Event)> history = await calls.HistoryAsync(key).ConfigureAwait(false);

            // A call that has ended meanwhile has no history any more.
            if (history.Select(row => row.Event).OfType<CallEvent.Received>().FirstOrDefault() is not { } received)
            {
                continue;
            }

            RouteOutcome before = RouteOutcome.Of(now, RouteRequest.Again(now, received, key)), after = RouteOutcome.Of(next, RouteRequest.Again(next, received, key));
            examined++;
            if (!before.IsSame(after))
            {
                count++;
                if (changed.Count < MostNamed)
                {
                    changed.Add(new ChangedCall(call.Id, call.From, call.To, before.ToString(), after.ToString()));
                }
            }
        }

        return new RecentCalls(examined, count, changed);
    }
}
