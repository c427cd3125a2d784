using Controller.Cluster.Membership;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Versions;

/// <summary>The configurations that were activated, beside the journal. Each call blocks, and ends within a few seconds; any thread.</summary>
/// <exception cref="JournalException">Not reachable, or no answer in time: whether something was added is not known.</exception>
/// <exception cref="FencedException">This incarnation has been fenced or replaced, and may add nothing.</exception>
public interface IConfigurationVersions
{
    /// <summary>The active one; null: there has never been any.</summary>
    ConfigurationVersion? Newest();

    /// <summary>Null: there is none of that number, or none any more.</summary>
    ConfigurationVersion? Find(long number);

    /// <summary>All that are kept, newest first.</summary>
    IReadOnlyList<VersionHead> List();

    /// <summary>Makes it the active one, if the active one is the number before it. Of two who add the same number, one does.</summary>
    /// <param name="keep">So many of the newest are kept.</param>
    /// <returns>False: another is active, nothing was added.</returns>
    bool Add(ConfigurationVersion next, int keep);
}
