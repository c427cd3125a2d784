namespace Controller.Host.Admin.Calls;

/// <summary>The calls that live now.</summary>
public interface ICallDirectory
{
    Task<CallList> FindAsync(CallQuery query);

    /// <summary>How many calls use each trunk; those that none uses are absent.</summary>
    Task<IReadOnlyDictionary<string, int>> TrunksInUseAsync();

    /// <summary>Null if no such call lives.</summary>
    Task<CallView?> GetAsync(UInt128 key);

    Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(UInt128 key);

    /// <returns>False if the node is too busy to take the order.</returns>
    bool HangUp(UInt128 key);
}
