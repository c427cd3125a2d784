using Controller.Sip.Transactions;

namespace Controller.Sip.Tests.Transactions;

/// <summary>Owns one transaction as a call does: the state, two deadlines, and a virtual clock that starts at zero.</summary>
internal sealed class TransactionRun<TState>(Func<TState, TransactionInput, SipTimers, TransactionStep<TState>> step, SipTimers timers)
    where TState : struct
{
    private (TransactionTimer Timer, TimeSpan Due) _retransmit, _timeout;

    public TState State { get; private set; }
    public TimeSpan Now { get; private set; }

    /// <summary>When and what: "0.5 SendLast".</summary>
    public List<string> Log { get; } = [];

    public TransactionRun<TState> Start(TransactionStep<TState> first)
    {
        Apply(first);
        return this;
    }

    public TransactionRun<TState> Give(TransactionInput input)
    {
        Apply(step(State, input, timers));
        return this;
    }

    /// <summary>Lets time pass, firing what becomes due, in order.</summary>
    public TransactionRun<TState> Until(TimeSpan end)
    {
        while (true)
        {
            ref var next = ref _timeout;
            if (_retransmit.Timer != 0 && (_timeout.Timer == 0 || _retransmit.Due < _timeout.Due)) next = ref _retransmit;
            if (next.Timer == 0 || next.Due > end) break;
            Now = next.Due;
            var fired = next.Timer;
            next = default;
            Give(TransactionInput.TimerFired(fired));
        }

        Now = end;
        return this;
    }

    public bool HasTimers => _retransmit.Timer != 0 || _timeout.Timer != 0;

    public double[] TimesOf(TransactionEffects effect) =>
        Log.Where(line => Enum.Parse<TransactionEffects>(line.Split(' ', 2)[1]).HasFlag(effect))
            .Select(static line => double.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();

    private void Apply(TransactionStep<TState> outcome)
    {
        State = outcome.Next;
        Set(ref _retransmit, outcome.Retransmit);
        Set(ref _timeout, outcome.Timeout);
        Log.Add(FormattableString.Invariant($"{Now.TotalSeconds} {outcome.Effects}"));
    }

    private void Set(ref (TransactionTimer, TimeSpan) timer, TimerSetting setting)
    {
        if (setting.Change == TimerChange.Stop) timer = default;
        if (setting.Change == TimerChange.Set) timer = (setting.Timer, Now + setting.After);
    }
}
