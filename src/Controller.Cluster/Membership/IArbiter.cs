namespace Controller.Cluster.Membership;

/// <summary>Takes what the member asks for, one after the other, and posts what came of it. Returns at once.</summary>
public interface IArbiter
{
    void Ask(MemberCommand.Ask request);
}
