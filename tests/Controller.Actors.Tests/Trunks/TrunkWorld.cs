using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Trunks;

/// <summary>
/// Many calls and the one trunk that they want to use, under one clock. What they tell each other is lost now and then; each of them dies at any moment and
/// is read back. The callee counts for itself how many calls it has.
/// </summary>
internal sealed class TrunkWorld
{
    private readonly Random _random;
    private readonly ControllerSettings _settings;
    private readonly TrunkDriver _trunk;
    private readonly List<Party> _calls = [];
    private int _offered;
    private readonly Queue<(ActorId To, CallInput Input)> _tells = new();
    private readonly Dictionary<ActorId, Party> _byActor = [];

    public TrunkWorld(int seed, int limit)
    {
        _random = new Random(seed);
        _settings = TrunkDriver.Limited(limit);
        _trunk = new TrunkDriver(_settings);
        Limit = limit;
    }

    public int Limit { get; }
    public int Most { get; private set; }
    public int Refused { get; private set; }
    public int Rang { get; private set; }
    public int Lost { get; private set; }

    /// <summary>In a hundred of what is told.</summary>
    public int Loss { get; set; } = 5;
    public bool Crashes { get; set; } = true;
    public int Slots => _trunk.State.Slots.Count;

    public int UpAtCallee { get; private set; }

    public bool IsOver => _calls.Count == 0;

    public void Offer()
    {
        var call = new Party(this, _offered++, _settings, _trunk.Now);
        _calls.Add(call);
        _byActor.Add(call.Driver.Self, call);
        call.Driver.FromCaller(Messages.Invite());
        Settle();
    }

    /// <summary>A tenth of a second in which something happens to some.</summary>
    public void Step(bool offer)
    {
        if (offer)
        {
            Offer();
        }

        _calls.RemoveAll(call => call.Driver.Stopped);
        foreach (Party call in _calls.ToArray())
        {
            if (Crashes && _random.Next(200) == 0)
            {
                call.Driver.CrashAndRecover();
            }

            call.Act(_random.Next(60));
            Settle();
        }

        if (Crashes && _random.Next(30) == 0)
        {
            _trunk.CrashAndRecover();
            Tell(_trunk.Told);
        }

        Pass(TimeSpan.FromMilliseconds(100));
    }

    /// <param name="time">Shorter than the time between two rounds of questions: what the trunk says last is heard.</param>
    public void Pass(TimeSpan time)
    {
        Instant end = _trunk.Now.After(time);
        _trunk.Elapse(time);
        Tell(_trunk.Told);
        _trunk.Told.Clear();
        foreach (Party call in _calls.ToArray())
        {
            call.Driver.Elapse(end.Since(call.Driver.Now));
            Settle();
        }
    }

    private void Tell(IEnumerable<CallEffect.Tell> told)
    {
        foreach (CallEffect.Tell tell in told.ToArray())
        {
            Tell(tell);
        }

        Settle();
    }

    private void Tell(CallEffect.Tell tell)
    {
        if (_random.Next(100) < Loss)
        {
            Lost++;
            return;
        }

        _tells.Enqueue((tell.To, tell.Input));
    }

    private void Settle()
    {
        while (_tells.TryDequeue(out var next))
        {
            if (_byActor.TryGetValue(next.To, out Party? call))
            {
                call.Driver.Give(next.Input);
            }
            else
            {
                _trunk.Give(next.Input);
                foreach (CallEffect.Tell tell in _trunk.Told.ToArray())
                {
                    Tell(tell);
                }

                _trunk.Told.Clear();
            }

            Most = Math.Max(Most, UpAtCallee);
        }

        Most = Math.Max(Most, UpAtCallee);
    }

    /// <summary>One call with both of its parties; the callee's view is what it has seen on the wire.</summary>
    private sealed class Party
    {
        private readonly TrunkWorld _world;
        private Sent? _invite;
        private bool _answered;
        private bool _cancelled;

        public Party(TrunkWorld world, int number, ControllerSettings settings, Instant now)
        {
            _world = world;
            Driver = new CallDriver(settings, $"{number}@192.0.2.10") { Performed = Saw };
            Driver.Sleep(now.Since(Driver.Now));
        }

        public CallDriver Driver { get; }

        public bool IsUpAtCallee
        {
            get;
            private set
            {
                _world.UpAtCallee += value == field ? 0 : value ? 1 : -1;
                field = value;
            }
        }

        public void Act(int what)
        {
            Answer();
            switch (what)
            {
                case < 8 when _invite is { } invite && IsUpAtCallee && !_answered:
                    _answered = true;
                    Driver.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
                    break;
                case 9 when _invite is { } invite && IsUpAtCallee && !_answered:
                    Refuse(invite, 486);
                    break;
                case 10 when !_answered:
                    Driver.FromCaller(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
                    break;
                case 11 when Driver.State.Phase == CallPhase.Established:
                    Driver.FromCaller(Messages.FromCaller("BYE", Driver.State.A.LocalTag, 2, "z9hG4bKbye"));
                    break;
                case 12 when _invite is { } invite && _answered && IsUpAtCallee && Driver.State.Phase == CallPhase.Established:
                    IsUpAtCallee = false;
                    Driver.FromCallee(Messages.FromCallee("BYE", invite, 1, "z9hG4bKbye2"));
                    break;
            }

            Answer();
        }

        /// <summary>Whatever we have sent and nobody has reacted to.</summary>
        private void Answer()
        {
            if (Driver.Stopped)
            {
                return;
            }

            if (_cancelled && _invite is { } cancelled)
            {
                _cancelled = false;
                Driver.FromCallee(Messages.Response(Driver.Last("CANCEL"), 200));
                if (IsUpAtCallee && !_answered)
                {
                    Refuse(cancelled, 487);
                }
            }

            if (_answered && Driver.State.Phase == CallPhase.Established && !Driver.State.Answers.IsEmpty)
            {
                Driver.FromCaller(Messages.FromCaller("ACK", Driver.State.A.LocalTag, 1, "z9hG4bKack"));
            }

            if (Driver.Wire.LastOrDefault(sent => sent.To.Remote.Equals(CallDriver.Callee)) is { } last && last.Text.StartsWith("BYE", StringComparison.Ordinal)
                && Driver.State.Transactions.Any(transaction => transaction is { IsClient: true, IsPending: true, Method: Controller.Sip.Messages.SipMethod.Bye }))
            {
                IsUpAtCallee = false;
                Driver.FromCallee(Messages.Response(last, 200));
            }

            if (Driver.State.Phase == CallPhase.Ended && Driver.State.Transactions.Any(transaction => transaction is { Kind: TransactionKind.InviteServer }))
            {
                Driver.FromCaller(Messages.FromCaller("ACK", Driver.State.A.LocalTag, 1, "z9hG4bKinv1"));
            }
        }

        private void Refuse(Sent invite, int status)
        {
            IsUpAtCallee = false;
            _answered = true;
            Driver.FromCallee(Messages.Response(invite, status));
        }

        private void Saw(CallEffect effect)
        {
            switch (effect)
            {
                case CallEffect.Tell tell:
                    _world.Tell(tell);
                    break;
                case CallEffect.Send send:
                    Saw(new Sent(Driver.Now, send.To, send.Bytes.ToArray(), true));
                    break;
            }
        }

        private void Saw(Sent sent)
        {
            if (sent.To.Remote.Equals(CallDriver.Callee) && sent.Text.StartsWith("INVITE", StringComparison.Ordinal) && _invite is null)
            {
                _invite = sent;
                IsUpAtCallee = true;
                _world.Rang++;
            }
            else if (sent.Text.StartsWith("CANCEL", StringComparison.Ordinal))
            {
                _cancelled = true;
            }
            else if (sent.Text.StartsWith("SIP/2.0 503", StringComparison.Ordinal))
            {
                _world.Refused++;
            }
        }
    }
}
