using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Edge.Flows;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Edge;

/// <summary>
/// The node towards the network. Order of life: construct, give its interpreters to the engine, <see cref="Open"/>, let the engine
/// recover (what it re-emits can already be sent), <see cref="Start"/>, <see cref="StopAccepting"/>, let the engine drain, dispose.
/// </summary>
public sealed class EdgeNode : IDisposable
{
    public EdgeNode(EdgeOptions options, IActorSystem system, SettingsSource<ControllerSettings> settings, TimeProvider? clock = null)
    {
        _ = (options, system, settings, clock);
    }

    /// <summary>The listeners of the settings with the ports that the system chose; in the same order. Empty before <see cref="Open"/>.</summary>
    public IReadOnlyList<ListenerSettings> Bound { get; } = [];

    public ISipSender Sender => throw new NotImplementedException();
    public IEffectInterpreter<CallEffect> CallEffects => throw new NotImplementedException();
    public IEffectInterpreter<RegistrationEffect> RegistrationEffects => throw new NotImplementedException();

    /// <summary>Binds every listener of the current settings.</summary>
    /// <exception cref="Listeners.ListenerException">A port is taken or an address is not ours; nothing stays bound.</exception>
    public void Open() => throw new NotImplementedException();

    /// <summary>Begins to read.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Takes no more connections and reads no more messages; what the actors still send goes out.</summary>
    public void StopAccepting() => throw new NotImplementedException();

    public void Dispose() { }
}
