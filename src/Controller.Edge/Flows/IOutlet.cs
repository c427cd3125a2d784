namespace Controller.Edge.Flows;

/// <summary>The sending side of one listener. Thread-safe; does not throw; failures are reported, not returned.</summary>
internal interface IOutlet
{
    void Send(in Outgoing message);
}
