using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Registrations;

/// <summary>Everything that can reach an address-of-record.</summary>
public abstract class RegistrationInput
{
    private protected RegistrationInput() { }

    public sealed class RegisterReceived(SipMessage request, Flow flow) : RegistrationInput, IDisposable
    {
        public SipMessage Request { get; } = request;
        public Flow Flow { get; } = flow;
        public void Dispose() => Request.Release();
    }

    /// <summary>A call wants to ring here: answered to <paramref name="call"/> with <c>CallInput.BindingsFound(lookup, …)</c>.</summary>
    public sealed class LookUp(ActorId call, int lookup) : RegistrationInput
    {
        public ActorId Call { get; } = call;
        public int Lookup { get; } = lookup;
    }

    public sealed class TimerDue : RegistrationInput
    {
        public static readonly TimerDue Instance = new();
    }

    public sealed class Recovered : RegistrationInput
    {
        public static readonly Recovered Instance = new();
    }
}
