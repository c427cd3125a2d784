using Controller.Actors.Calls.State;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Transfers;

/// <summary>
/// An INVITE that names a dialog of another call: by Replaces (RFC 3891), or by a Contact of ours as its Request-URI. That call is asked who is
/// beyond; the answer is where this one goes.
/// </summary>
internal static class ReplacedDialogs
{
    /// <summary>What an INVITE asks for; null if it names no dialog.</summary>
    public static DialogQuery? Named(ReadOnlySpan<byte> secret, SipMessage invite) => Query(secret, invite.RequestUri, invite.Value(HeaderId.Replaces));

    /// <param name="uri">Of a Contact of ours, or any other.</param>
    /// <param name="replaces">Value of a Replaces header; empty if there is none.</param>
    public static DialogQuery? Query(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> replaces)
    {
        if (!replaces.IsEmpty)
        {
            return Replaces.TryParse(replaces, out Replaces dialog)
                ? new DialogQuery(Latin1.Text(dialog.CallId), Latin1.Text(dialog.ToTag), Latin1.Text(dialog.FromTag), dialog.EarlyOnly)
                : null;
        }

        return SipUri.TryParse(uri, out SipUri target) && CallToken.TryDecode(secret, target.User, out _, out _)
            ? new DialogQuery(Latin1.Text(target.User), "", "", EarlyOnly: false)
            : null;
    }

    public static void Ask(Turn turn, int lookup, DialogQuery query)
    {
        // A name of ours may lead to something else than a call, which has no dialog that could be replaced: the call with its key knows none.
        turn.Do(new CallEffect.LookUpDialog(lookup, new ActorId(ActorKinds.Call, ActorKeys.ForCallId(turn.Secret, Latin1.Octets(query.CallIdValue)).Key), query));
    }

    /// <summary>Another call asks: it is told, whatever this call is doing.</summary>
    public static void Asked(Turn turn, CallInput.DialogAsked asked) =>
        turn.Do(new CallEffect.TellDialog(asked.By, asked.Lookup, Find(turn, asked.Query)));

    /// <summary>
    /// RFC 3891 section 3: the dialog must match "in the same way" as a request within it: Call-ID, and both tags. Whether it may be replaced (early-only,
    /// who began it) is for the party beyond to say; its dialog is in the same state as ours.
    /// </summary>
    private static DialogParty? Find(Turn turn, DialogQuery query)
    {
        (int Leg, bool IsHidden) name = DialogNames.Read(turn.Secret, query.CallIdValue);
        if (name.Leg >= turn.State.Legs.Length || turn.State.Phase == CallPhase.Ended)
        {
            return null;
        }

        Leg named = turn.State.Legs[name.Leg];
        if (query.ToTag.Length == 0)
        {
            return turn.State.Phase == CallPhase.Established && turn.State.IsParty(named) ? Party(turn, turn.State.Opposite(named), null, query) : null;
        }

        bool Is(string asked, string tag) => DialogNames.Matches(turn.Secret, turn.Self.Key, name, asked, tag);
        if (turn.State.Phase == CallPhase.Established)
        {
            // Whoever was told to use this dialog got its names from the peer of the leg, whose "to" we are; or they are the party's own names.
            return !turn.State.IsParty(named) ? null
                : Is(query.ToTag, named.LocalTag) && Is(query.FromTag, named.RemoteTag) ? Party(turn, turn.State.Opposite(named), turn.State.Opposite(named).LocalTag, query)
                : Is(query.ToTag, named.RemoteTag) && Is(query.FromTag, named.LocalTag) ? Party(turn, named, named.LocalTag, query)
                : null;
        }

        return FindEarly(turn, query, named, Is);
    }

    /// <summary>A dialog that is not answered yet: a call that rings is picked up elsewhere (RFC 3891 section 1).</summary>
    private static DialogParty? FindEarly(Turn turn, DialogQuery query, Leg named, Func<string, string, bool> matches)
    {
        Leg caller = turn.State.A;
        foreach (EarlyDialog dialog in turn.State.EarlyDialogs)
        {
            if (dialog.IsOver || (!named.IsA && named.Number != dialog.Leg))
            {
                continue;
            }

            (string ours, string theirs) = named.IsA ? (dialog.CallerTag, caller.RemoteTag) : (turn.State.Legs[dialog.Leg].LocalTag, dialog.RemoteTag);
            bool beyond = matches(query.ToTag, ours) && matches(query.FromTag, theirs);
            if (beyond || (matches(query.ToTag, theirs) && matches(query.FromTag, ours)))
            {
                Leg callee = turn.State.Side(dialog.Leg, dialog.CallerTag);
                return beyond == named.IsA ? Party(turn, callee, callee.LocalTag, query) : Party(turn, caller, dialog.CallerTag, query);
            }
        }

        return null;
    }

    private static DialogParty Party(Turn turn, Leg leg, string? localTag, DialogQuery query) => new(
        leg.RemoteTarget, leg.RemoteParty, NextHops.Of(turn, leg), leg.Trunk,
        localTag is null ? "" : Replaces.Write(leg.CallIdValue, leg.RemoteTag, localTag, query.EarlyOnly));
}
