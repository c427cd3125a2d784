using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Scenarios;

/// <summary>
/// Third-party SIPp scenarios, unmodified, on both sides of a real node, over UDP and over TCP. They are used from beside the checkout and skipped where they are not.
/// One alone: <c>SCENARIOS="E01 G03" tests/run --interop FullyQualifiedName~ScenarioTests</c>.
/// </summary>
[Trait("Category", "Peers")]
public sealed class ScenarioTests(ScenarioBatch batch) : IClassFixture<ScenarioBatch>
{
    public static TheoryData<string> Names => [.. ScenarioBatch.Runs.Select(run => run.Name)];

    [NeedsTheory("sipp", Needs.ThirdParty)]
    [MemberData(nameof(Names))]
    public async Task Both_sides_of_a_scenario_succeed(string name)
    {
        string failure = await batch.ResultOf(name);
        Assert.True(failure.Length == 0, $"{name}: {failure}\nnode:\n{batch.Node.Log}");
    }

    [NeedsFact("sipp", Needs.ThirdParty)]
    public async Task Nothing_is_left_of_them_in_the_node()
    {
        await batch.AllResults();
        batch.Node.AssertNoStackTrace();
        Eventually.True(() => batch.Node.Admin.Calls() == 0, TimeSpan.FromSeconds(70), () => batch.Node.Admin.Get("/api/v1/calls").ToString());
    }

    [NeedsFact(Needs.ThirdParty)]
    public void Every_scenario_of_the_index_is_played_or_has_a_reason_why_not()
    {
        IEnumerable<string> index = File.ReadLines(Path.Combine(Repository.ThirdPartyScenarios!, "index.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1].Trim().TrimStart('*'))
            .Where(id => id.Length > 2 && char.IsAsciiLetterUpper(id[0]) && (char.IsAsciiDigit(id[1]) || id[1] == '-'));
        var played = ScenarioCatalogue.All.Select(scenario => scenario.Id).ToHashSet();
        Assert.All(index, id => Assert.True(played.Contains(id) != ScenarioCatalogue.Left.Keys.Any(left => id.StartsWith(left, StringComparison.Ordinal)), id));
    }
}
