using System.Collections.Concurrent;
using System.Net;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Kill;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Cluster.Load;

/// <summary>
/// A caller and a callee with any number of calls between them, who keep their own truth: calls that are held without traffic, calls that ring, and new ones
/// all the time, some of which negotiate again before they end. One held call in twenty has TCP on one or both of its legs. Whatever a party sees that it
/// must not see is a violation.
/// </summary>
internal sealed class ClusterLoad : IDisposable
{
    /// <summary>Longer than any retransmission lasts: what comes later is stale.</summary>
    private const int ForgetAfter = 40_000;
    private const int TickMs = 20;
    private static readonly string[] Flow = ["bye-a", "bye-b", "bye-a", "bye-b", "bye-a", "bye-b", "re-a", "re-b", "reject", "cancel"];

    private readonly IPEndPoint _node;
    private readonly Random _random;
    private readonly ConcurrentDictionary<string, LoadCall> _calls = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly List<LoadCall> _held = [];
    private int _numbers, _turnedAway;
    private double _due;
    private long _mayRefuseUntil;
    private bool _stopped;

    public ClusterLoad(IPAddress here, IPEndPoint node, int seed)
    {
        (_node, _random) = (node, new Random(seed));
        Caller = new Party("caller-secret", new DatagramSocket(new IPEndPoint(here, 0))) { ForgetAfter = ForgetAfter };
        Callee = new Party("callee-secret", new DatagramSocket(new IPEndPoint(here, 0))) { ForgetAfter = ForgetAfter, OnCall = Take };
        StreamCaller = new Party("caller-stream", new StreamSocket(new IPEndPoint(here, 0))) { ForgetAfter = ForgetAfter };
        StreamCallee = new Party("callee-stream", new StreamSocket(new IPEndPoint(here, 0))) { ForgetAfter = ForgetAfter, OnCall = Take };
        foreach (Party caller in (Party[])[Caller, StreamCaller])
        {
            PartyChecks.HideFromEachOther(caller, Callee);
            PartyChecks.HideFromEachOther(caller, StreamCallee);
        }

        Tick(Caller, StartDue);
        Tick(Caller, () => AskDue(call => call.Near));
        Tick(Callee, () => AskDue(call => call.Far));
    }

    public Party Caller { get; }
    public Party Callee { get; }
    public Party StreamCaller { get; }
    public Party StreamCallee { get; }

    /// <summary>New calls a second, from now on.</summary>
    public double Rate { get; set; }

    /// <summary>Requests a second inside held calls, from either side, half of them re-INVITEs.</summary>
    public double Asks { get; set; }

    public int Started => _calls.Count;
    public int TurnedAway => Volatile.Read(ref _turnedAway);
    public IEnumerable<LoadCall> Calls => _calls.Values;
    public IEnumerable<string> Violations => _violations.Concat(Parties.SelectMany(party => party.Checks.Violations));

    /// <summary>How long a new call waited for its answer, less what the callee took: the longest since the last question.</summary>
    public double LongestSetupMs { get; private set; }

    /// <summary>Until that many milliseconds from now a new call may be refused with 503 and Retry-After. 0: it may not.</summary>
    public void MayRefuse(int milliseconds) => Volatile.Write(ref _mayRefuseUntil, Party.Now + milliseconds);

    /// <summary>Calls that are answered and then have nothing to say.</summary>
    public void Establish(int count, int perSecond)
    {
        List<LoadCall> calls = Start("held", count, perSecond);
        Await(() => calls.Count == count && calls.All(call => call.IsEstablished), 60, () => $"{calls.Count(call => call.IsEstablished)} of {count} established");
        lock (_held)
        {
            _held.AddRange(calls);
        }
    }

    /// <summary>Calls that ring until <see cref="Decide"/>.</summary>
    public void Ring(int count, int perSecond)
    {
        List<LoadCall> calls = Start("ring", count, perSecond);
        Await(() => calls.Count == count && calls.All(call => call.Near.Phase == CallPhase.Ringing), 60, () => $"{calls.Count(call => call.Near.Phase == CallPhase.Ringing)} of {count} ring");
    }

    /// <summary>A third of the calls that ring is answered, a third cancelled, a third refused.</summary>
    public void Decide()
    {
        LoadCall[] ringing = [.. Calls.Where(call => call.Script.Kind == "ring" && call.Near.Phase == CallPhase.Ringing)];
        Pace(ringing, (call, i) =>
        {
            switch (i % 3)
            {
                case 0:
                    call.Far!.After(0, far => far.Answer());
                    break;
                case 1:
                    call.Near.After(0, near => near.Cancel());
                    break;
                default:
                    call.Far!.After(0, far => far.Reject(486));
                    break;
            }
        });
        int[] wanted = [200, 487, 486];
        Await(() => ringing.Select((call, i) => call.Near.Status == wanted[i % 3]).All(right => right), 40, () => "calls that rang are decided: " +
            string.Join('\n', ringing.Where((call, i) => call.Near.Status != wanted[i % 3]).Take(5).Select(call => $"{call.Near}\n  {call.Far}")));
        lock (_held)
        {
            _held.AddRange(ringing.Where((_, i) => i % 3 == 0));
        }
    }

    /// <summary>A re-INVITE through held calls, so many at most, half of them from each side: each is there, and both sides can be reached.</summary>
    public void Probe(int most)
    {
        LoadCall[] all = Held();
        LoadCall[] held = [.. all.Where((_, i) => i % Math.Max(1, all.Length / most) == 0)];
        Await(() => held.All(call => !call.Near.IsBusy && call.Far is { IsBusy: false }), 40, () => "earlier requests inside calls are over");
        (LoadCall Call, PartyCall Side)[] asked = [.. held.Select((call, i) => (call, i % 2 == 0 ? call.Near : call.Far!))];

        // What is inside a connection when its other end dies is lost, and no transaction repeats it: over TCP it is asked when all the others have been answered, by whoever is there now.
        Renegotiate([.. asked.Where(one => !one.Side.IsReliable)]);
        Renegotiate([.. asked.Where(one => one.Side.IsReliable)]);
    }

    private void Renegotiate((LoadCall Call, PartyCall Side)[] asked)
    {
        int[] before = [.. asked.Select(one => Answered(one.Call))];
        Pace(asked, (one, _) => one.Side.After(0, ReinviteWhenIdle));
        Await(() => asked.Select((one, i) => Answered(one.Call) > before[i]).All(answered => answered), 40, () =>
            $"{asked.Where((one, i) => Answered(one.Call) == before[i]).Count()} of {asked.Length} held calls do not answer a re-INVITE:\n" +
            string.Join('\n', asked.Where((one, i) => Answered(one.Call) == before[i]).Take(5).Select(one => $"{one.Call.Near}\n  {one.Call.Far}")));
    }

    /// <summary>No new calls; every call comes to its end, held ones by a BYE of either side.</summary>
    public void End()
    {
        (Rate, Asks) = (0, 0);
        Decide();
        LoadCall[] held = Held();
        Await(() => held.All(call => !call.Near.IsBusy && call.Far is { IsBusy: false }), 40, () => "requests inside calls are over");
        Pace(held, (call, i) => (i % 2 == 0 ? call.Near : call.Far!).After(0, side => side.Bye()));
        lock (_held)
        {
            _held.Clear();
        }

        Await(() => Calls.All(call => call.IsOver), 45, () => $"{Calls.Count(call => !call.IsOver)} calls are not over:\n" +
            string.Join('\n', Calls.Where(call => !call.IsOver).Take(10).Select(call => $"{call.Near}\n  {call.Far}")));
    }

    public void AssertNoViolation() =>
        Assert.True(!Violations.Any(), $"{Violations.Count()} violations in {Started} calls:\n" + string.Join("\n----\n", Violations.Take(5)));

    public void Dispose()
    {
        _stopped = true;
        foreach (Party party in Parties)
        {
            party.Dispose();
        }
    }

    private Party[] Parties => [Caller, Callee, StreamCaller, StreamCallee];

    private static int Answered(LoadCall call) => call.Near.ReinvitesAnswered + (call.Far?.ReinvitesAnswered ?? 0);

    private LoadCall[] Held()
    {
        lock (_held)
        {
            return [.. _held];
        }
    }

    private List<LoadCall> Start(string kind, int count, int perSecond)
    {
        List<LoadCall> calls = [];
        for (int i = 0; i < count; i++)
        {
            Party caller = i % 40 is 7 or 27 ? StreamCaller : Caller;
            string domain = i % 40 is 17 or 27 ? "stream.test" : "far.test";
            caller.After(i * 1000 / perSecond, () =>
            {
                LoadCall call = Begin(kind, 20, 0, caller, domain);
                lock (calls)
                {
                    calls.Add(call);
                }
            });
        }

        Await(() => { lock (calls) { return calls.Count == count; } }, (count / perSecond) + 20, () => $"{count} calls begun");
        return calls;
    }

    private LoadCall Begin(string kind, int ringMs, int talkMs, Party caller, string domain)
    {
        var script = new CallScript($"c{Interlocked.Increment(ref _numbers)}", kind, ringMs, talkMs);
        LoadCall? made = null;
        caller.Call(_node, $"sip:{script.User}@{domain}", near =>
        {
            script.Prepare(near);
            Action<PartyCall>? scripted = near.OnPhase;
            made = new LoadCall(script, near);
            _calls[script.User] = made;
            near.OnRefused = Refused;
            near.OnPhase = call =>
            {
                scripted?.Invoke(call);
                Look(made);
            };
        });
        return made!;
    }

    private void Take(PartyCall far)
    {
        _calls[far.User].Far = far;
        far.OnRefused = Refused;
        if (CallScript.Of(far).Kind == "ring")
        {
            far.Ring();
        }
        else
        {
            CallScript.Play(far);
        }
    }

    /// <summary>The caller's side of a call has reached a new phase.</summary>
    private void Look(LoadCall call)
    {
        PartyCall near = call.Near;
        if (near.Phase == CallPhase.Established && call.Far is { } far)
        {
            LongestSetupMs = Math.Max(LongestSetupMs, near.AnsweredAt - far.AnsweredAt);
        }

        if (near.Phase != CallPhase.Ended || call.Script.Kind is "ring" or "held" && near.Status is 200 or 486 or 487)
        {
            return;
        }

        if (near is { Status: 503, Refusal: { } refusal } && refusal.Header("Retry-After") is not null && call.Far is null && near.StartedAt <= Volatile.Read(ref _mayRefuseUntil))
        {
            Interlocked.Increment(ref _turnedAway);
        }
        else if (near.Status != call.Script.ExpectedStatus)
        {
            _violations.Enqueue($"{call.Script.ExpectedStatus} expected, {near.Status} came: {near}\n  {call.Far}\n{near.Refusal}");
        }
    }

    /// <summary>
    /// A request that is lost with a node comes again, and behind a later one of the same dialog it is refused with 500, as RFC 3261 section 12.2.2 has it: one at a time. Party's thread.
    /// </summary>
    private static void ReinviteWhenIdle(PartyCall side)
    {
        if (side.IsBusy)
        {
            side.After(TickMs, ReinviteWhenIdle);
        }
        else
        {
            side.Reinvite();
        }
    }

    private void Refused(PartyCall call, string method, int status) => _violations.Enqueue($"{method} inside a call: {status}: {call}");

    /// <summary>As many as are due since the last tick.</summary>
    private void StartDue()
    {
        _due = Math.Min(_due + (Rate * TickMs / 1000), 5);
        for (; _due >= 1; _due--)
        {
            Begin(Flow[_random.Next(Flow.Length)], _random.Next(50, 500), _random.Next(500, 4000), Caller, "far.test");
        }
    }

    private void AskDue(Func<LoadCall, PartyCall?> side)
    {
        lock (_held)
        {
            if (_held.Count == 0 || Random.Shared.NextDouble() > Asks / 2 * TickMs / 1000)
            {
                return;
            }

            // What is inside a connection when its other end dies is lost, and no transaction repeats it: nobody asks over TCP while that may happen.
            LoadCall held = _held[Random.Shared.Next(_held.Count)];
            PartyCall? call = side(held);
            if (call is not { Phase: CallPhase.Established, IsBusy: false } || held.IsOverStreams)
            {
                return;
            }

            if (Random.Shared.Next(2) == 0)
            {
                call.Reinvite();
            }
            else
            {
                call.Ask("INFO");
            }
        }
    }

    /// <summary>On the party's own thread, until the end.</summary>
    private void Tick(Party party, Action action) => party.After(TickMs, () =>
    {
        if (!_stopped)
        {
            action();
            Tick(party, action);
        }
    });

    /// <summary>Two hundred and fifty a second.</summary>
    private static void Pace<T>(T[] calls, Action<T, int> action)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            action(calls[i], i);
            if (i % 5 == 4)
            {
                Eventually.Elapse(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private void Await(Func<bool> condition, int seconds, Func<string> what) =>
        Eventually.True(condition, TimeSpan.FromSeconds(seconds), () => $"{what()}\nviolations:\n{string.Join("\n----\n", Violations.Take(5))}");
}
