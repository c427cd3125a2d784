using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>Who calls. It sees an early dialog for each tag that it is shown (RFC 3261 section 13.2.2.1).</summary>
internal sealed class Caller : Party
{
    private readonly string _target;
    private bool _cancelWanted;

    public Caller(SimulatedWorld world, int call, string mark, string user, IPEndPoint address, IPEndPoint controller, string target, PartyScript script)
        : base(world, call, mark, address, controller, script)
    {
        _target = target;
        CallId = $"{mark}-call";
        LocalParty = $"<sip:{user}@{address.Address}>";
        RemoteParty = $"<{target}>";
    }

    public override bool IsCaller => true;
    public bool Cancelled { get; private set; }
    public bool EarlyByeSent { get; private set; }

    /// <summary>The INVITE that makes the call.</summary>
    public Ask? Invite { get; private set; }

    private string LocalTag => $"{Mark}tag";

    public void Start()
    {
        Phase = PartyPhase.Setup;
        if (Script.LateOffer)
        {
            World.Saw(Call, Ingredient.LateOffer);
        }

        string reliable = Script.Reliable switch
        {
            Reliability.Supports => "Supported: 100rel\r\n",
            Reliability.Requires => "Require: 100rel\r\n",
            _ => "",
        };
        string branch = NewBranch();
        byte[] bytes = PartyText.Finish($"INVITE {_target} SIP/2.0\r\nVia: {ViaOf(branch)}\r\nMax-Forwards: 70\r\nFrom: {LocalParty};tag={LocalTag}\r\nTo: {RemoteParty}\r\n"
            + $"Call-ID: {CallId}\r\nCSeq: 1 INVITE\r\nContact: <{Contact}>\r\nUser-Agent: {Mark}\r\n{Allow}{reliable}", Script.LateOffer ? null : PartyText.Session(Mark, Address, 1));
        Invite = Begin(new Ask(World, this, branch, SipMethod.Invite, 1, bytes) { HasOffer = !Script.LateOffer });
        After(Script.CancelAfter, WantCancel);
    }

    public override void Unanswered(Ask ask)
    {
        base.Unanswered(ask);
        if (ask == Invite)
        {
            Phase = PartyPhase.Over;
        }
    }

    private void WantCancel()
    {
        if (Phase != PartyPhase.Setup || Invite is not { IsOpen: true })
        {
            return;
        }

        if (Script.EarlyBye && Dialogs.Count > 0)
        {
            EarlyByeSent = true;
            World.Saw(Call, Ingredient.EarlyBye);
            Dialogs[0].IsOver = true;
            Request(Dialogs[0], SipMethod.Bye, null);

            // Who hangs up one early dialog wants none of the others either (RFC 5407 section 3.1.3 has the races).
            After(1_000, WantCancelAll);
            return;
        }

        WantCancelAll();
    }

    private void WantCancelAll()
    {
        if (Phase != PartyPhase.Setup || Invite is not { IsOpen: true })
        {
            return;
        }

        // 9.1: not before a provisional response.
        _cancelWanted = true;
        if (Invite.Provisional)
        {
            SendCancel(Invite);
        }
    }

    private void SendCancel(Ask invite)
    {
        if (Cancelled)
        {
            return;
        }

        Cancelled = true;
        World.Saw(Call, Ingredient.Cancel);
        byte[] bytes = PartyText.Finish($"CANCEL {_target} SIP/2.0\r\nVia: {ViaOf(invite.Branch)}\r\nMax-Forwards: 70\r\nFrom: {LocalParty};tag={LocalTag}\r\n"
            + $"To: {RemoteParty}\r\nCall-ID: {CallId}\r\nCSeq: {invite.CSeq} CANCEL\r\n", null);
        Begin(new Ask(World, this, invite.Branch, SipMethod.Cancel, invite.CSeq, bytes));
        World.Schedule.After(64_000, () =>
        {
            if (invite.IsOpen)
            {
                invite.GiveUp();
                Phase = PartyPhase.Over;
            }
        });
    }

    protected override void Progressed(Ask ask, SipMessage response)
    {
        if (ask != Invite || !ask.IsOpen)
        {
            return;
        }

        string tag = PartyText.Tag(response, HeaderId.To);
        if (tag.Length > 0)
        {
            PartyDialog dialog = DialogOf(tag);
            dialog.Heard(response);
            Ring(dialog, response);
        }

        if (_cancelWanted)
        {
            SendCancel(ask);
        }
    }

    private void Ring(PartyDialog dialog, SipMessage response)
    {
        uint number = PartyText.RSeq(response);
        if (!PartyText.Lists(response, HeaderId.Require, "100rel"))
        {
            // RFC 3262 section 3: "If the request contained … Require … 100rel, the UAS … MUST send any non-100 provisional responses reliably".
            Must(Script.Reliable != Reliability.Requires || response.StatusCode == 100, "C7", $"an unreliable {response.StatusCode} to a caller that requires 100rel");
            return;
        }

        // RFC 3262 section 3: "MUST NOT … if the initial request did not include" 100rel in Supported or Require.
        Must(Script.Reliable != Reliability.None && number != 0, "C7", "a reliable response to a caller that cannot take it");
        if (dialog.RSeq != 0 && number != dialog.RSeq + 1)
        {
            // Section 4: a repetition, or one that came before the one it follows, "MUST NOT be acknowledged with a PRACK, and MUST NOT be processed further".
            return;
        }

        dialog.RSeq = number;
        World.Saw(Call, Ingredient.ReliableRing);
        bool answers = false;
        if (!response.Body.IsEmpty && !dialog.Settled)
        {
            answers = Script.LateOffer;
            (dialog.OfferSent, dialog.OfferReceived, dialog.Settled) = (false, answers, !answers);
        }

        After(Script.PrackAfter, () => Prack(dialog, number, answers));
    }

    private void Prack(PartyDialog dialog, uint number, bool answers)
    {
        if (Phase == PartyPhase.Over || dialog.IsOver)
        {
            return;
        }

        string? session = null;
        if (answers)
        {
            session = Same(dialog);
            (dialog.OfferReceived, dialog.Settled) = (false, true);
        }
        else if (Script.PrackOffers && dialog is { Settled: true, IsQuiet: true } && Phase == PartyPhase.Setup)
        {
            session = Offer(dialog);
            World.Saw(Call, Ingredient.PrackOffer);
        }

        Acknowledge(dialog, number, session, answers);
    }

    private void Acknowledge(PartyDialog dialog, uint number, string? session = null, bool isAnswer = false)
    {
        if (Phase != PartyPhase.Over && !dialog.IsOver)
        {
            World.Saw(Call, Ingredient.Prack);
            Request(dialog, SipMethod.Prack, session, $"RAck: {number} {Invite!.CSeq} INVITE\r\n", isAnswer);
        }
    }

    protected override void Answered(Ask ask, SipMessage response, bool first)
    {
        if (ask != Invite)
        {
            base.Answered(ask, response, first);
            if (first && ask is { Method: SipMethod.Prack, Final: < 300, Dialog: { } pracked })
            {
                After(Script.EarlyUpdateAfter, () => UpdateEarly(pracked));
            }
            else if (first && ask is { Method: SipMethod.Prack, HasOffer: true, Dialog: { } refused })
            {
                // RFC 3262 section 3: what was refused has acknowledged nothing; the offer was too much, so it asks without.
                After(10, () => Acknowledge(refused, refused.RSeq));
            }

            return;
        }

        string tag = PartyText.Tag(response, HeaderId.To);
        if (response.StatusCode >= 300)
        {
            ask.Acknowledgement ??= PartyText.Finish($"ACK {_target} SIP/2.0\r\nVia: {ViaOf(ask.Branch)}\r\nMax-Forwards: 70\r\nFrom: {LocalParty};tag={LocalTag}\r\n"
                + $"To: {PartyText.Value(response, HeaderId.To)}\r\nCall-ID: {CallId}\r\nCSeq: {ask.CSeq} ACK\r\n", null);
            Send(ask.Acknowledgement);
            if (first)
            {
                Phase = PartyPhase.Over;
            }

            return;
        }

        PartyDialog dialog = DialogOf(tag);
        Must(!WasUp || dialog.IsUp, "C3", "a second answer, with another tag");
        Acknowledge(ask, response, dialog);
        if (WasUp)
        {
            return;
        }

        if (Cancelled)
        {
            World.Saw(Call, Ingredient.CancelMeetsAnswer);
        }

        bool unwanted = ask.TimedOut || Cancelled || EarlyByeSent;
        (WasUp, dialog.IsUp, dialog.IsOver, Phase) = (true, true, false, PartyPhase.Up);
        After(Script.ByeAfter, () => HangUp(dialog));
        Talk(dialog);
        if (unwanted)
        {
            // 13.2.2.4: it had given up; acknowledged and hung up.
            HangUp(dialog);
        }
    }

    private void UpdateEarly(PartyDialog dialog)
    {
        if (Phase == PartyPhase.Setup && !dialog.IsOver && dialog is { AllowsUpdate: true, IsQuiet: true, Settled: true }
            && !Asks.Any(static ask => ask is { Method: SipMethod.Update, IsOpen: true }))
        {
            World.Saw(Call, Ingredient.EarlyUpdate);
            Request(dialog, SipMethod.Update, Script.UpdateOffers ? Offer(dialog) : null);
        }
    }

    private PartyDialog DialogOf(string tag)
    {
        PartyDialog? dialog = Dialogs.Find(d => d.RemoteTag == tag);
        if (dialog is null)
        {
            dialog = new PartyDialog(LocalTag, tag) { LocalCSeq = Invite!.CSeq, Version = Script.LateOffer ? 0 : 1, OfferSent = !Script.LateOffer, RemoteTarget = _target };
            Dialogs.Add(dialog);
        }

        return dialog;
    }
}
