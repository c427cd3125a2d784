using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Edge.Flows;
using Controller.Edge.Resolution;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;

namespace Controller.Edge.Dispatch;

/// <summary>Performs what a call decided. On the journal's or a loop's thread: every branch returns at once.</summary>
internal sealed class CallEffectInterpreter(ISipSender sender, TargetResolver resolver, IActorSystem system, EdgeInstruments instruments) : IEffectInterpreter<CallEffect>
{
    /// <summary>An attempt at a trunk is over. On the thread that releases: whoever listens returns at once.</summary>
    public event Action<CallEffect.CountAttempt>? AttemptOver;

    /// <summary>A look-up and its answer stay inside: however late, somebody waits for them.</summary>
    public bool IsSend(CallEffect effect) => effect is CallEffect.Send;

    public void Release(ActorId actor, CallEffect effect, Instant decidedAt)
    {
        switch (effect)
        {
            case CallEffect.Send send:
                sender.Send(send.To, send.Bytes, send.Branch, actor);
                break;
            case CallEffect.Resolve resolve:
                resolver.Resolve(actor, resolve);
                break;
            case CallEffect.PassOver passOver:
                resolver.PassOver(passOver);
                break;
            case CallEffect.LookUpBindings lookUp:
                if (!system.Tell(lookUp.Registration, new RegistrationInput.LookUp(actor, lookUp.Lookup)))
                {
                    // Nobody would ever answer: an address-of-record that cannot be asked has no bindings now.
                    instruments.DispatchRefused();
                    system.Tell(actor, new CallInput.BindingsFound(lookUp.Lookup, []));
                }

                break;
            case CallEffect.LookUpDialog lookUp:
                if (!system.Tell(lookUp.Call, new CallInput.DialogAsked(actor, lookUp.Lookup, lookUp.Query)))
                {
                    // As above: a call that cannot be asked has no such dialog now.
                    instruments.DispatchRefused();
                    system.Tell(actor, new CallInput.DialogFound(lookUp.Lookup, null));
                }

                break;
            case CallEffect.TellDialog tell:
                if (!system.Tell(tell.Call, new CallInput.DialogFound(tell.Lookup, tell.Party)))
                {
                    instruments.DispatchRefused();
                }

                break;

            case CallEffect.Tell tell:
                if (tell.Input is CallInput.TrunkAnswered answer)
                {
                    instruments.TrunkAnswered(answer.Trunk, answer.Verdict);
                }

                if (!system.Tell(tell.To, tell.Input))
                {
                    instruments.DispatchRefused();
                }

                break;
            case CallEffect.CountRegistration count:
                instruments.Registered(count.Trunk, count.Status, count.IsRegistered);
                break;

            case CallEffect.CountAttempt attempt:
                AttemptOver?.Invoke(attempt);
                break;

            // Stored with the events of its decision; the engine's outbox delivers it from there, exactly once.
            case CallEffect.WriteChargingRecord:
                break;
        }
    }
}
