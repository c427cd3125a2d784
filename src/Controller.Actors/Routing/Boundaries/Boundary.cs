using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Causes;
using Controller.Actors.Routing.Codecs;
using Controller.Actors.Routing.Headers;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Routing.Refusals;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing.Boundaries;

/// <summary>
/// Header rules, codec rules and number forms where a message comes in and where one goes out.
/// <para>
/// Invariant: a rule applies once. What is stored as received is always what was received, and what is stored as sent is always finished; both directions are
/// applied on the one way from the former to the latter (<see cref="TakenIn(ControllerSettings, Leg, SipMessage)"/> when it is read, <see cref="SentOut"/> as the last step of rendering), and the
/// result of <see cref="TakenIn(ControllerSettings, Leg, SipMessage)"/> is stored nowhere. What is sent again, by whichever node, is the stored bytes; nothing that was rendered is rendered from.
/// </para>
/// ACK to a refusal and CANCEL are images of the INVITE (RFC 3261 sections 9.1 and 17.1.1.3), and the ACK to a 2xx belongs to it: rules leave both methods alone.
/// </summary>
internal static class Boundary
{
    /// <summary>A message of a leg as the rest of the program, and the other leg, see it. Responses to it are made from the message itself.</summary>
    public static SipMessage TakenIn(ControllerSettings settings, Leg from, SipMessage message) => TakenIn(settings.BoundaryOf(from.Realm, from.Trunk), message);

    public static SipMessage TakenIn(BoundaryRules rules, SipMessage message)
    {
        if ((rules.In.IsEmpty && rules.CausesIn.IsEmpty && rules.Numbers is null) || IsImage(message))
        {
            return message;
        }

        var head = MessageHead.Of(message);
        Causes(head, message, rules.CausesIn);
        HeaderRules.Apply(rules.In, head);
        if (rules.Numbers is { } numbers)
        {
            Normalise(head, message, numbers);
        }

        return head.IsChanged ? SipMessage.Copy(head.Write()) : message;
    }

    /// <summary>A finished message of ours to a leg, before anything of it is stored.</summary>
    public static byte[] SentOut(ControllerSettings settings, Leg to, byte[] message)
    {
        BoundaryRules rules = settings.BoundaryOf(to.Realm, to.Trunk);
        return rules.Out.IsEmpty && rules.CausesOut.IsEmpty && rules.Numbers is null ? message : Rewritten(rules, to, message);
    }

    private static byte[] Rewritten(BoundaryRules rules, Leg to, byte[] message)
    {
        var written = SipMessage.Copy(message);
        if (IsImage(written))
        {
            return message;
        }

        var head = MessageHead.Of(written);
        if (rules.Numbers is { } numbers)
        {
            Parties(head, uri => numbers.SentOut(uri, HostOf(to)));
        }

        Causes(head, written, rules.CausesOut);
        HeaderRules.Apply(rules.Out, head);
        return head.IsChanged ? head.Write() : message;
    }

    /// <summary>
    /// What may be said of codecs from one leg to another. Applied to what was received, together with topology hiding and before the version of our o= line is
    /// chosen, which depends on what is said (RFC 3264 section 8).
    /// </summary>
    public static CodecFilter Codecs(ControllerSettings settings, Leg from, Leg to) => Codecs(settings, from, to.Realm, to.Trunk);

    /// <summary>The same towards a leg that there is not yet.</summary>
    public static CodecFilter Codecs(ControllerSettings settings, Leg from, string realm, string trunk) =>
        CodecFilter.Between(settings.BoundaryOf(from.Realm, from.Trunk), settings.BoundaryOf(realm, trunk));

    /// <summary>A URI that a party of the leg has named for us to call (Refer-To), as routing reads it.</summary>
    public static string Dialled(ControllerSettings settings, Leg from, string uri) =>
        settings.BoundaryOf(from.Realm, from.Trunk).Numbers is { } numbers ? numbers.TakenIn(uri) : uri;

    /// <summary>
    /// A leg that is about to be tried, with its parties and its target as the other side writes them. They are stored with the leg: every message of its dialog
    /// repeats them (RFC 3261 section 12.2.1.1), and none forms them again.
    /// </summary>
    public static Leg Formed(ControllerSettings settings, Leg leg) =>
        settings.BoundaryOf(leg.Realm, leg.Trunk).Numbers is { } numbers ? Formed(numbers, leg) : leg;

    private static Leg Formed(NumberPolicy numbers, Leg leg)
    {
        string host = HostOf(leg);
        return leg with
        {
            LocalParty = PartyNumbers.Value(leg.LocalParty, uri => numbers.SentOut(uri, host)),
            RemoteParty = PartyNumbers.Value(leg.RemoteParty, uri => numbers.SentOut(uri, host)),

            // RFC 3261 section 16.6 step 6: the Contact of a registered phone is its own, and is not written by us.
            RemoteTarget = leg.Trunk.Length > 0 ? numbers.SentOut(leg.RemoteTarget, host) : leg.RemoteTarget,
        };
    }

    /// <summary>A refusal of a leg as the rest of the program sees it. (Whether another target is tried is decided by what it said itself: retry-on.)</summary>
    public static Refusal Refused(ControllerSettings settings, Leg by, Refusal refusal) => RefusalRule.Map(settings.BoundaryOf(by.Realm, by.Trunk).RefusalsIn, refusal);

    /// <summary>A refusal as a caller is told it.</summary>
    public static Refusal Told(ControllerSettings settings, Leg caller, Refusal refusal) => RefusalRule.Map(settings.BoundaryOf(caller.Realm, caller.Trunk).RefusalsOut, refusal);

    /// <summary>The Reason of a CANCEL that has come in, or of a BYE that cancels, as the rest of the program sees it. (That of a BYE that is relayed is taken in with it.)</summary>
    public static string Ended(ControllerSettings settings, Leg by, string reason) => CauseRule.Map(settings.BoundaryOf(by.Realm, by.Trunk).CausesIn, reason);

    /// <summary>The Reason of a CANCEL as a leg is told it.</summary>
    public static string Cancelled(ControllerSettings settings, Leg leg, string reason) => CauseRule.Map(settings.BoundaryOf(leg.Realm, leg.Trunk).CausesOut, reason);

    private static string HostOf(Leg leg) => Relay.HostInUri(Relay.HostOf(leg.SentBy));

    private static bool IsImage(SipMessage message) => message.Method is SipMethod.Ack or SipMethod.Cancel;

    private static void Causes(MessageHead head, SipMessage message, ImmutableArray<CauseRule> rules)
    {
        if (message.IsRequest && message.Method == SipMethod.Bye)
        {
            head.Change("Reason", line => CauseRule.Map(rules, line));
        }
    }

    private static void Normalise(MessageHead head, SipMessage message, NumberPolicy numbers)
    {
        Parties(head, numbers.TakenIn);

        // Within a dialog the Request-URI is our own Contact, and From and To are its names.
        if (!message.IsRequest || Dialogs.Tag(message.Value(HeaderId.To)).Length > 0)
        {
            return;
        }

        head.Redirect(numbers.TakenIn(head.RequestUri));
        head.Change("From", value => PartyNumbers.Value(value, numbers.TakenIn));
        head.Change("To", value => PartyNumbers.Value(value, numbers.TakenIn));
    }

    private static void Parties(MessageHead head, Func<string, string> rewrite)
    {
        foreach (string header in PartyNumbers.Headers)
        {
            head.Change(header, line => PartyNumbers.Line(line, rewrite));
        }
    }
}
