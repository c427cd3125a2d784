using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>A server transaction of a party: RFC 3261 sections 17.2 and 13.3.1.4.</summary>
internal sealed class Serve(SimulatedWorld world, Party party, SipMessage request)
{
    private byte[]? _last;
    private int _interval = 500;
    private long _until;

    public SipMessage Request { get; } = request;
    public string Branch { get; } = PartyText.Branch(request);
    public SipMethod Method { get; } = request.Method;
    public uint CSeq { get; } = PartyText.Number(request);
    public int Final { get; private set; }
    public bool Acknowledged { get; set; }
    public bool HasSpoken => _last is not null;
    public bool GaveUp { get; private set; }

    public void Answer(int status, byte[] bytes)
    {
        if (Final != 0)
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
        if (_last is { } bytes && !(Method == SipMethod.Invite && Acknowledged))
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
            GaveUp = true;
            party.Unacknowledged(this);
            return;
        }

        party.Send(_last!);
        _interval = Math.Min(_interval * 2, 4000);
        world.Schedule.After(_interval, Again);
    }
}
