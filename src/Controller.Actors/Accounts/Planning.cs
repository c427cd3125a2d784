using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Accounts;

/// <summary>When an attempt begins, and why: it is due, it is configured otherwise, or not any more.</summary>
internal static class Planning
{
    private static readonly TimeSpan s_check = TimeSpan.FromSeconds(5);

    public static void Woken(AccountTurn turn, CallInput.AccountWoken woken)
    {
        if (turn.State.AddressOfRecord.Length == 0 && turn.SettingsOf(woken.Trunk, woken.AddressOfRecord) is not null)
        {
            turn.Become(turn.State with
            {
                Trunk = woken.Trunk,
                AddressOfRecord = woken.AddressOfRecord,
                Salt = (uint)(turn.Now.Milliseconds & int.MaxValue),
                NextAt = turn.Now,
                CheckAt = turn.Now.After(s_check),
            });
        }
    }

    /// <summary>Nobody says when the configuration has changed, and of an account that is gone nobody speaks: it looks by itself.</summary>
    public static void Due(AccountTurn turn)
    {
        if (turn.State.AddressOfRecord.Length > 0 && (turn.State.CheckAt <= turn.Now || turn.State.CheckAt == Instant.Never))
        {
            turn.Become(turn.State with { CheckAt = turn.Now.After(s_check), Bound = turn.State.IsBound(turn.Now) ? turn.State.Bound : null });
        }
    }

    /// <summary>After everything else: what is to be done while nothing is under way.</summary>
    public static void Settle(AccountTurn turn)
    {
        AccountState state = turn.State;
        if (state.AddressOfRecord.Length == 0 || state.Phase != AccountPhase.Waiting)
        {
            return;
        }

        AccountSettings? account = turn.Configured;
        if (state.IsBound(turn.Now) && (account is null || state.Bound!.Registrar != Attempt.RegistrarOf(account)))
        {
            Attempt.Leave(turn);
        }
        else if (account is null)
        {
            turn.Become(AccountState.Empty);
        }
        else if (MarkOf(turn, account) is var mark && (mark != state.Mark || state.NextAt <= turn.Now))
        {
            bool changed = mark != state.Mark;
            turn.Become(state with
            {
                Mark = mark,
                Known = account,
                Failures = changed ? 0 : state.Failures,
                LeastExpires = changed ? 0 : state.LeastExpires,
                Challenges = changed ? [] : state.Challenges,
            });
            Attempt.Begin(turn, turn.Settings.Trunks[state.Trunk], account);
        }
        else if (state.Known is null)
        {
            turn.Become(state with { Known = account });
        }
    }

    /// <summary>All that the registrar would see of it: also our own addresses, which may be others on another node.</summary>
    private static ulong MarkOf(AccountTurn turn, AccountSettings account)
    {
        string realm = turn.Settings.Trunks[turn.State.Trunk].Realm;
        IEnumerable<string> ours = turn.Settings.Listeners.Where(listener => listener.Realm == realm).Select(listener => $"{listener.Transport} {listener.SentBy}");
        return turn.MarkOf(string.Join('\n', [Attempt.RegistrarOf(account), account.ContactUser, account.Expires.ToString(), account.User ?? "", account.Password ?? "", realm, .. ours]));
    }
}
