using Controller.Actors.Calls.Transfers;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls;

/// <summary>Everything a call can ask of the shell. A closed vocabulary: an interpreter has one branch for each.</summary>
public abstract record CallEffect
{
    private CallEffect() { }

    /// <summary>Send these bytes, whole and unchanged, on this flow.</summary>
    /// <param name="Branch">Top Via branch of a request of ours, to report a failure with; empty for responses and ACKs (failures are only counted).</param>
    public sealed record Send(Flow To, ReadOnlyMemory<byte> Bytes, string Branch) : CallEffect;

    /// <summary>Find where a next hop leads (RFC 3263); answered by <see cref="CallInput.Resolved"/>. Literal addresses are never asked for.</summary>
    /// <param name="Port">0: the URI names none.</param>
    /// <param name="Listener">One of the realm that it is to be reached from.</param>
    public sealed record Resolve(int Lookup, string Host, int Port, SipTransport Transport, int Listener) : CallEffect
    {
        /// <summary>The URI names no transport: it is chosen by what the name server says (RFC 3263 section 4.1), and <see cref="Transport"/> means nothing.</summary>
        public bool AnyTransport { get; init; }
    }

    /// <summary>Leave a target out of the answers to <see cref="Resolve"/> for a while, if there are others. Not done again after a crash.</summary>
    /// <param name="Time">What it asked for (Retry-After); null: it was not reached.</param>
    public sealed record PassOver(Flow Target, TimeSpan? Time) : CallEffect;

    /// <summary>Ask an address-of-record for its bindings; answered by <see cref="CallInput.BindingsFound"/>.</summary>
    public sealed record LookUpBindings(int Lookup, ActorId Registration) : CallEffect;

    /// <summary>Ask another call who is beyond one of its dialogs; answered by <see cref="CallInput.DialogFound"/>.</summary>
    public sealed record LookUpDialog(int Lookup, ActorId Call, DialogQuery Query) : CallEffect;

    /// <summary>The answer to <see cref="CallInput.DialogAsked"/>.</summary>
    public sealed record TellDialog(ActorId Call, int Lookup, DialogParty? Party) : CallEffect;

    /// <summary>
    /// Say this to a trunk, or as a trunk to a call. It may be lost with a node: who waits for an answer asks again (<see cref="Concerns.TrunkAdmission"/>), and
    /// a trunk asks those it has answered.
    /// </summary>
    public sealed record Tell(ActorId To, CallInput Input) : CallEffect;

    /// <summary>An attempt to register an account of a trunk has ended: counted, and nothing else.</summary>
    /// <param name="Status">Of the response; 408 for silence, 503 for what was not reached (RFC 3261 section 8.1.3.1).</param>
    public sealed record CountRegistration(string Trunk, int Status, bool IsRegistered) : CallEffect;

    /// <summary>An attempt at a trunk is over: count it for the trunk's quality. Not done again after a crash.</summary>
    /// <param name="Delay">Until somebody rang, or answered at once; null: that is not known.</param>
    public sealed record CountAttempt(string Trunk, bool IsAnswered, TimeSpan? Delay) : CallEffect;

    /// <summary>Exactly once per attempt: stored in the outbox with the events of the same decision.</summary>
    public sealed record WriteChargingRecord(ReadOnlyMemory<byte> Json) : CallEffect;
}
