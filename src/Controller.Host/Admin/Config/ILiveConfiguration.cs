namespace Controller.Host.Admin.Config;

/// <summary>The configuration that runs here and in the cluster. A text of null is the node's own file with what it includes.</summary>
public interface ILiveConfiguration
{
    /// <summary>What is wrong with it, or what it would change. Nothing changes.</summary>
    ConfigurationCheck Validate(string? text);

    /// <summary>Takes it over on every node, whole, or on none. Completed when all that are up have told what became of it, or after a few seconds.</summary>
    /// <param name="expect">The version that has to be active; null: the one that runs here.</param>
    /// <param name="by">Who wants it, for people.</param>
    Task<Activation> ActivateAsync(string? text, long? expect, string by);

    /// <summary>Makes a new version of the text of an older one.</summary>
    /// <param name="to">Null: the one before that which runs.</param>
    /// <inheritdoc cref="ActivateAsync"/>
    Task<Activation> RollBackAsync(long? to, long? expect, string by);

    ConfigurationAnswer Look();

    /// <exception cref="Sharding.Journal.JournalException">They cannot be read now.</exception>
    VersionList Versions();
}
