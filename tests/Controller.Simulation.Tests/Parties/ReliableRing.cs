using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>A reliable provisional response of a callee (RFC 3262 section 3): repeated from T1 on, doubling, until its PRACK or 64*T1.</summary>
internal sealed class ReliableRing(SimulatedWorld world, Callee callee, Serve invite, uint number, bool hasSession, byte[] bytes)
{
    private int _interval = 500;
    private long _until;

    public uint Number { get; } = number;
    public bool HasSession { get; } = hasSession;
    public bool Acknowledged { get; set; }

    public void Start()
    {
        _until = world.Clock.Now + 32_000;
        invite.Answer(183, bytes);
        world.Schedule.After(_interval, Again);
    }

    private void Again()
    {
        if (Acknowledged || !invite.IsOpen)
        {
            return;
        }

        if (world.Clock.Now >= _until)
        {
            callee.NotPracked(invite);
            return;
        }

        callee.Send(bytes);
        _interval *= 2;
        world.Schedule.After(_interval, Again);
    }
}
