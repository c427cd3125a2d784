using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>A server transaction of a party: RFC 3261 sections 17.2 and 13.3.1.4. Of an INVITE that forked there is one for each fork.</summary>
internal sealed class Serve(SimulatedWorld world, UserAgent party, SipMessage request, PartyDialog? dialog = null)
{
    private byte[]? _last;
    private int _interval = 500;
    private long _until;

    public SipMessage Request { get; } = request;
    public PartyDialog? Dialog { get; } = dialog;
    public string Branch { get; } = PartyText.Branch(request);
    public SipMethod Method { get; } = request.Method;
    public uint CSeq { get; } = PartyText.Number(request);
    public int Final { get; private set; }
    public bool Acknowledged { get; set; }

    /// <summary>Another fork has given the final response.</summary>
    public bool Closed { get; set; }
    public bool IsOpen => Final == 0 && !Closed;

    public void Answer(int status, byte[] bytes)
    {
        if (!IsOpen)
        {
            return;
        }

        _last = bytes;
        party.Send(bytes);
        if (status >= 200)
        {
            Final = status;
            if (Method == SipMethod.Invite)
            {
                _until = world.Clock.Now + 32_000;
                world.Schedule.After(_interval, Again);
            }
        }
    }

    public void Retransmitted()
    {
        if (_last is { } bytes && !Closed && !(Method == SipMethod.Invite && Acknowledged))
        {
            party.Send(bytes);
        }
    }

    private void Again()
    {
        if (Acknowledged)
        {
            return;
        }

        if (world.Clock.Now >= _until)
        {
            party.Unacknowledged(this);
            return;
        }

        // 13.3.1.4: the 2xx is repeated on every transport, a refusal on unreliable ones only (17.2.1).
        if (Final < 300 || !party.Script.Tcp)
        {
            party.Send(_last!);
        }

        _interval = Math.Min(_interval * 2, 4000);
        world.Schedule.After(_interval, Again);
    }
}
