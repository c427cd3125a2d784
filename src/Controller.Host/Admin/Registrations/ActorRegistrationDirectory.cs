using Controller.Actors;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Registrations;

/// <summary>Asks the actors themselves, each on its own loop.</summary>
/// <param name="view">Copies what an operator sees out of a state; null for an address without a binding.</param>
public sealed class ActorRegistrationDirectory<TState>(IActorSystem actors, Func<ActorId, TState, RegistrationView?> view) : IRegistrationDirectory
    where TState : class
{
    public async Task<RegistrationList> FindAsync(string? search, int limit)
    {
        IReadOnlyList<RegistrationView> found = await actors.InspectAsync<TState, RegistrationView>(
            ActorKinds.Registration, (id, state) => view(id, state) is { } registration && (search is null || registration.Contains(search)) ? registration : null).ConfigureAwait(false);
        return new RegistrationList(found.Count, RegistrationList.First(found, limit));
    }
}
