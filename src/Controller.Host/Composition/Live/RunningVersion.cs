using Controller.Cluster.Versions;
using Controller.Host.Configuration;

namespace Controller.Host.Composition.Live;

/// <param name="Head">Of number 0: the node's own file, because the active version cannot be taken here.</param>
internal sealed record RunningVersion(VersionHead Head, LoadedConfiguration Configuration)
{
    public long Number => Head.Number;
}
