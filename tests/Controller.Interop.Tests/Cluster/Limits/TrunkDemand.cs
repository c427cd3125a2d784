using System.Net;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Cluster.Limits;

/// <summary>
/// Callers who all want to talk at once, through a trunk that carries fewer: who is refused tries again, who has talked calls again. The callee counts how
/// many calls it has; that is the truth.
/// </summary>
internal sealed class TrunkDemand : IDisposable
{
    private readonly IPEndPoint _node;
    private readonly string _domain;
    private readonly Random _random;
    private readonly int _retryMs;
    private readonly List<long> _rang = [];
    private readonly HashSet<PartyCall> _up = [];
    private int _numbers;
    private long _below;
    private bool _measures;

    /// <param name="retryMs">How long a caller who is refused waits at most.</param>
    public TrunkDemand(IPAddress here, IPEndPoint node, string domain, int limit, int retryMs, int seed)
    {
        (_node, _domain, Limit, _retryMs, _random) = (node, domain, limit, retryMs, new Random(seed));
        Caller = new Party("caller-limit", new DatagramSocket(new IPEndPoint(here, 0)));
        Callee = new Party("callee-limit", new DatagramSocket(new IPEndPoint(here, 0))) { OnCall = Take };
    }

    public Party Caller { get; }
    public Party Callee { get; }
    public int Limit { get; }

    /// <summary>How many callers there are.</summary>
    public int Wanted { get; private set; }

    /// <summary>How long somebody who has got through talks, at least and at most, in milliseconds.</summary>
    public (int Least, int Most) Talk { get; set; } = (2_000, 20_000);

    /// <summary>Calls that the callee has: from their INVITE to its refusal, its BYE, or the BYE that came.</summary>
    public int Up { get; private set; }
    public int Most { get; private set; }
    public int Refused { get; private set; }
    public int Rang => _rang.Count;
    public List<string> Odd { get; } = [];

    /// <summary>The longest time in which there were fewer than the limit, though callers wanted to talk; in milliseconds.</summary>
    public long LongestBelow { get; private set; }

    /// <summary>From now on it is measured; before, the calls have yet to come.</summary>
    public void Measure()
    {
        lock (Callee.Gate)
        {
            (_measures, _below, LongestBelow) = (true, Up < Limit ? Party.Now : 0, 0);
        }
    }

    /// <summary>So many callers, all at once.</summary>
    public void Offer(int callers)
    {
        Wanted += callers;
        for (int i = 0; i < callers; i++)
        {
            Caller.After(0, Call);
        }
    }

    /// <summary>Nobody calls any more; who talks ends soon.</summary>
    public void Stop() => Wanted = 0;

    /// <summary>In how many milliseconds of the callee's clock each INVITE came.</summary>
    public long[] Times()
    {
        lock (Callee.Gate)
        {
            return [.. _rang];
        }
    }

    public override string ToString() =>
        $"of the callers {string.Join(", ", Caller.Calls.GroupBy(call => (call.Phase, call.Status)).Select(same => $"{same.Count()} {same.Key}"))}; " +
        $"of the callees {string.Join(", ", Callee.Calls.GroupBy(call => (call.Phase, call.Status)).Select(same => $"{same.Count()} {same.Key}"))}; {Rang} rang, {Refused} refused; {string.Join('\n', Odd.Take(5))}";

    public void Dispose()
    {
        Caller.Dispose();
        Callee.Dispose();
    }

    private void Call()
    {
        if (Wanted == 0)
        {
            return;
        }

        Caller.Call(_node, $"sip:c{++_numbers}{(_numbers % 2 == 0 ? 'a' : 'b')}@{_domain}", near => near.OnPhase = call =>
        {
            if (call.Phase == CallPhase.Established && call.User.EndsWith('a'))
            {
                call.After(Wanted == 0 ? 0 : _random.Next(Talk.Least, Talk.Most), talking => talking.Bye());
            }

            if (call.Phase != CallPhase.Ended)
            {
                return;
            }

            if (call.Status is not (200 or 503))
            {
                Odd.Add($"{call}");
            }

            Refused += call.Status == 503 ? 1 : 0;
            Caller.After(call.Status == 200 ? 1 : _random.Next(_retryMs), Call);
        });
    }

    private void Take(PartyCall far)
    {
        _up.Add(far);
        Count();
        _rang.Add(Party.Now);
        far.Ring();
        far.OnPhase = call =>
        {
            switch (call.Phase)
            {
                case CallPhase.Established when far.User.EndsWith('b'):
                    call.After(Wanted == 0 ? 0 : _random.Next(Talk.Least, Talk.Most), HangUp);
                    break;
                case CallPhase.Ended:
                    _up.Remove(call);
                    Count();
                    break;
            }
        };
        far.After(_random.Next(50), call => call.Answer());
    }

    /// <summary>Half of the calls are ended by the callee itself, half by the caller.</summary>
    private void HangUp(PartyCall far)
    {
        _up.Remove(far);
        Count();
        far.Bye();
    }

    /// <summary>On the callee's thread.</summary>
    private void Count()
    {
        Up = _up.Count;
        Most = Math.Max(Most, Up);
        if (!_measures)
        {
            return;
        }

        if (Up < Limit)
        {
            _below = _below == 0 ? Party.Now : _below;
        }
        else if (_below != 0)
        {
            LongestBelow = Math.Max(LongestBelow, Party.Now - _below);
            _below = 0;
        }
    }
}
