using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Subscriptions;

/// <summary>The SUBSCRIBE that begins it, until both sides have a dialog.</summary>
internal static class Beginning
{
    /// <summary>RFC 6665 section 4.1.2.4, timer N: a subscription whose NOTIFY has not come within 64*T1 "is considered failed".</summary>
    public static Instant TimerN(ForwardingTurn turn) => turn.Now.After(SipTimers.Default.T1Times64);

    public static SubscriptionState Take(ForwardingTurn turn, SubscriptionState state, SipMessage request, Flow flow, string key)
    {
        if (state.Phase is SubscriptionPhase.Asked or SubscriptionPhase.Active || state.First is not null)
        {
            // 8.2.2.2: same From tag, Call-ID and CSeq by another path is 482; with another CSeq it is a subscriber that has forgotten its dialog: it is
            // free to begin another under a new Call-ID, and this one ends by itself.
            turn.Reply(request, flow, state.First?.Salt == Dialogs.Number(request) ? 482 : 500);
            return state;
        }

        if (Dialogs.ContactUri(request).Length == 0)
        {
            // 8.1.1.8: "The Contact header field MUST be present and contain exactly one SIP or SIPS URI in any request that can result in … a dialog".
            turn.Reply(request, flow, 400);
            return state;
        }

        if (EventType.Package(request.Value(HeaderId.Event)).IsEmpty)
        {
            // RFC 6665 section 4.2.1.1: "If … the notifier does not understand the event package … the notifier will return a 489": without Event there is none.
            turn.Reply(request, flow, 489);
            return state;
        }

        return Forwarding.Begin(turn, request, flow, key) is { } first
            ? Settle(turn, SubscriptionState.Empty with
            {
                Phase = SubscriptionPhase.Asked,
                Subscriber = first.Caller,
                Event = Latin1.Text(request.Value(HeaderId.Event)),
                Salt = first.Salt,

                // Of a subscription before this one only what has been answered is left, to absorb repetitions.
                Transactions = state.Transactions.RemoveAll(static transaction => transaction.IsPending),
                Lookups = state.Lookups,
            }, first)
            : state;
    }

    /// <summary>Takes over what has become of the first SUBSCRIBE, and answers it once that is decided.</summary>
    public static SubscriptionState Settle(ForwardingTurn turn, SubscriptionState state, ResponseContext first)
    {
        if (first is { IsDecided: true, Server: { IsPending: true } server })
        {
            Leg subscriber = state.Subscriber!;
            byte[] response = first.Best is { } best
                ? Answers.Passed(first.Request, turn.Crossing(first.Legs[first.Winner - 1], subscriber), subscriber.LocalTag, best)
                : Answers.Own(first.Request, subscriber, subscriber.LocalTag, first.Status);
            first = first with { Server = Timers.Answer(turn, server, first.Status, response) };
            state = first.Status < 300 ? Accepted(turn, state, first) : Refused(state, first);

            // A refusal that nobody has been asked for can be made again.
            if (!first.Legs.IsEmpty)
            {
                turn.Keep();
            }
        }

        return state with { First = first.IsOver ? null : first };
    }

    private static SubscriptionState Accepted(ForwardingTurn turn, SubscriptionState state, ResponseContext first)
    {
        SipMessage response = first.Best!;

        // RFC 6665 section 4.1.2.1: "the 200-class response … contains an Expires header field": the time granted. Nothing granted: the NOTIFY that
        // ends it is awaited for timer N.
        Instant granted = Expiry(turn, Granted(response) ?? Granted(first.Request) ?? DefaultExpires);
        if (state.Notifier is not null)
        {
            // RFC 6665 section 4.4.1: the NOTIFY was first, and has made the dialog; or it was another's, of a fork.
            return state.Phase == SubscriptionPhase.Active ? state with { ExpiresAt = granted } : state;
        }

        Leg leg = first.Legs[first.Winner - 1];
        string contact = Dialogs.ContactUri(response);
        return state with
        {
            Phase = SubscriptionPhase.Active,
            ExpiresAt = granted,
            Notifier = leg with
            {
                State = LegState.Confirmed,
                RemoteTag = Dialogs.Tag(response.Value(HeaderId.To)),
                RemoteTarget = contact.Length > 0 ? contact : leg.RemoteTarget,
                RouteSet = RouteSets.OfResponse(response),
            },
        };
    }

    /// <summary>Refused, or not answered at all (408, which is not sent): over, unless somebody has notified, whose 2xx was lost.</summary>
    private static SubscriptionState Refused(SubscriptionState state, ResponseContext first) =>
        first.Status == 408 && state.Notifier is not null ? state : state with { Phase = SubscriptionPhase.Ended };

    private const int DefaultExpires = 3600;

    public static int? Granted(SipMessage message) =>
        int.TryParse(message.Value(HeaderId.Expires), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int seconds) ? seconds : null;

    /// <summary>The notifier ends it on time; what it says then is waited for as long as it can take.</summary>
    public static Instant Expiry(ForwardingTurn turn, int seconds) => TimerN(turn).After(TimeSpan.FromSeconds(seconds));

    /// <summary>
    /// RFC 6665 section 4.4.1: "a dialog … is established … upon receipt of a NOTIFY": one that is for a SUBSCRIBE of ours that is under way, and the first.
    /// </summary>
    public static Leg? Established(SubscriptionState state, SipMessage notify, string callId, string localTag, string remoteTag)
    {
        if (state is not { Phase: SubscriptionPhase.Asked, Notifier: null, First: { } first } || notify.Method != SipMethod.Notify)
        {
            return null;
        }

        foreach (Leg leg in first.Legs)
        {
            if (leg.CallIdValue == callId && leg.LocalTag == localTag && leg.State != LegState.Terminated)
            {
                string contact = Dialogs.ContactUri(notify);
                return leg with
                {
                    State = LegState.Confirmed,
                    RemoteTag = remoteTag,
                    RemoteTarget = contact.Length > 0 ? contact : leg.RemoteTarget,
                    RouteSet = RouteSets.OfRequest(notify),
                };
            }
        }

        return null;
    }
}
