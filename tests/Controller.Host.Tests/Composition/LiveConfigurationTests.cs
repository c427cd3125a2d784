using Controller.Actors.Routing.Quality;
using Controller.Cluster.Versions;
using Controller.Host.Admin.Config;
using Controller.Host.Composition.Live;
using Controller.Sharding.Model;

namespace Controller.Host.Tests.Composition;

public sealed class LiveConfigurationTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LiveBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void The_first_version_is_the_file()
    {
        LiveBed.Node node = _bed.Start();
        ConfigurationAnswer look = node.Live.Look();
        Assert.Equal((1L, 1L, "start", "sbc1", null), (look.Version, look.Active, look.Cause, look.By, look.Problem));
        Assert.Equal([new NodeConfiguration(1, "sbc1", "up", 1, null)], look.Nodes);
        Assert.Equal([1L], node.Live.Versions().Items.Select(item => item.Version));
    }

    [Fact]
    public async Task The_changed_file_is_taken_over_whole_and_rolled_back()
    {
        LiveBed.Node node = _bed.Start();
        node.Edit("no-answer = 60s", "no-answer = 61s");
        Activation done = await node.Live.ActivateAsync(null, null, "alice");
        Assert.Equal((2L, true), (done.Answer!.Version, done.Answer.Complete));
        Assert.Equal(["controller.calls.no-answer"], done.Answer.Changed);
        Assert.Equal((2L, TimeSpan.FromSeconds(61)), (node.Settings.Current.Version, node.NoAnswer));

        done = await node.Live.RollBackAsync(null, null, "bob");
        Assert.Equal((3L, TimeSpan.FromSeconds(60)), (done.Answer!.Version, node.NoAnswer));
        done = await node.Live.RollBackAsync(2, 3, "bob");
        Assert.Equal((4L, TimeSpan.FromSeconds(61)), (done.Answer!.Version, node.NoAnswer));
        Assert.Equal(
            [(4L, "rollback to 2", "bob", true), (3L, "rollback to 1", "bob", false), (2L, "file", "alice", false), (1L, "start", "sbc1", false)],
            node.Live.Versions().Items.Select(item => (item.Version, item.Cause, item.By, item.Running)));
    }

    [Fact]
    public async Task What_was_measured_goes_on()
    {
        LiveBed.Node node = _bed.Start();
        QualitySnapshot seen = new([new("carrier-a", new AttemptTally(40, 10, 0, 0))], 20);
        node.Settings.Swap(now => now with { Quality = seen });
        node.Edit("no-answer = 60s", "no-answer = 61s");
        Assert.NotNull((await node.Live.ActivateAsync(null, null, "alice")).Answer);
        Assert.Equal(TimeSpan.FromSeconds(61), node.NoAnswer);
        Assert.Same(seen, node.Settings.Current.Quality);
    }

    /// <summary>Also what could not be given live before: a trunk comes with its defaults of health.</summary>
    [Fact]
    public async Task A_trunk_comes_and_goes()
    {
        LiveBed.Node node = _bed.Start();
        string text = node.Edited("trunks {", "trunks { carrier-b { realm = core, endpoints = [ { uri = \"sip:192.0.2.3;transport=tcp\" } ] },");
        Assert.NotNull((await node.Live.ActivateAsync(text, null, "alice")).Answer);
        Assert.Contains("carrier-b", node.Settings.Current.Trunks.Keys);
        Assert.NotNull((await node.Live.ActivateAsync(null, null, "alice")).Answer);
        Assert.DoesNotContain("carrier-b", node.Settings.Current.Trunks.Keys);
    }

    [Fact]
    public async Task What_differs_in_nothing_makes_no_version()
    {
        LiveBed.Node node = _bed.Start();
        node.Edit("no-answer = 60s", "no-answer = 1m");
        Activation done = await node.Live.ActivateAsync(null, null, "alice");
        Assert.Equal(1, done.Answer!.Version);
        Assert.Empty(done.Answer.Changed);
        Assert.Single(node.Live.Versions().Items);
    }

    [Fact]
    public async Task What_is_wrong_changes_nothing_and_says_why()
    {
        LiveBed.Node node = _bed.Start();
        object before = node.Settings.Current;
        foreach ((string from, string to, ActivationRefusal why, string says) in new[]
        {
            ("no-answer = 60s", "no-answer = soon", ActivationRefusal.Invalid, "controller.calls.no-answer: \"soon\" cannot be used"),
            ("to = carrier-a", "to = carrier-x", ActivationRefusal.Invalid, "carrier-x"),
            ("routes = [", "routes = ", ActivationRefusal.Invalid, "'{' stands where"),
            ("name = rest, to = carrier-a", "name = rest, to = carrier-a, tests = [ { given { uri = \"sip:1@x\" }, expect { status = 404 } } ]", ActivationRefusal.Invalid, "tests[0]"),
            ("127.0.0.1:5060", "127.0.0.1:5070", ActivationRefusal.NeedsRestart, "controller.listeners[0].listen cannot change while the node runs"),
        })
        {
            Activation refused = await node.Live.ActivateAsync(node.Edited(from, to), null, "alice");
            Assert.Equal((null, why), (refused.Answer, refused.Why));
            Assert.Contains(says, string.Join('\n', refused.Refused), StringComparison.Ordinal);
            Assert.Contains(node.Log.Lines, line => line.Contains(says, StringComparison.Ordinal));
        }

        Assert.Same(before, node.Settings.Current);
        Assert.Single(node.Live.Versions().Items);
    }

    /// <summary>Listeners and whatever else is a node's own need not be said; without them it stands for every node.</summary>
    [Fact]
    public async Task A_text_without_the_nodes_own_sections_is_whole()
    {
        LiveBed.Node node = _bed.Start();
        Activation done = await node.Live.ActivateAsync("controller { realms { access {}, core {} }, calls.no-answer = 7s }", null, "alice");
        Assert.Equal(2, done.Answer!.Version);
        Assert.Equal(TimeSpan.FromSeconds(7), node.NoAnswer);
        Assert.Empty(node.Settings.Current.Trunks);
        Assert.Equal(2, node.Settings.Current.Listeners.Length);
        Assert.Equal(5060, node.Settings.Current.Listeners[0].Listen.Port);
    }

    [Fact]
    public void A_check_shows_the_difference_and_no_secret()
    {
        LiveBed.Node node = _bed.Start();
        string text = node.Edited("secret-of-alice", "another-secret").Replace("no-answer = 60s", "no-answer = 5s", StringComparison.Ordinal).Replace("name = sbc1", "name = other", StringComparison.Ordinal);
        ConfigurationCheck check = node.Live.Validate(text);
        Assert.True(check.Valid);
        Assert.Equal(1, check.Version);
        Assert.Equal([new KeyChange("controller.calls.no-answer", "1m", "5s"), new KeyChange("controller.registrar.users.alice.password", "…", "…")], check.Changes);
        // Of the command line, which goes before every text.
        Assert.Empty(check.NeedsRestart);
        check = node.Live.Validate(text.Replace("5061", "5099", StringComparison.Ordinal));
        Assert.Equal([new KeyChange("controller.listeners[1].listen", "127.0.0.1:5061", "127.0.0.1:5099")], check.NeedsRestart);
        check = node.Live.Validate("controller.callz = 1");
        Assert.False(check.Valid);
        Assert.Contains(check.Problems, problem => problem.StartsWith("candidate:1: controller.callz: unknown key", StringComparison.Ordinal));
        Assert.Equal(1, node.Version);
    }

    [Fact]
    public async Task Who_expects_another_version_gets_a_conflict()
    {
        LiveBed.Node node = _bed.Start();
        Activation refused = await node.Live.ActivateAsync(node.Edited("60s", "61s"), 2, "alice");
        Assert.Equal(ActivationRefusal.Conflict, refused.Why);
        Assert.Equal("version 1 is active (start, by sbc1), not 2: look at the difference, and activate again", refused.Refused[0]);
        Assert.NotNull((await node.Live.ActivateAsync(node.Edited("60s", "61s"), 1, "alice")).Answer);
        Assert.Equal(ActivationRefusal.Conflict, (await node.Live.ActivateAsync(node.Edited("60s", "62s"), 1, "bob")).Why);
        Assert.Equal(ActivationRefusal.Conflict, (await node.Live.RollBackAsync(1, 1, "bob")).Why);
        Assert.Equal((2L, TimeSpan.FromSeconds(61)), (node.Version, node.NoAnswer));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_rolled_back_to()
    {
        LiveBed.Node node = _bed.Start();
        foreach (long? to in new long?[] { null, 0, 2, 99 })
        {
            Assert.Equal(ActivationRefusal.Unknown, (await node.Live.RollBackAsync(to, null, "alice")).Why);
        }

        Assert.Equal(1, node.Version);
    }

    [Fact]
    public async Task Old_versions_are_pruned()
    {
        LiveBed.Node node = _bed.Start();
        for (int i = 1; i <= LiveConfiguration.Kept + 5; i++)
        {
            Assert.NotNull((await node.Live.ActivateAsync(node.Edited("60s", $"{100 + i}s"), null, "alice")).Answer);
        }

        IReadOnlyList<VersionView> items = node.Live.Versions().Items;
        Assert.Equal(LiveConfiguration.Kept, items.Count);
        Assert.Equal((56L, 7L), (items[0].Version, items[^1].Version));
        Assert.Equal(ActivationRefusal.Unknown, (await node.Live.RollBackAsync(6, null, "alice")).Why);
        Assert.NotNull((await node.Live.RollBackAsync(7, null, "alice")).Answer);
    }

    [Fact]
    public async Task A_restart_goes_on_with_what_was_active()
    {
        LiveBed.Node node = _bed.Start();
        await node.Live.ActivateAsync(node.Edited("60s", "61s"), null, "alice");
        node = _bed.Start();
        Assert.Equal((2L, TimeSpan.FromSeconds(61)), (node.Version, node.NoAnswer));
        Assert.Contains(node.Log.Lines, line => line == "configuration 2 is active (request, by alice) and goes before the file of this node, which differs in controller.calls.no-answer");
        Assert.Equal(2, node.Settings.Current.Listeners.Length);
    }

    [Fact]
    public async Task A_file_that_was_changed_while_a_node_alone_was_down_is_the_next_version()
    {
        LiveBed.Node node = _bed.Start();
        await node.Live.ActivateAsync(node.Edited("60s", "61s"), null, "alice");
        node = _bed.Start(text: node.Edited("60s", "62s"));
        Assert.Equal((3L, TimeSpan.FromSeconds(62)), (node.Version, node.NoAnswer));
        Assert.Equal(["configuration 3 runs (start, by sbc1); changed: the file of this node, since it was last read"], node.Log.Lines);
    }

    [Fact]
    public async Task Every_node_of_a_cluster_takes_the_version_and_keeps_its_own_sections()
    {
        LiveBed.Node first = _bed.Start(1, alone: false), second = _bed.Start(2, LiveBed.Text.Replace(":5060", ":5070", StringComparison.Ordinal), alone: false);
        Assert.Equal((1L, 1L), (first.Version, second.Version));
        second.Edit("60s", "61s");
        Task<Activation> activation = second.Live.ActivateAsync(null, null, "alice");
        first.Live.Learn(2);
        Activation done = await activation;
        Assert.True(done.Answer!.Complete);
        Assert.Equal([new NodeConfiguration(1, "sbc1", "up", 2, null), new NodeConfiguration(2, "sbc2", "up", 2, null)], done.Answer.Nodes);
        Assert.Equal((TimeSpan.FromSeconds(61), TimeSpan.FromSeconds(61)), (first.NoAnswer, second.NoAnswer));
        Assert.Contains(first.Log.Lines, line => line == "configuration 2 runs (file, by alice); changed: controller.calls.no-answer");

        // A change of a file alone is nothing in a cluster: whoever comes back takes what is active.
        second = _bed.Start(2, second.Edited("61s", "99s"), alone: false);
        Assert.Equal((2L, TimeSpan.FromSeconds(61)), (second.Version, second.NoAnswer));
        Assert.Contains(second.Log.Lines, line => line.Contains("goes before the file of this node, which differs in controller.calls.no-answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_nodes_that_activate_at_once_one_wins()
    {
        LiveBed.Node first = _bed.Start(1, alone: false), second = _bed.Start(2, alone: false);
        Task<Activation>[] both = [first.Live.ActivateAsync(first.Edited("60s", "61s"), null, "a"), second.Live.ActivateAsync(second.Edited("60s", "62s"), null, "b")];
        first.Live.Learn(2);
        second.Live.Learn(2);
        Activation[] outcome = await Task.WhenAll(both);
        Assert.Single(outcome, activation => activation.Why == ActivationRefusal.Conflict);
        Assert.Equal(2, Assert.Single(outcome, activation => activation.Answer is not null).Answer!.Version);
        Assert.True(SpinWait.SpinUntil(() => first.Version == 2 && second.Version == 2, Patience));
        Assert.Equal(first.NoAnswer, second.NoAnswer);
    }

    /// <summary>Every node has the same file, and every one is told to read it again.</summary>
    [Fact]
    public async Task The_same_from_two_nodes_is_one_version()
    {
        LiveBed.Node first = _bed.Start(1, alone: false), second = _bed.Start(2, alone: false);
        first.Edit("60s", "61s");
        second.Edit("60s", "61s");
        Activation[] outcome = await Task.WhenAll(first.Live.ActivateAsync(null, null, "a"), second.Live.ActivateAsync(null, null, "b"));
        Assert.All(outcome, activation => Assert.Equal(2, activation.Answer!.Version));
        Assert.Equal((2L, 2L, 2), (first.Version, second.Version, first.Live.Versions().Items.Count));
    }

    [Fact]
    public async Task A_node_that_cannot_take_a_version_keeps_what_runs_and_says_so()
    {
        // The table is in a file that only the first node has: each reads its own.
        string rates = Path.Combine(Path.GetDirectoryName(_bed.File(1))!, "rates.csv");
        File.WriteAllText(rates, "prefix,trunk,price\n49,carrier-a,0.01\n");
        LiveBed.Node first = _bed.Start(1, alone: false), second = _bed.Start(2, alone: false);
        string text = first.Edited("routes = [", $"tables {{ t {{ file = \"{rates}\" }} }}\n routes = [");
        Task<Activation> activation = first.Live.ActivateAsync(text, null, "alice");
        Assert.Equal(2, first.Version);
        File.Delete(rates);
        second.Live.Learn(2);
        Activation done = await activation;
        Assert.Equal((2L, false), (done.Answer!.Version, done.Answer.Complete));
        Assert.Contains("rates.csv: no such file", done.Answer.Nodes[1].Problem, StringComparison.Ordinal);
        Assert.StartsWith("version 2 cannot be taken: ", second.Live.Look().Problem, StringComparison.Ordinal);
        Assert.Equal((1L, 2L), (second.Live.Look().Version, second.Live.Look().Active));
        Assert.Contains(second.Log.Lines, line => line.StartsWith("configuration 1 goes on here although another one is active: ", StringComparison.Ordinal));

        // It takes the next one that it can.
        File.WriteAllText(rates, "prefix,trunk,price\n49,carrier-a,0.02\n");
        activation = first.Live.RollBackAsync(1, null, "alice");
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                second.Live.Learn(3);
                return second.Version == 3;
            }, Patience));
        Assert.True((await activation).Answer!.Complete);
        Assert.Null(second.Live.Look().Problem);
    }

    /// <summary>It began with a text that a newer program wrote, or whose files are not here: its own file is better than nothing.</summary>
    [Fact]
    public void A_node_that_cannot_take_the_active_version_at_its_start_runs_its_file()
    {
        Assert.True(_bed.Versions.Add(new ConfigurationVersion(new VersionHead(1, "hash", "", new Instant(0), "a newer one", "file"), "{\"controller\":{\"calls\":{\"a-key-of-tomorrow\":1}}}"), 5));
        LiveBed.Node node = _bed.Start(alone: false);
        Assert.Equal((0L, TimeSpan.FromSeconds(60)), (node.Version, node.NoAnswer));
        Assert.Contains("controller.calls.a-key-of-tomorrow: unknown key", node.Live.Look().Problem, StringComparison.Ordinal);
    }
}
