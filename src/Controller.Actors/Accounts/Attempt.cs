using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Accounts;

/// <summary>One attempt to register, or to take a binding away: its targets one after the other, one REGISTER at a time.</summary>
internal static class Attempt
{
    /// <summary>A look-up whose answer was lost is not waited for any longer.</summary>
    private static readonly TimeSpan s_lookup = TimeSpan.FromSeconds(30);

    /// <summary>RFC 3261 section 10.2: "The Request-URI names the domain of the location service for which the registration is meant … The "userinfo" and "@" components … MUST NOT be present".</summary>
    public static string RegistrarOf(AccountSettings account) => account.Registrar
        ?? (SipUri.TryParse(Latin1.Octets(account.AddressOfRecord), out SipUri aor) ? $"sip:{Relay.HostInUri(Latin1.Text(aor.Host))}" : account.AddressOfRecord);

    public static void Begin(AccountTurn turn, TrunkSettings trunk, AccountSettings account)
    {
        string registrar = RegistrarOf(account);
        IEnumerable<string> places = account.Registrar is { } named ? [named] : trunk.Endpoints.OrderBy(peer => peer.Priority).Select(peer => peer.Uri);
        turn.Become(turn.State with
        {
            Phase = AccountPhase.Registering,
            Registrar = registrar,
            Targets = [.. places.Select(place => NextHops.Of(turn.Settings, trunk, Latin1.Octets(place), registrar, "")).OfType<Target>()],
            Detours = 0,
            NextAt = Instant.Never,
        });
        Try(turn, 503, null);
    }

    /// <summary>10.2.2: once, to where it was granted. What is not answered, or refused, runs out by itself.</summary>
    public static void Leave(AccountTurn turn)
    {
        CarrierBinding bound = turn.State.Bound!;
        turn.Become(turn.State with { Phase = AccountPhase.Leaving, Targets = [new Target(bound.RequestUri, "", bound.Flow, "", 0, bound.Flow.Transport, bound.Flow.Listener, turn.State.Trunk)] });
        if (bound.Flow.Listener < turn.Settings.Listeners.Length)
        {
            Ask(turn, bound.Flow, challenges: 0);
        }
        else
        {
            Outcome.Left(turn, 503);
        }
    }

    /// <summary>The target being tried has failed: 8.1.3.1 and RFC 3263 section 4.3, on to the next.</summary>
    public static void Next(AccountTurn turn, int status, int? retryAfter)
    {
        turn.Become(turn.State with { Client = null, Targets = turn.State.Targets.RemoveAt(0), Lookup = 0, LookupUntil = Instant.Never });
        Try(turn, status, retryAfter);
    }

    /// <summary>The head of the targets.</summary>
    /// <param name="status">What the attempt ends with if there is none.</param>
    public static void Try(AccountTurn turn, int status, int? retryAfter)
    {
        if (turn.State.Targets is not [var target, ..])
        {
            Outcome.Failed(turn, status, retryAfter, rejected: false);
        }
        else if (target.Flow is { } flow)
        {
            Ask(turn, flow, challenges: 0);
        }
        else
        {
            int lookup = turn.State.Lookups + 1;
            turn.Become(turn.State with { Lookups = lookup, Lookup = lookup, LookupUntil = turn.Now.After(s_lookup), Client = null });
            turn.Do(new CallEffect.Resolve(lookup, target.Host, target.Port, target.Transport, target.Listener) { AnyTransport = target.AnyTransport });
        }
    }

    /// <summary>The next REGISTER of the attempt. 10.2: "A UA MUST increment the CSeq value by one for each REGISTER request with the same Call-ID."</summary>
    /// <param name="challenges">How many challenges it answers, one after the other.</param>
    public static void Ask(AccountTurn turn, Flow flow, int challenges)
    {
        AccountState state = turn.State;
        AccountSettings? account = turn.Account;
        bool leaving = state.Phase == AccountPhase.Leaving;
        if (account is null && !leaving)
        {
            Outcome.Failed(turn, 503, null, rejected: false);
            return;
        }

        uint cseq = state.CSeq + 1;
        string branch = turn.Branch(cseq);
        string contact = leaving ? state.Bound!.Contact : Contacts.Of(account!.ContactUser, turn.Settings.Listeners[flow.Listener]);
        string old = state.IsBound(turn.Now) && state.Bound!.Contact != contact ? state.Bound.Contact : "";
        long seconds = leaving ? 0 : Math.Max((long)account!.Expires.TotalSeconds, state.LeastExpires);
        byte[] request = UpstreamRequest.Of(turn, state.Targets[0].Uri, flow, branch, cseq, contact, old, seconds);
        ImmutableArray<AnsweredChallenge> answered = state.Challenges;
        if (account is { User: { } user, Password: { } password } && !answered.IsEmpty)
        {
            request = CredentialLines.With(request, DigestAnswers.Lines((user, password), answered, SipMessage.Copy(request), turn.ClientNonce));
            answered = [.. answered.Select(challenge => challenge with { Uses = challenge.Uses + 1 })];
        }

        Transaction client = Transaction.Start(TransactionKind.NonInviteClient, 0, branch, SipMethod.Register, cseq, flow, turn.Now) with { Request = request, Challenges = challenges };
        turn.Keep(state with { CSeq = cseq, Client = Patient(turn, client), Contact = contact, Challenges = answered, Lookup = 0, LookupUntil = Instant.Never });
        turn.Send(flow, request, branch);
    }

    public static void Resolved(AccountTurn turn, int lookup, ImmutableArray<Flow> flows)
    {
        if (turn.State.Lookup != lookup || lookup == 0)
        {
            return;
        }

        if (flows.IsEmpty)
        {
            Next(turn, 503, null);
        }
        else
        {
            turn.Become(turn.State with { Targets = Alternatives.Of(turn.State.Targets, flows) });
            Ask(turn, flows[0], challenges: 0);
        }
    }

    /// <summary>8.1.3.1: "If a fatal transport error is reported by the transport layer … the condition MUST be treated as a 503".</summary>
    public static void TransportFailed(AccountTurn turn, string branch)
    {
        if (turn.State.Client is { } client && client.Branch == branch)
        {
            turn.Do(new CallEffect.PassOver(client.Flow, null));
            Next(turn, 503, null);
        }
    }

    public static void Due(AccountTurn turn)
    {
        if (turn.State.LookupUntil <= turn.Now)
        {
            Next(turn, 503, null);
        }
        else if (turn.State.Client is { } client && client.Timeout.IsDue(turn.Now))
        {
            turn.Do(new CallEffect.PassOver(client.Flow, null));
            Next(turn, 408, null);
        }
        else if (turn.State.Client is { } waiting && waiting.Retransmit.IsDue(turn.Now))
        {
            turn.Become(turn.State with { Client = waiting.Step(TransactionInput.TimerFired(waiting.Retransmit.Timer), turn.Now, out TransactionEffects effects) });
            if ((effects & TransactionEffects.SendLast) != 0)
            {
                turn.Send(waiting.Flow, waiting.Request, waiting.Branch);
            }
        }
    }

    /// <summary>After a recovery: the same request once more, byte for byte; its timers begin anew. A look-up under way begins again.</summary>
    public static void Again(AccountTurn turn)
    {
        if (turn.State.Client is { } client)
        {
            Transaction again = Transaction.Start(client.Kind, 0, client.Branch, client.Method, client.CSeq, client.Flow, turn.Now) with { Request = client.Request, Challenges = client.Challenges };
            turn.Become(turn.State with { Client = Patient(turn, again) });
            turn.Send(client.Flow, client.Request, client.Branch);
        }
        else if (turn.State.Phase == AccountPhase.Registering)
        {
            Try(turn, 503, null);
        }
    }

    /// <summary>Where there is somebody else to try, silence is not borne as long as timer F would (17.1.2.2: 64*T1).</summary>
    private static Transaction Patient(AccountTurn turn, Transaction client) =>
        turn.State.Targets.Length > 1 && turn.Settings.Trunks.TryGetValue(turn.State.Trunk, out TrunkSettings? trunk) && trunk.TryTimeout < SipTimers.Default.T1Times64
            ? client with { Timeout = client.Timeout with { At = turn.Now.After(trunk.TryTimeout) } }
            : client;
}
