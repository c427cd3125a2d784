using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Toys;

/// <summary>Writes down what leaves the engine.</summary>
internal sealed class RecordingInterpreter : IEffectInterpreter<CounterEffect>
{
    private readonly List<(ActorId Actor, CounterEffect Effect, int Thread)> _released = [];

    public Action<ActorId, CounterEffect>? OnRelease { get; set; }

    public void Release(ActorId actor, CounterEffect effect, Instant decidedAt)
    {
        lock (_released)
        {
            _released.Add((actor, effect, Environment.CurrentManagedThreadId));
        }

        OnRelease?.Invoke(actor, effect);
    }

    public bool IsSend(CounterEffect effect) => effect is CounterEffect.Say;

    public (ActorId Actor, CounterEffect Effect, int Thread)[] Released
    {
        get
        {
            lock (_released)
            {
                return [.. _released];
            }
        }
    }

    public string[] Texts => [.. Released.Select(r => r.Effect switch
    {
        CounterEffect.Say say => $"{say.Text} {say.Total}",
        CounterEffect.Inside inside => inside.Text,
        _ => "?",
    })];

    public void Clear()
    {
        lock (_released)
        {
            _released.Clear();
        }
    }
}
