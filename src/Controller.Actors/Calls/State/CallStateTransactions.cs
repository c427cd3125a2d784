using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.State;

/// <summary>Finding and replacing the live transactions of a call. There are few at a time: a linear search is the fast one.</summary>
public static class CallStateTransactions
{
    /// <summary>The transaction of the leg's INVITE that set it up; later ones are found by number or branch.</summary>
    public static Transaction? Find(this CallState state, TransactionKind kind, int leg) => state.Transactions.Find(kind, leg);

    private static Transaction? Find(this ImmutableArray<Transaction> transactions, TransactionKind kind, int leg)
    {
        foreach (Transaction transaction in transactions)
        {
            if (transaction.Kind == kind && transaction.Leg == leg)
            {
                return transaction;
            }
        }

        return null;
    }

    public static Transaction? FindClient(this CallState state, int leg, SipMethod method, uint cseq)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsClient && transaction.Leg == leg && transaction.Method == method && transaction.CSeq == cseq)
            {
                return transaction;
            }
        }

        return null;
    }

    /// <summary>RFC 3261 section 17.1.3: a response matches by branch and by the method in CSeq (a CANCEL has the branch of its INVITE).</summary>
    public static Transaction? FindClient(this CallState state, ReadOnlySpan<byte> branch, SipMethod method)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsClient && transaction.Method == method && Latin1.Is(transaction.Branch, branch))
            {
                return transaction;
            }
        }

        return null;
    }

    /// <inheritdoc cref="FindClient(CallState, ReadOnlySpan{byte}, SipMethod)"/>
    public static Transaction? FindClient(this CallState state, string branch, SipMethod method)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsClient && transaction.Method == method && transaction.Branch == branch)
            {
                return transaction;
            }
        }

        return null;
    }

    public static Transaction? FindClientByBranch(this CallState state, string branch)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsClient && transaction.Method != SipMethod.Cancel && transaction.Branch == branch)
            {
                return transaction;
            }
        }

        return null;
    }

    /// <summary>RFC 3261 section 17.2.3; the key holds branch and sent-by. A CANCEL has a transaction of its own beside its INVITE's.</summary>
    public static Transaction? FindServer(this CallState state, string key, SipMethod method)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (!transaction.IsClient && transaction.Method == method && transaction.Branch == key)
            {
                return transaction;
            }
        }

        return null;
    }

    public static Transaction? FindServer(this CallState state, string key)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (!transaction.IsClient && transaction.Method != SipMethod.Cancel && transaction.Branch == key)
            {
                return transaction;
            }
        }

        return null;
    }

    /// <summary>
    /// The INVITE transaction that an ACK is for: 17.2.3. An ACK of RFC 2543 has no branch that tells, and its To tag "equals the To tag of the response sent
    /// by the server transaction", not that of the INVITE.
    /// </summary>
    public static Transaction? FindAcknowledged(this CallState state, SipMessage ack)
    {
        string key = Dialogs.ServerKey(ack);
        if (state.FindServer(key, SipMethod.Invite) is { } server)
        {
            return server;
        }

        // No To tag is in the key of a branch that tells.
        if (!key.StartsWith(Dialogs.Rfc2543, StringComparison.Ordinal))
        {
            return null;
        }

        return state.FindServer(Dialogs.ServerKey(ack, ""), SipMethod.Invite) is { Last.IsEmpty: false } first
            && Dialogs.Tag(SipMessage.Over(first.Last).Value(HeaderId.To)) == Dialogs.Tag(ack.Value(HeaderId.To)) ? first : null;
    }

    public static CallState Replacing(this CallState state, Transaction transaction) => state.With(state.Transactions.Replacing(transaction));

    public static CallState Without(this CallState state, Transaction transaction) => state.With(state.Transactions.Without(transaction));

    public static ImmutableArray<Transaction> Replacing(this ImmutableArray<Transaction> transactions, Transaction transaction)
    {
        int at = transactions.PlaceOf(transaction);
        return at < 0 ? transactions.Add(transaction) : ReferenceEquals(transactions[at], transaction) ? transactions : transactions.SetItem(at, transaction);
    }

    public static ImmutableArray<Transaction> Without(this ImmutableArray<Transaction> transactions, Transaction transaction)
    {
        int at = transactions.PlaceOf(transaction);
        return at < 0 ? transactions : transactions.RemoveAt(at);
    }

    /// <summary>Gives a leg's transaction an input whose effects the decision has already taken care of.</summary>
    public static CallState Stepped(
        this CallState state, TransactionKind kind, int leg, TransactionInput input, Instant at, ReadOnlyMemory<byte> last = default) =>
        state.With(state.Transactions.Stepped(kind, leg, input, at, last));

    /// <inheritdoc cref="Stepped(CallState, TransactionKind, int, TransactionInput, Instant, ReadOnlyMemory{byte})"/>
    public static ImmutableArray<Transaction> Stepped(
        this ImmutableArray<Transaction> transactions, TransactionKind kind, int leg, TransactionInput input, Instant at, ReadOnlyMemory<byte> last = default)
    {
        if (transactions.Find(kind, leg) is not { } transaction)
        {
            return transactions;
        }

        Transaction next = transaction.Step(input, at, out TransactionEffects effects);
        if ((effects & TransactionEffects.Terminated) != 0)
        {
            return transactions.Without(transaction);
        }

        // Decided: what was needed to make the final response, or to repeat the request, is needed no more. Nor is the last provisional response, once there is a
        // 2xx: RFC 6026 section 7.1, "any retransmissions of the INVITE received … MUST be absorbed".
        bool final = input.Status >= 200;
        return transactions.Replacing(!final && last.IsEmpty ? next : next with
        {
            Received = final ? null : next.Received,
            Request = final ? default : next.Request,
            Last = !last.IsEmpty ? last : kind == TransactionKind.InviteServer && input.Status is >= 200 and < 300 ? default : next.Last,
        });
    }

    /// <summary>A client transaction got its final response. Over a stream it may be over with that: nothing is repeated there, so nothing has to be absorbed.</summary>
    /// <param name="ack">The ACK of a refusal, which each repetition of it gets again.</param>
    public static CallState Answered(this CallState state, Transaction client, int status, Instant at, ReadOnlyMemory<byte> ack = default)
    {
        Transaction next = client.Step(TransactionInput.Received(status), at, out TransactionEffects effects);
        return (effects & TransactionEffects.Terminated) != 0 ? state.Without(next) : state.Replacing(ack.IsEmpty ? next : next with { Last = ack });
    }

    private static CallState With(this CallState state, ImmutableArray<Transaction> transactions) =>
        transactions == state.Transactions ? state : state with { Transactions = transactions };

    private static int PlaceOf(this ImmutableArray<Transaction> transactions, Transaction transaction)
    {
        for (int i = 0; i < transactions.Length; i++)
        {
            Transaction other = transactions[i];
            if (other.Kind == transaction.Kind && other.Method == transaction.Method && other.Branch == transaction.Branch)
            {
                return i;
            }
        }

        return -1;
    }
}
