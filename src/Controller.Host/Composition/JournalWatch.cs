using Controller.Sharding.Runtime;

namespace Controller.Host.Composition;

/// <summary>Remembers whether the journal takes commits, and writes what the engine reports into the log.</summary>
public sealed class JournalWatch(ILogger<ActorSystem> log)
{
    private volatile string? _trouble;

    /// <summary>Null while it does, else why it does not.</summary>
    public string? Trouble => _trouble;

    /// <summary>Called on any thread.</summary>
    public void On(EngineFault fault)
    {
        switch (fault.Kind)
        {
            case EngineFaultKind.JournalFailed:
                // Repeated for every batch: said once, until it works again.
                if (_trouble is null)
                {
                    log.JournalFailed(fault.Reason);
                }

                _trouble = fault.Reason;
                break;
            case EngineFaultKind.JournalBack:
                _trouble = null;
                log.JournalBack();
                break;
            case EngineFaultKind.SentTooLate:
                log.SentTooLate(fault.Reason, fault.Actor);
                break;
            default:
                log.Fault(fault.Kind, fault.Reason, fault.Actor, fault.Shard, fault.Error);
                break;
        }
    }
}
