using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>Who is called: one user agent, or a proxy with several behind it, each with a dialog of its own (RFC 3261 section 13.2.2.4).</summary>
internal sealed class Callee(SimulatedWorld world, int call, string mark, IPEndPoint address, IPEndPoint controller, PartyScript script)
    : Party(world, call, mark, address, controller, script)
{
    private readonly List<Fork> _forks = [];
    private bool _late;

    public override bool IsCaller => false;

    /// <summary>The INVITE that reached it, as its first fork has it.</summary>
    public Serve? Invited => _forks.Count > 0 ? _forks[0].Invite : null;

    /// <summary>A reliable response of its got no PRACK.</summary>
    public bool WasNotPracked { get; private set; }

    protected override Serve? FirstInvite => Invited;

    protected override void New(SipMessage request)
    {
        if (request.Method == SipMethod.Invite && PartyText.Tag(request, HeaderId.To).Length == 0)
        {
            Ring(request);
        }
        else
        {
            base.New(request);
        }
    }

    private void Ring(SipMessage request)
    {
        Must(_forks.Count == 0, "C6", "invited a second time by one leg");
        Phase = PartyPhase.Setup;
        CallId = PartyText.Value(request, HeaderId.CallId);
        RemoteParty = $"<{PartyText.Uri(request, HeaderId.From)}>";
        LocalParty = PartyText.Value(request, HeaderId.To);
        _late = request.Body.IsEmpty;
        bool reliable = PartyText.Lists(request, HeaderId.Supported, "100rel");
        Must(!PartyText.Lists(request, HeaderId.Require, "100rel"), "C7", "100rel is required of a callee");
        for (int i = 0; i < Script.Forks; i++)
        {
            var dialog = new PartyDialog($"{Mark}tag{i}", PartyText.Tag(request, HeaderId.From)) { RemoteCSeq = PartyText.Number(request), OfferReceived = !_late };
            dialog.Heard(request);
            var invite = new Serve(World, this, request, dialog);
            Dialogs.Add(dialog);
            Serves.Add(invite);
            _forks.Add(new Fork(dialog, invite, reliable && Script.Reliable != Reliability.None));
        }

        if (Script.Dead)
        {
            return;
        }

        if (_forks.Count > 1)
        {
            World.Saw(Call, _forks.Count >= 10 ? Ingredient.TenForks : Ingredient.Forks);
        }

        After(Script.TryingAfter, () => Reply(_forks[0].Invite, 100));
        for (int i = 0; i < _forks.Count; i++)
        {
            Fork fork = _forks[i];
            After(Script.RingAfter < 0 ? -1 : Script.RingAfter + (37 * i), () => Ring(fork));
            After(Script.RingAgainAfter < 0 ? -1 : Script.RingAgainAfter + (41 * i), () => Ring(fork));
        }

        After(Script.FinalAfter, () => Final(Leading, Script.FinalStatus));
        if (_forks.Count > 1)
        {
            After(Script.SecondAnswerAfter, () => Final(_forks[1], 200));
        }
    }

    private void Ring(Fork fork)
    {
        // RFC 3262 section 3: "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged".
        if (!fork.Invite.IsOpen || fork.Dialog.IsOver || fork.Ring is { Acknowledged: false })
        {
            return;
        }

        if (!fork.IsReliable)
        {
            Reply(fork.Invite, Script.RingStatus, Script.RingWithSession && !_late ? Same(fork.Dialog) : null, RecordRoute);
            return;
        }

        string? session = null;
        if (!fork.Dialog.Settled && _late)
        {
            // 13.2.1: "the offer MUST be … in the first reliable non-failure message from the UAS".
            session = Offer(fork.Dialog);
        }
        else if (!fork.Dialog.Settled && Script.RingWithSession)
        {
            session = Same(fork.Dialog);
        }

        fork.Dialog.RSeq = fork.Dialog.RSeq == 0 ? (uint)(100 + (7 * _forks.IndexOf(fork))) : fork.Dialog.RSeq + 1;
        World.Saw(Call, Ingredient.CalleeReliable);
        byte[] bytes = PartyText.Response(fork.Invite.Request, Script.RingStatus, fork.Dialog.LocalTag, Contact, Mark, session, $"{RecordRoute}{Allow}Require: 100rel\r\nRSeq: {fork.Dialog.RSeq}\r\n");
        fork.Ring = new ReliableRing(World, this, fork.Invite, fork.Dialog.RSeq, session is not null, bytes);
        fork.Ring.Start();
    }

    /// <summary>64*T1 without a PRACK: RFC 3262 section 3, "the UAS SHOULD reject the original request with a 5xx response".</summary>
    public void NotPracked(Serve invite)
    {
        WasNotPracked = true;
        Final(_forks.Find(fork => fork.Invite == invite)!, 504);
    }

    private void Final(Fork fork, int status)
    {
        if (!fork.Invite.IsOpen || fork.Dialog.IsOver)
        {
            return;
        }

        if (status < 300 && fork.Ring is { Acknowledged: false, HasSession: true })
        {
            // RFC 3262 section 3: "it MUST NOT send a 2xx … until those provisional responses are acknowledged".
            fork.Wanted = status;
            return;
        }

        if (status >= 300 && WasUp)
        {
            // 16.7: what has answered has answered; a refusal that comes later goes nowhere.
            (fork.Invite.Closed, fork.Dialog.IsOver) = (true, true);
            return;
        }

        // One refusal for all; of the answers, each its own.
        foreach (Fork other in _forks)
        {
            if (other != fork && (status >= 300 || Script.SecondAnswerAfter < 0 || WasUp))
            {
                other.Invite.Closed |= other.Invite.IsOpen;
                other.Dialog.IsOver |= !other.Dialog.IsUp;
            }
        }

        if (status >= 300)
        {
            World.Histories.Finally(Call, status);
            fork.Dialog.IsOver = true;
            Reply(fork.Invite, status);
            Phase = PartyPhase.Over;
            return;
        }

        if (WasUp)
        {
            World.Saw(Call, Ingredient.SecondAnswer);
        }

        string? session = null;
        if (!fork.Dialog.Settled)
        {
            session = _late ? Offer(fork.Dialog) : Same(fork.Dialog);
            (fork.Dialog.OfferReceived, fork.Dialog.Settled) = (false, true);
        }

        World.Histories.Finally(Call, status);
        bool first = !WasUp;
        (WasUp, fork.Dialog.IsUp, Phase) = (true, true, PartyPhase.Up);
        Reply(fork.Invite, status, session, RecordRoute);
        if (first)
        {
            After(Script.ByeBehindAnswer, () => HangUp(fork.Dialog));
            Talk(fork.Dialog);
        }
    }

    protected override void Confirmed(Serve serve, PartyDialog dialog)
    {
        if (serve == Invited)
        {
            After(Script.ByeAfter, () => HangUp(dialog));
        }
    }

    protected override void InDialog(Serve serve, PartyDialog dialog)
    {
        if (serve.Method == SipMethod.Prack)
        {
            Pracked(serve, dialog);
        }
        else if (serve.Method == SipMethod.Bye && !dialog.IsUp && _forks.Exists(fork => fork.Dialog != dialog && fork.Invite is { Closed: false, Final: < 300 }))
        {
            // RFC 5407 appendix A: this fork is over, the others ring on; the INVITE gets its final response from them, or has got it: after a 2xx the proxy
            // hands on no 487 (RFC 3261 section 16.7 step 5).
            Reply(serve, 200);
            dialog.IsOver = true;
            _forks.Find(fork => fork.Dialog == dialog)!.Invite.Closed = true;
        }
        else
        {
            base.InDialog(serve, dialog);
        }
    }

    /// <summary>The first one that has not left: the final response is its affair.</summary>
    private Fork Leading => _forks.Find(static fork => fork.Invite.IsOpen) ?? _forks[0];

    private void Pracked(Serve serve, PartyDialog dialog)
    {
        Fork fork = _forks.Find(f => f.Dialog == dialog)!;
        string expected = $"{fork.Ring?.Number} {fork.Invite.CSeq} INVITE";
        string said = PartyText.Value(serve.Request, HeaderId.RAck);

        // RFC 3262 section 7.2: the RSeq of the response, and the CSeq of the request that it answers.
        Must(said == expected, "C7", $"a PRACK with RAck {said}; {expected} is what it was sent");
        Must(fork.Ring is { Acknowledged: false }, "C7", $"a second PRACK for {said}");
        World.Saw(Call, Ingredient.CalleePracked);
        fork.Ring!.Acknowledged = true;
        string? answer = null;
        bool body = !serve.Request.Body.IsEmpty;
        if (fork.Ring.HasSession && !dialog.Settled)
        {
            // RFC 3262 section 5: "If the UAC receives a reliable provisional response with an offer … it MUST generate an answer in the PRACK".
            Must(!_late || body, "C8", "a PRACK without the answer to the offer that it acknowledges");
            answer = !_late && body ? Same(dialog) : null;
            (dialog.OfferSent, dialog.OfferReceived, dialog.Settled) = (false, false, true);
        }
        else if (body)
        {
            Must(dialog is { Settled: true, OfferReceived: false }, "C8", "a PRACK makes a second offer while the first waits for its answer");
            answer = Same(dialog);
        }

        Reply(serve, 200, answer);
        if (fork.Wanted != 0)
        {
            Final(fork, fork.Wanted);
        }
        else
        {
            After(Script.EarlyUpdateAfter, () => UpdateEarly(fork));
        }
    }

    private void UpdateEarly(Fork fork)
    {
        if (fork.Invite.IsOpen && !fork.Dialog.IsOver && fork.Dialog is { AllowsUpdate: true, IsQuiet: true, Settled: true })
        {
            World.Saw(Call, Ingredient.EarlyUpdate);
            Request(fork.Dialog, SipMethod.Update, Script.UpdateOffers ? Offer(fork.Dialog) : null);
        }
    }

    protected override void CancelAsked(Serve cancel)
    {
        if (Script.Dead || Invited is null || Invited.Branch != cancel.Branch)
        {
            base.CancelAsked(cancel);
            return;
        }

        Reply(cancel, 200);
        if (_forks.Exists(static fork => fork.Invite.Final != 0))
        {
            World.Saw(Call, Ingredient.CancelMeetsAnswer);
        }
        else
        {
            Final(Leading, Script.AnswersDespiteCancel && Leading.Ring is not { Acknowledged: false, HasSession: true } ? 200 : 487);
        }
    }

    protected override void Over(PartyDialog dialog)
    {
        base.Over(dialog);
        if (!WasUp && _forks.TrueForAll(static fork => fork.Dialog.IsOver))
        {
            Phase = PartyPhase.Over;
        }
    }

    private string RecordRoute => Script.RecordRoute ? $"Record-Route: <sip:{Address};lr;{Mark}>\r\n" : "";

    /// <param name="IsReliable">Its provisional responses are reliable.</param>
    private sealed record Fork(PartyDialog Dialog, Serve Invite, bool IsReliable)
    {
        public ReliableRing? Ring { get; set; }

        /// <summary>The final response that waits for a PRACK; 0 if none.</summary>
        public int Wanted { get; set; }
    }
}
