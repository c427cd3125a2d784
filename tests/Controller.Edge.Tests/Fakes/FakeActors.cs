using System.Collections.Concurrent;
using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Fakes;

/// <summary>One input as an actor would have seen it. Messages are copied, because their buffers go back to the pool as in the engine.</summary>
public sealed record Told(ActorId Actor, object Input, SipMessage? Message, Flow? Flow)
{
    /// <summary>The thread that told.</summary>
    public int Thread { get; } = Environment.CurrentManagedThreadId;
}

/// <summary>Records what it is told.</summary>
public sealed class FakeActors : IActorSystem
{
    private readonly BlockingCollection<Told> _told = [];
    private long _count;

    /// <summary>Every Tell is refused, as with a full mailbox.</summary>
    public bool Refuses { get; set; }

    /// <summary>Only counts: for measurements.</summary>
    public bool CountsOnly { get; set; }

    public long Count => Interlocked.Read(ref _count);

    public int Shards => 256;

    public bool Tell(ActorId actor, object input)
    {
        if (Refuses)
        {
            return false;
        }

        if (!CountsOnly)
        {
            _told.Add(input switch
            {
                CallInput.RequestReceived r => new Told(actor, input, SipMessage.Copy(r.Request.Raw), r.Flow),
                CallInput.ResponseReceived r => new Told(actor, input, SipMessage.Copy(r.Response.Raw), r.Flow),
                RegistrationInput.RegisterReceived r => new Told(actor, input, SipMessage.Copy(r.Request.Raw), r.Flow),
                _ => new Told(actor, input, null, null),
            });
        }

        (input as IDisposable)?.Dispose();
        Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>The next input, whatever it is; fails after five seconds.</summary>
    public Told Next()
    {
        Assert.True(_told.TryTake(out Told? told, TimeSpan.FromSeconds(5)), "no input reached an actor within 5 s");
        return told;
    }

    public T Next<T>() where T : class => Assert.IsType<T>(Next().Input);

    /// <summary>True if nothing was told so far.</summary>
    public bool IsIdle => _told.Count == 0;

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class => throw new NotSupportedException();

    /// <summary>As if the store did not answer.</summary>
    public bool Behind { get; set; }

    public bool IsBehind(ActorId actor) => Behind;

    public int CountOf(ActorKind kind) => throw new NotSupportedException();

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => throw new NotSupportedException();

    public Task DrainAsync() => Task.CompletedTask;
}
