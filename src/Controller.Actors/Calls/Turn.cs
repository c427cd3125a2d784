using System.Collections.Immutable;
using Controller.Actors.Calls.Concerns;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Evolution;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls;

/// <summary>
/// One decision in the making: collects events and effects, and keeps the state that the events so far lead to, so that each concern sees what
/// the one before it decided. Lives for one call of <see cref="Call.Decide"/>.
/// </summary>
internal sealed class Turn(CallState state, in ActorContext<ControllerSettings> context)
{
    private readonly CallState _before = state;

    // Mostly one, two or three: a builder and its copy would cost more.
    private ImmutableArray<CallEvent> _events = [];
    private ImmutableArray<CallEffect> _effects = [];

    public CallState State { get; private set; } = state;
    public ActorId Self { get; } = context.Self;
    public Instant Now { get; } = context.Now;
    public ControllerSettings Settings { get; } = context.Settings;
    public ReadOnlySpan<byte> Secret => Settings.Secret.Span;

    public void Happened(CallEvent happened)
    {
        State = CallEvolution.Evolve(State, happened);
        _events = _events.Add(happened);
    }

    /// <summary>A message from one leg to the other.</summary>
    public Crossing Crossing(Leg from, Leg to) => new(from, to, Settings, State.EarlyDialogs);

    /// <summary>A message of our own making to a leg, as rules of its side make it. (What relays another message goes through its <see cref="Rendering.Crossing"/>.)</summary>
    public byte[] SentOut(Leg to, byte[] message) => Boundary.SentOut(Settings, to, message);

    public void Do(CallEffect effect) => _effects = _effects.Add(effect);

    /// <summary>Before everything else that this decision does.</summary>
    public void DoFirst(CallEffect effect) => _effects = _effects.Insert(0, effect);

    /// <param name="branch">Of a request of ours whose loss must be reported; empty otherwise.</param>
    public void Send(Flow to, ReadOnlyMemory<byte> bytes, string branch = "")
    {
        if (!bytes.IsEmpty)
        {
            Do(new CallEffect.Send(to, bytes, branch));
        }
    }

    /// <summary>Answers a request without keeping anything of it.</summary>
    public void Reply(SipMessage request, Flow arrivedOn, int status, string? toTag = null) =>
        Send(Responses.Destination(request, arrivedOn), Responses.Begin(request, status, default, arrivedOn.Remote, toTag).Finish());

    /// <summary>Steps a transaction and keeps it, or drops it if it terminated.</summary>
    public TransactionEffects Step(Transaction transaction, TransactionInput input, out Transaction next)
    {
        next = transaction.Step(input, Now, out TransactionEffects effects);
        Stepped(transaction, next, effects);
        return effects;
    }

    /// <summary>The same, of one that has been stepped.</summary>
    public void Stepped(Transaction transaction, Transaction next, TransactionEffects effects)
    {
        if ((effects & TransactionEffects.Terminated) != 0)
        {
            Happened(new CallEvent.TransactionEnded(next));
        }
        else if (next != transaction)
        {
            Happened(new CallEvent.TransactionStepped(next));
        }
    }

    public Decision<CallState, CallEvent, CallEffect> Decided()
    {
        if (!ReferenceEquals(_before, State))
        {
            TrunkAdmission.GiveBack(this, _before);
            AttemptCounting.Report(this, _before);
        }

        // An actor of which nothing has happened, or of which nothing can happen any more, is not kept.
        bool stop = State.Phase == CallPhase.None ||
            (State.Phase == CallPhase.Ended && State.Transactions.IsEmpty && State.Answers.IsEmpty && State.Referrals.IsEmpty && State.KeptUntil <= Now);
        if (!stop && Rest.IsNext(State))
        {
            Happened(CallEvent.Rested.Instance);
        }

        return new(State, _events, _effects, stop);
    }
}
