using System.Collections.Immutable;
using Controller.Actors.Calls.Transfers;
using Controller.Actors.Registrations;
using Controller.Actors.Trunks;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls;

/// <summary>Everything that can reach a call. Messages are borrowed for the duration of the decision; what is kept is copied.</summary>
public abstract class CallInput
{
    private protected CallInput() { }

    /// <summary>Any request whose Call-ID leads to this call: INVITE, ACK, CANCEL, BYE, re-INVITE, INFO, …, retransmissions included.</summary>
    public sealed class RequestReceived(SipMessage request, Flow flow) : CallInput, IDisposable
    {
        public SipMessage Request { get; } = request;
        public Flow Flow { get; } = flow;

        /// <summary>Gives the receive buffer back.</summary>
        public void Dispose() => Request.Release();
    }

    public sealed class ResponseReceived(SipMessage response, Flow flow) : CallInput, IDisposable
    {
        public SipMessage Response { get; } = response;
        public Flow Flow { get; } = flow;
        public void Dispose() => Response.Release();
    }

    /// <summary>A message of ours could not be handed to the network (connection refused, unreachable): RFC 3261 section 8.1.3.1 treats it as 503.</summary>
    public sealed class TransportFailed(string branch, string reason) : CallInput
    {
        /// <summary>The top Via branch of the message that could not be sent.</summary>
        public string Branch { get; } = branch;
        public string Reason { get; } = reason;
    }

    /// <summary>The answer to <see cref="CallEffect.Resolve"/>: where to send, best first; empty if the name does not exist or nothing answered.</summary>
    public sealed class Resolved(int lookup, ImmutableArray<Flow> targets) : CallInput
    {
        public int Lookup { get; } = lookup;
        public ImmutableArray<Flow> Targets { get; } = targets;
    }

    /// <summary>The answer to <see cref="CallEffect.LookUpBindings"/>.</summary>
    public sealed class BindingsFound(int lookup, ImmutableArray<Binding> bindings) : CallInput
    {
        public int Lookup { get; } = lookup;
        public ImmutableArray<Binding> Bindings { get; } = bindings;
    }

    /// <summary>Another call asks who is beyond a dialog of this one; answered by <see cref="CallEffect.TellDialog"/>.</summary>
    public sealed class DialogAsked(ActorId by, int lookup, DialogQuery query) : CallInput
    {
        public ActorId By { get; } = by;
        public int Lookup { get; } = lookup;
        public DialogQuery Query { get; } = query;
    }

    /// <summary>The answer to <see cref="CallEffect.LookUpDialog"/>; null: that call knows no such dialog.</summary>
    public sealed class DialogFound(int lookup, DialogParty? party) : CallInput
    {
        public int Lookup { get; } = lookup;
        public DialogParty? Party { get; } = party;
    }

    /// <summary>To a trunk: may this leg use it? Answered by <see cref="TrunkAnswered"/>, and the same as often as it is asked.</summary>
    /// <param name="isUrgent">An emergency: it is counted, and never refused.</param>
    /// <param name="endpoint">The one it wants to go to, as its Request-URI has it but for the user; empty: it comes from there.</param>
    public sealed class TrunkAsked(ActorId by, int lookup, int leg, string trunk, bool isUrgent = false, string endpoint = "") : CallInput
    {
        public string Endpoint { get; } = endpoint;
        public ActorId By { get; } = by;
        public int Lookup { get; } = lookup;
        public int Leg { get; } = leg;
        public string Trunk { get; } = trunk;
        public bool IsUrgent { get; } = isUrgent;
    }

    /// <summary>To a trunk, from every node now and then: there is a trunk of this name, which may have to be probed.</summary>
    public sealed class TrunkWoken(string trunk) : CallInput
    {
        public string Trunk { get; } = trunk;
    }

    /// <summary>To a call: the answer of a trunk. A leg that is granted is given back by <see cref="TrunkFreed"/>.</summary>
    public sealed class TrunkAnswered(int lookup, int leg, string trunk, TrunkVerdict verdict) : CallInput
    {
        public int Lookup { get; } = lookup;
        public int Leg { get; } = leg;
        public string Trunk { get; } = trunk;
        public TrunkVerdict Verdict { get; } = verdict;
    }

    /// <summary>To a trunk: this leg uses it no more.</summary>
    public sealed class TrunkFreed(ActorId call, int leg) : CallInput
    {
        public ActorId Call { get; } = call;
        public int Leg { get; } = leg;
    }

    /// <summary>To a call: a trunk believes that this leg uses it; answered by <see cref="TrunkFreed"/> if it does not.</summary>
    public sealed class TrunkChecked(ActorId trunk, int leg) : CallInput
    {
        public ActorId Trunk { get; } = trunk;
        public int Leg { get; } = leg;
    }

    /// <summary>To an account, from every node now and then: the trunk has one of this address-of-record, which is to be registered.</summary>
    public sealed class AccountWoken(string trunk, string addressOfRecord) : CallInput
    {
        public string Trunk { get; } = trunk;
        public string AddressOfRecord { get; } = addressOfRecord;
    }

    /// <summary>An operator hangs up both legs (DELETE /api/v1/calls/{id}).</summary>
    public sealed class HangUp : CallInput
    {
        public static readonly HangUp Instance = new();
    }

    public sealed class TimerDue : CallInput
    {
        public static readonly TimerDue Instance = new();
    }

    public sealed class Recovered : CallInput
    {
        public static readonly Recovered Instance = new();
    }
}
