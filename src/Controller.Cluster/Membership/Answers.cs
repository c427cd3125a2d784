using Controller.Sharding.Journal;

namespace Controller.Cluster.Membership;

/// <summary>What comes of a request to the arbiter, as an input. Blocks for as long as the store does.</summary>
public static class Answers
{
    public static MemberInput? To(MemberCommand.Ask request, IOwnershipStore store)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(store);
        try
        {
            switch (request)
            {
                case MemberCommand.Enter enter:
                    store.Enter(enter.Phase);
                    return new MemberInput.Entered(enter.Phase, Failed: false);
                case MemberCommand.Accuse accuse:
                    store.Accuse(accuse.Targets);
                    return new MemberInput.Accused(Failed: false);
                case MemberCommand.Fence fence:
                    return new MemberInput.Fenced(fence.Suspect, Failed: store.Fence(fence.Suspect, fence.Cause, fence.Living) == FenceOutcome.Overtaken);
                case MemberCommand.Claim claim:
                    return new MemberInput.Claimed(claim.Shards, claim.Addresses, store.Claim(claim.Shards, claim.Addresses, claim.Cause));
                case MemberCommand.HandOff give:
                    return new MemberInput.HandedOff(give.To, give.Shards, store.HandOff(give.To, give.Shards, give.Addresses));
                default:
                    return null;
            }
        }
        catch (FencedException fenced)
        {
            return new MemberInput.Replaced(fenced.Message);
        }
        catch (JournalException)
        {
            return Failure(request);
        }
    }

    /// <summary>Nothing is known of what became of it.</summary>
    public static MemberInput? Failure(MemberCommand.Ask request) => request switch
    {
        MemberCommand.Enter enter => new MemberInput.Entered(enter.Phase, Failed: true),
        MemberCommand.Accuse => new MemberInput.Accused(Failed: true),
        MemberCommand.Fence fence => new MemberInput.Fenced(fence.Suspect, Failed: true),
        MemberCommand.Claim claim => new MemberInput.Claimed(claim.Shards, claim.Addresses, null),
        MemberCommand.HandOff give => new MemberInput.HandedOff(give.To, give.Shards, null),
        _ => null,
    };
}
