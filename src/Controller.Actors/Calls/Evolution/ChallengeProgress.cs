using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Challenges of trunks, and how often their nonces have been used: both follow from the requests in the events.</summary>
internal static class ChallengeProgress
{
    /// <summary>The request takes the place of the one that was challenged, in everything that was waiting for that one.</summary>
    public static CallState Challenged(CallState state, CallEvent.Challenged e)
    {
        if (state.FindClientByBranch(e.Branch) is not { } refused)
        {
            return state;
        }

        Transaction again = Transaction.Start(refused.Kind, e.Leg, e.RetryBranch, refused.Method, e.CSeq, e.Flow, e.At) with
        {
            Request = e.Request,
            Peer = refused.Peer,
            Purpose = refused.Purpose,
            Dialog = refused.Dialog,
            Before = refused.Before,
            Challenges = refused.Challenges + 1,
            Credentials = CredentialLines.Of(e.Request.Span),
        };
        Transaction over = refused.Step(TransactionInput.Received(401), e.At, out TransactionEffects effects) with { Request = default, Last = e.Ack };

        // It is found before the one that it replaces.
        CallState next = state with { Transactions = state.Transactions.Insert(state.Transactions.IndexOf(refused), again) };
        next = (effects & TransactionEffects.Terminated) != 0 ? next.Without(refused) : next.Replacing(over);
        if (refused.Peer.Length > 0 && next.FindServer(refused.Peer) is { } server)
        {
            next = next.Replacing(server with { Peer = e.RetryBranch });
        }

        Leg side = next.Side(e.Leg, refused.Dialog);
        next = next.WithSide(side with { LocalCSeq = Math.Max(side.LocalCSeq, e.CSeq) }, refused.Dialog);
        next = next.With(next.Legs[e.Leg] with { Challenges = Merged(next.Legs[e.Leg].Challenges, e.Challenges) });
        return Used(Renamed(next, refused, e), e.Leg, e.Request.Span);
    }

    /// <summary>A request goes out: the nonces in it have been used once more.</summary>
    public static CallState Used(CallState state, int leg, ReadOnlySpan<byte> request)
    {
        if (state.Legs[leg].Challenges.IsEmpty)
        {
            return state;
        }

        SipMessage sent = SipMessage.Copy(request);
        return state.With(state.Legs[leg] with
        {
            Challenges = [.. state.Legs[leg].Challenges.Select(challenge => challenge with { Uses = Math.Max(challenge.Uses, Count(sent, challenge)) })],
        });
    }

    /// <summary>After a recovery the counts jump ahead with the numbers of the requests, past what lazy events may have lost: a count used twice is a replay.</summary>
    public static CallState Skipped(CallState state, CallEvent.CSeqSkipped e)
    {
        Leg leg = state.Legs[e.Leg];
        return state.With(leg with
        {
            LocalCSeq = e.CSeq,
            Challenges = leg.Challenges.IsEmpty ? leg.Challenges : [.. leg.Challenges.Select(challenge => challenge with { Uses = challenge.Uses + e.CSeq - leg.LocalCSeq })],
        });
    }

    /// <summary>Those of the same protection domain are replaced; the oldest are forgotten when there are too many.</summary>
    public static ImmutableArray<AnsweredChallenge> Merged(ImmutableArray<AnsweredChallenge> known, ImmutableArray<AnsweredChallenge> fresh)
    {
        ImmutableArray<AnsweredChallenge> all = [.. known.Where(old => !fresh.Any(old.IsOfSameDomain)), .. fresh];
        return all.Length <= AnsweredChallenge.Most ? all : all[^AnsweredChallenge.Most..];
    }

    private static uint Count(SipMessage request, AnsweredChallenge challenge)
    {
        foreach (ReadOnlySpan<byte> value in request.Values(challenge.IsProxy ? HeaderId.ProxyAuthorization : HeaderId.Authorization))
        {
            if (DigestCredentials.TryParse(value, out DigestCredentials credentials) && Latin1.Text(credentials.Nonce) == challenge.Nonce)
            {
                return Math.Max(credentials.Nc, 1);
            }
        }

        return 0;
    }

    /// <summary>What knows the request by its branch, by its number, or by what it had led to so far.</summary>
    private static CallState Renamed(CallState state, Transaction refused, CallEvent.Challenged e)
    {
        CallState next = state;
        if (next.Transfer is { } transfer && transfer.JoinBranch == e.Branch)
        {
            next = next with { Transfer = transfer with { JoinBranch = e.RetryBranch } };
        }

        if (refused.Method == SipMethod.Refer && next.OfNotifier(e.Leg, refused.CSeq) is { } referral)
        {
            next = next with { Referrals = next.Referrals.Replace(referral, referral with { NotifierCSeq = e.CSeq }) };
        }

        if (next.Legs[e.Leg].State == LegState.Early)
        {
            // Its early dialogs have ended with the refusal (RFC 3261 section 12.3); the next ones are others.
            next = next.With(next.Legs[e.Leg] with { State = LegState.Calling }) with
            {
                Setup = next.Setup with
                {
                    Provisionals = next.Provisionals.RemoveAll(provisional => next.EarlyDialog(provisional.CallerTag)?.Leg == e.Leg),
                    EarlyDialogs = next.EarlyDialogs.RemoveAll(dialog => dialog.Leg == e.Leg),
                },
            };
        }

        return next;
    }
}
