using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>A client transaction of a party: RFC 3261 section 17.1, the party's own and small.</summary>
internal sealed class Ask(SimulatedWorld world, UserAgent party, string branch, SipMethod method, uint cseq, byte[] bytes, PartyDialog? dialog = null)
{
    private int _interval = 500;

    public string Branch { get; } = branch;
    public SipMethod Method { get; } = method;
    public uint CSeq { get; } = cseq;

    /// <summary>The dialog it is sent in; null before there is one.</summary>
    public PartyDialog? Dialog { get; } = dialog;
    public bool Provisional { get; set; }

    /// <summary>The first final response; 0 if none has come.</summary>
    public int Final { get; set; }
    public bool TimedOut { get; private set; }
    public byte[]? Acknowledgement { get; set; }

    /// <summary>It makes an offer. (The answer to an offer, in a PRACK, is none.)</summary>
    public bool HasOffer { get; init; }

    public bool IsOpen => Final == 0 && !TimedOut;

    /// <summary>No answer to the CANCEL of this INVITE: RFC 3261 section 9.1 considers it cancelled 64*T1 later.</summary>
    public void GiveUp() => TimedOut |= Final == 0;

    public void Start()
    {
        party.Send(bytes);
        if (!party.Script.Tcp)
        {
            world.Schedule.After(_interval, Again);
        }

        // Timers B and F.
        world.Schedule.After(32_000, () =>
        {
            if (IsOpen && !(Method == SipMethod.Invite && Provisional))
            {
                TimedOut = true;
                party.Unanswered(this);
            }
        });
    }

    private void Again()
    {
        if (!IsOpen || (Method == SipMethod.Invite && Provisional))
        {
            return;
        }

        party.Send(bytes);
        _interval = Method == SipMethod.Invite ? _interval * 2 : Math.Min(_interval * 2, 4000);
        world.Schedule.After(_interval, Again);
    }
}
