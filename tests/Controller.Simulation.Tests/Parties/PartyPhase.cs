namespace Controller.Simulation.Tests.Parties;

internal enum PartyPhase
{
    New,
    Setup,
    Up,
    Over,
}
