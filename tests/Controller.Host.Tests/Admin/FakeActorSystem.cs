using Controller.Sharding.Model;

namespace Controller.Host.Tests.Admin;

/// <summary>Actors as a dictionary: states are put in, tells are written down.</summary>
internal sealed class FakeActorSystem : IActorSystem
{
    public Dictionary<ActorId, object> States { get; } = [];
    public Dictionary<ActorId, List<(long, object)>> Histories { get; } = [];
    public List<(ActorId Actor, object Input)> Told { get; } = [];
    public bool Refuses { get; set; }
    public int Shards => 256;

    public bool Tell(ActorId actor, object input)
    {
        Told.Add((actor, input));
        return !Refuses;
    }

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class =>
        Task.FromResult<IReadOnlyList<TResult>>([.. States.Where(s => s.Key.Kind == kind).Select(s => look(s.Key, (TState)s.Value)).OfType<TResult>()]);

    public bool IsBehind(ActorId actor) => false;

    public int CountOf(ActorKind kind) => States.Keys.Count(k => k.Kind == kind);

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) =>
        Task.FromResult<IReadOnlyList<(long, object)>>(Histories.GetValueOrDefault(actor) ?? []);

    public Task DrainAsync() => Task.CompletedTask;
}
