using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Registrations;

/// <summary>
/// The registrar for one address-of-record (RFC 3261 section 10.3, RFC 5626 section 6, RFC 8760).
/// </summary>
/// <remarks>
/// Invariants: a 200 leaves only after its bindings are committed; a challenge or a refusal writes nothing; credentials are accepted once;
/// an address-of-record with nothing bound and nothing to remember is no actor.
/// </remarks>
public readonly struct Registration
    : IActor<RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect, ControllerSettings>
{
    public static RegistrationState Empty => RegistrationState.Empty;

    public static RegistrationInput TimerDue => RegistrationInput.TimerDue.Instance;

    public static RegistrationInput Recovered => RegistrationInput.Recovered.Instance;

    public static Decision<RegistrationState, RegistrationEvent, RegistrationEffect> Decide(
        RegistrationState state, RegistrationInput input, in ActorContext<ControllerSettings> context)
    {
        var outcome = new Outcome(state);
        if (state.NextDue <= context.Now)
        {
            outcome.Happened(new RegistrationEvent.Lapsed(context.Now));
        }

        switch (input)
        {
            case RegistrationInput.RegisterReceived register:
                Register(outcome, register, context);
                break;
            case RegistrationInput.LookUp lookUp:
                outcome.Perform(new RegistrationEffect.TellBindings(lookUp.Call, lookUp.Lookup, ByPreference(outcome.State.Bindings)));
                break;
            case RegistrationInput.TimerDue or RegistrationInput.Recovered:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(input), input.GetType().Name, "no such input");
        }

        return outcome.Decision;
    }

    public static RegistrationState Evolve(RegistrationState state, RegistrationEvent happened) => happened switch
    {
        RegistrationEvent.BindingsReplaced replaced => state with
        {
            AddressOfRecord = replaced.AddressOfRecord,
            Bindings = replaced.Bindings,
            Nonces = replaced.Nonces,
        },
        RegistrationEvent.NonceUsed used => state.With(used.Nonce),
        RegistrationEvent.Answered answered => state.With(answered.Answer),
        RegistrationEvent.Lapsed lapsed => state.Without(lapsed.Now),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "no such event"),
    };

    public static Instant NextDue(RegistrationState state) => state.NextDue;

    public static Durability DurabilityOf(RegistrationEvent happened) =>
        happened is RegistrationEvent.BindingsReplaced ? Durability.Required : Durability.Volatile;

    private static void Register(Outcome outcome, RegistrationInput.RegisterReceived input, in ActorContext<ControllerSettings> context)
    {
        var answers = new RegisterAnswers(input.Request, input.Flow, context);
        if (!RegisterRequest.TryRead(input.Request, input.Flow, context.Settings, out RegisterRequest? request))
        {
            outcome.Perform(answers.Refuse(400, "Malformed REGISTER"u8));
            return;
        }

        // RFC 3261 section 17.2.2: "While in the "Completed" state, the server transaction MUST pass the final response to the transport
        // layer for retransmission whenever a retransmission of the request is received."
        if (request.FindAnswer(outcome.State.Answers) is { } before)
        {
            outcome.Perform(answers.Again(before.Bytes));
            return;
        }

        Authentication authentication = RegisterAuthentication.Check(outcome.State.Nonces, input.Request, context);
        if (authentication.Verdict is AuthenticationVerdict.Missing or AuthenticationVerdict.Stale)
        {
            // Not remembered: a challenge costs a stranger's flood no memory here.
            outcome.Perform(answers.Challenge(authentication.Verdict == AuthenticationVerdict.Stale));
            return;
        }

        if (authentication.Nonce is { } nonce)
        {
            outcome.Happened(new RegistrationEvent.NonceUsed(nonce));
        }

        RegistrationEffect.Send answer = Authorized(outcome, request, authentication, answers, context);
        if (context.Settings.Registrar.Authenticate || outcome.Changed)
        {
            outcome.Happened(new RegistrationEvent.Answered(request.AnswerWith(answer.Bytes, context.Now)));
        }

        outcome.Perform(answer);
    }

    private static RegistrationEffect.Send Authorized(
        Outcome outcome, RegisterRequest request, in Authentication authentication, RegisterAnswers answers, in ActorContext<ControllerSettings> context)
    {
        // RFC 3261 section 10.3 step 4: "The registrar SHOULD determine if the authenticated user is authorized to modify registrations for this
        // address-of-record. [...] If the authenticated user is not authorized to modify bindings, the registrar MUST return a 403 (Forbidden)
        // and skip the remaining steps."
        if (authentication.User is { } user && user != request.User)
        {
            return answers.Refuse(403, default);
        }

        // Step 5: "If the address-of-record is not valid for the domain in the Request-URI, the registrar MUST send a 404 (Not Found) response
        // and skip the remaining steps."
        if (!AddressesOfRecord.AreOurs(request, context.Settings))
        {
            return answers.Refuse(404, default);
        }

        BindingUpdate update = BindingUpdate.Of(outcome.State.Bindings, request, context.Settings.Registrar, context.Now);
        if (update.Status != 200)
        {
            return update.Status == 423 ? answers.TooBrief() : answers.Refuse(update.Status, update.Reason.Span);
        }

        if (update.Bindings != outcome.State.Bindings)
        {
            outcome.Happened(new RegistrationEvent.BindingsReplaced(request.AddressOfRecord, update.Bindings, outcome.State.Nonces));
        }

        return answers.Ok(update.Bindings, update.Outbound);
    }

    private static ImmutableArray<Binding> ByPreference(ImmutableArray<Binding> bindings) =>
        bindings.Length < 2 ? bindings : [.. bindings.OrderByDescending(binding => binding.Q)];

    /// <summary>Collects a decision; every event is applied at once, so the law of <see cref="IActor{TState,TInput,TEvent,TEffect,TSettings}"/> holds.</summary>
    private sealed class Outcome(RegistrationState state)
    {
        private ImmutableArray<RegistrationEvent> _events = [];
        private ImmutableArray<RegistrationEffect> _effects = [];

        public RegistrationState State { get; private set; } = state;

        /// <summary>Whether the bindings were replaced.</summary>
        public bool Changed { get; private set; }

        public void Happened(RegistrationEvent happened)
        {
            _events = _events.Add(happened);
            State = Evolve(State, happened);
            Changed |= happened is RegistrationEvent.BindingsReplaced;
        }

        public void Perform(RegistrationEffect effect) => _effects = _effects.Add(effect);

        public Decision<RegistrationState, RegistrationEvent, RegistrationEffect> Decision =>
            new(State, _events, _effects, Stop: State.IsSpent);
    }
}
