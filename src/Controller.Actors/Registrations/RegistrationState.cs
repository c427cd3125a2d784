using System.Collections.Immutable;
using Controller.Sharding.Model;

namespace Controller.Actors.Registrations;

/// <summary>One address-of-record and what is bound to it.</summary>
public sealed record RegistrationState
{
    public static readonly RegistrationState Empty = new();

    /// <summary>user@host; empty until the first binding.</summary>
    public string AddressOfRecord { get; init; } = "";

    /// <summary>In the order in which they were made. Those past their time stay until they are swept: ask <see cref="LiveAt"/>.</summary>
    public ImmutableArray<Binding> Bindings { get; init; } = [];

    /// <summary>At most <see cref="MaxNonces"/>, the oldest first.</summary>
    public ImmutableArray<UsedNonce> Nonces { get; init; } = [];

    public ImmutableArray<RecentAnswer> Answers { get; init; } = [];

    internal const int MaxNonces = 32;
    internal const int MaxAnswers = 32;

    /// <summary>Nothing is left that a later message could need.</summary>
    public bool IsSpent => Bindings.IsEmpty && Nonces.IsEmpty && Answers.IsEmpty;

    public ImmutableArray<Binding> LiveAt(Instant now) => Bindings.RemoveAll(binding => binding.ExpiresAt <= now);

    /// <summary>The earliest of all deadlines.</summary>
    public Instant NextDue
    {
        get
        {
            Instant due = Instant.Never;
            foreach (Binding binding in Bindings)
            {
                due = Instant.Earlier(due, binding.ExpiresAt);
            }

            foreach (UsedNonce nonce in Nonces)
            {
                due = Instant.Earlier(due, nonce.ForgetAt);
            }

            foreach (RecentAnswer answer in Answers)
            {
                due = Instant.Earlier(due, answer.ForgetAt);
            }

            return due;
        }
    }

    internal RegistrationState Without(Instant now) => this with
    {
        Bindings = LiveAt(now),
        Nonces = Nonces.RemoveAll(nonce => nonce.ForgetAt <= now),
        Answers = Answers.RemoveAll(answer => answer.ForgetAt <= now),
    };

    internal RegistrationState With(UsedNonce used)
    {
        ImmutableArray<UsedNonce> others = Nonces.RemoveAll(nonce => nonce.Nonce == used.Nonce);
        return this with { Nonces = (others.Length < MaxNonces ? others : others.RemoveAt(0)).Add(used) };
    }

    internal RegistrationState With(RecentAnswer answer) =>
        this with { Answers = (Answers.Length < MaxAnswers ? Answers : Answers.RemoveAt(0)).Add(answer) };
}
