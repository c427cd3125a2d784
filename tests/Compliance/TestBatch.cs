using Controller.Sharding.Journal;

namespace Controller.Compliance;

/// <summary>A batch that tells what became of it.</summary>
public sealed class TestBatch(params JournalEntry[] entries) : JournalBatch
{
    private readonly TaskCompletionSource<AppendResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completions;

    public override IReadOnlyList<JournalEntry> Entries { get; } = entries;

    /// <summary>Called on the journal's thread with this batch.</summary>
    public Action<TestBatch>? OnCompleted { get; init; }

    public int Completions => Volatile.Read(ref _completions);

    public int CompletedOnThread { get; private set; }

    public override void Completed(AppendResult result)
    {
        Interlocked.Increment(ref _completions);
        CompletedOnThread = Environment.CurrentManagedThreadId;
        OnCompleted?.Invoke(this);
        _completion.TrySetResult(result);
    }

    public AppendResult Wait() => _completion.Task.WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
}
