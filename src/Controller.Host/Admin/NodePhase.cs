namespace Controller.Host.Admin;

public enum NodePhase : byte
{
    Starting,
    Up,
    Draining,
}
