using Controller.Cluster.Addresses;
using Controller.Cluster.Links;
using Controller.Edge.Listeners;
using Controller.Host.Console;
using Controller.Sharding.Journal;

namespace Controller.Host.Composition;

/// <summary>Failures of a start that the user can do something about, as the one line that says what.</summary>
public static class StartFailure
{
    /// <summary>Null for a defect of ours.</summary>
    public static UserErrorException? Explain(Exception failed) => failed switch
    {
        UserErrorException user => user,
        JournalException journal => new UserErrorException(OneLine(journal.Message), journal),
        AddressException address => new UserErrorException(OneLine(address.Message), address),
        LinkException link => new UserErrorException(OneLine(link.Message), link),
        ListenerException listener => new UserErrorException(OneLine(listener.Message), listener),
        IOException or UnauthorizedAccessException => new UserErrorException(OneLine(failed.Message), failed),
        _ => null,
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
