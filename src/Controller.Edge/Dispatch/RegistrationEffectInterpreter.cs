using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Edge.Flows;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;

namespace Controller.Edge.Dispatch;

/// <summary>Performs what an address-of-record decided. On the journal's or a loop's thread: every branch returns at once.</summary>
internal sealed class RegistrationEffectInterpreter(ISipSender sender, IActorSystem system, EdgeInstruments instruments) : IEffectInterpreter<RegistrationEffect>
{
    /// <summary>A look-up and its answer stay inside: however late, somebody waits for them.</summary>
    public bool IsSend(RegistrationEffect effect) => effect is RegistrationEffect.Send;

    public void Release(ActorId actor, RegistrationEffect effect, Instant decidedAt)
    {
        switch (effect)
        {
            case RegistrationEffect.Send send:
                sender.Send(send.To, send.Bytes, "", actor);
                break;
            case RegistrationEffect.TellBindings tell:
                if (!system.Tell(tell.Call, new CallInput.BindingsFound(tell.Lookup, tell.Bindings)))
                {
                    instruments.DispatchRefused();
                }

                break;
        }
    }
}
