namespace Controller.Host.Admin.Calls;

/// <summary>The calls that live now.</summary>
public interface ICallDirectory
{
    Task<IReadOnlyList<CallView>> FindAsync(Func<CallView, bool> matches);

    /// <summary>Null if no such call lives.</summary>
    Task<CallView?> GetAsync(UInt128 key);

    Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(UInt128 key);

    /// <returns>False if the node is too busy to take the order.</returns>
    bool HangUp(UInt128 key);
}
