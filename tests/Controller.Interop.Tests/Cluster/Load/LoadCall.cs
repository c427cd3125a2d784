using Controller.Interop.Tests.Kill;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Cluster.Load;

/// <summary>One call of the load, with what both of its parties know of it.</summary>
internal sealed class LoadCall(CallScript script, PartyCall near)
{
    public CallScript Script => script;
    public PartyCall Near => near;

    /// <summary>The callee's side; null until it has rung.</summary>
    public PartyCall? Far { get; set; }

    /// <summary>One of its legs, or both, is over TCP.</summary>
    public bool IsOverStreams => near.IsReliable || Far is { IsReliable: true };

    public bool IsEstablished => near.Phase == CallPhase.Established && Far?.Phase == CallPhase.Established;

    /// <summary>For both parties, and nothing of it is open.</summary>
    public bool IsOver => near.Phase == CallPhase.Ended && Far is null or { Phase: CallPhase.Ended, IsAcknowledged: true } &&
        (near.Status != 200 || near.ByeStatus != 0 || (near.EndedByRemote && Far is { ByeStatus: not 0 }));

    /// <summary>A stateless refusal (503 with Retry-After) of a call that nobody has heard of: it may have no charging record.</summary>
    public bool IsTurnedAway => near.Status == 503 && Far is null;

    /// <summary>
    /// Between which durations the charging record's must be: the node decided that the call is answered between the callee's 200 and its arrival at the
    /// caller, and that it has ended between somebody's BYE and the answer to it.
    /// </summary>
    public (long Least, long Most)? Duration
    {
        get
        {
            PartyCall? first = near.ByeSentAt > 0 ? near : Far;
            return near.Status == 200 && Far is { } far && first is { ByeAnsweredAt: > 0 } ended
                ? (ended.ByeSentAt - near.AnsweredAt, ended.ByeAnsweredAt - far.AnsweredAt)
                : null;
        }
    }
}
