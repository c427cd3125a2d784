using Controller.Host.Admin.Config;
using Controller.Host.Configuration.Options;

namespace Controller.Host.Composition.Live;

/// <summary>Which version runs on each node: this one as it is now, the others as of their last heartbeats.</summary>
/// <param name="standing">Of this node.</param>
internal sealed class NodesRunning(NodeOptions self, Func<(long Version, string? Problem)> standing, TimeProvider clock)
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(20);

    private Func<string> _state = () => "starting";
    private Func<IReadOnlyList<NodeConfiguration>> _nodes = () => [];

    public static string Cannot(long number) => $"version {number} cannot be taken: ";

    public void Attach(Func<string> state, Func<IReadOnlyList<NodeConfiguration>> nodes) => (_state, _nodes) = (state, nodes);

    public IReadOnlyList<NodeConfiguration> Look()
    {
        (long version, string? problem) = standing();
        List<NodeConfiguration> nodes = [.. _nodes().Where(node => node.Id != self.Id), new NodeConfiguration(self.Id, self.Name, _state(), version, problem)];
        nodes.Sort((a, b) => a.Id.CompareTo(b.Id));
        return nodes;
    }

    /// <summary>Completed when the nodes that are up run it, or have told why they cannot; or after a few seconds. What they tell is read from memory.</summary>
    public async Task<ActivationAnswer> SettledAsync(long version, IReadOnlyList<string> changed)
    {
        for (long began = clock.GetTimestamp(); ; await Task.Delay(LooksEvery).ConfigureAwait(false))
        {
            IReadOnlyList<NodeConfiguration> nodes = Look();
            NodeConfiguration[] others = [.. nodes.Where(node => node.State == "up" && node.Version < version)];
            bool told = others.All(node => node.Problem?.StartsWith(Cannot(version), StringComparison.Ordinal) == true);
            if (told || clock.GetElapsedTime(began) > AnswersWithin)
            {
                return new ActivationAnswer(version, changed, others.Length == 0, nodes);
            }
        }
    }
}
