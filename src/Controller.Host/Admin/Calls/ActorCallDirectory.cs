using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Calls;

/// <summary>Asks the actors themselves, each on its own loop.</summary>
/// <param name="view">Copies what an operator sees out of a state; null for an actor that is no call yet.</param>
public sealed class ActorCallDirectory<TState>(IActorSystem actors, Func<ActorId, TState, CallView?> view) : ICallDirectory
    where TState : class
{
    public async Task<CallList> FindAsync(CallQuery query)
    {
        IReadOnlyList<CallView> found = await actors.InspectAsync<TState, CallView>(
            ActorKinds.Call, (id, state) => view(id, state) is { } call && query.Matches(call) ? call : null).ConfigureAwait(false);
        return new CallList(found.Count, query.Newest(found));
    }

    public async Task<IReadOnlyDictionary<string, int>> TrunksInUseAsync()
    {
        IReadOnlyList<string> used = await actors.InspectAsync<TState, string>(ActorKinds.Call, (id, state) => view(id, state)?.Trunk).ConfigureAwait(false);
        return used.GroupBy(trunk => trunk).ToDictionary(calls => calls.Key, calls => calls.Count());
    }

    public async Task<CallView?> GetAsync(UInt128 key)
    {
        IReadOnlyList<CallView> found = await actors.InspectAsync<TState, CallView>(
            ActorKinds.Call, (id, state) => id.Key == key ? view(id, state) : null).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(UInt128 key) => actors.HistoryAsync(new ActorId(ActorKinds.Call, key));

    public bool HangUp(UInt128 key) => actors.Tell(new ActorId(ActorKinds.Call, key), CallInput.HangUp.Instance);
}
