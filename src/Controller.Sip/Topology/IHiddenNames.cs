using Controller.Sip.Messages;

namespace Controller.Sip.Topology;

/// <summary>What names one side of a call.</summary>
public interface IHiddenNames
{
    /// <summary>Hides all of it, and all that a message of that side adds.</summary>
    void HideIn(TopologyHiding hiding, SipMessage message);
}
