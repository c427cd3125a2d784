using System.Net;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>One call of a run, drawn from its seed: who calls whom, and what each of them will do.</summary>
/// <param name="Callees">By address: how the party there behaves for this call.</param>
internal sealed record CallPlan(int Number, long StartsAt, bool ToUser, PartyScript Caller, IReadOnlyDictionary<IPEndPoint, PartyScript> Callees, long HangUpAt)
{
    private static readonly int[] Refusals = [486, 603, 404, 503, 302, 407, 480, 500];

    public string User => ToUser ? $"bob{Number}" : $"+1555000{Number}";

    public static CallPlan Draw(Random random, int number, bool toUser, IReadOnlyList<IPEndPoint> targets)
    {
        int kind = random.Next(10);
        bool willAnswer = kind < 6;
        var callees = new Dictionary<IPEndPoint, PartyScript>();
        int lucky = random.Next(targets.Count);
        for (int i = 0; i < targets.Count; i++)
        {
            callees[targets[i]] = Callee(random, willAnswer && (i == lucky || random.Next(4) == 0));
        }

        var caller = new PartyScript
        {
            LateOffer = random.Next(6) == 0,
            Reliable = (Reliability)random.Next(3),
            AllowsUpdate = random.Next(3) > 0,
            PrackAfter = random.Next(100) == 0 ? -1 : random.Next(random.Next(3) == 0 ? 2_000 : 30),
            PrackOffers = random.Next(4) == 0,
            EarlyUpdateAfter = random.Next(3) == 0 ? random.Next(0, 2_000) : -1,
            UpdateAfter = random.Next(4) == 0 ? random.Next(0, 8_000) : -1,
            UpdateOffers = random.Next(2) == 0,
            LateReoffer = random.Next(4) == 0,
            CancelAfter = kind is 6 or 7 or 5 ? random.Next(0, random.Next(2) == 0 ? 1_500 : 12_000) : -1,
            EarlyBye = random.Next(4) == 0,
            ByeAfter = random.Next(3) == 0 ? -1 : random.Next(0, random.Next(3) == 0 ? 200 : 20_000),
            ReinviteAfter = random.Next(4) == 0 ? random.Next(0, 8_000) : -1,
            InfoAfter = random.Next(6) == 0 ? random.Next(0, 8_000) : -1,
            RefuseReinvite = random.Next(5) == 0,
            ReinviteAnswerAfter = random.Next(0, 2_000),
        };
        return new CallPlan(number, random.Next(0, 200), toUser, caller, callees, random.Next(8) == 0 ? random.Next(100, 20_000) : -1);
    }

    /// <summary>At once, close behind the ringing, or some time later.</summary>
    private static int FinalAfter(Random random, int ring) => random.Next(6) switch
    {
        0 or 1 => random.Next(0, 50),
        2 when ring >= 0 => ring + random.Next(0, 60),
        _ => random.Next(0, 9_000),
    };

    private static PartyScript Callee(Random random, bool answers)
    {
        int ring = random.Next(4) == 0 ? -1 : random.Next(0, 600);
        int dead = random.Next(8);
        return new PartyScript
        {
            Dead = !answers && dead == 0,
            TryingAfter = random.Next(3) == 0 ? -1 : random.Next(0, 100),
            RingAfter = ring,
            RingStatus = random.Next(3) == 0 ? 183 : 180,
            RingWithSession = random.Next(3) == 0,
            RingAgainAfter = ring >= 0 && random.Next(3) == 0 ? ring + random.Next(1, 3_000) : -1,
            FinalAfter = !answers && dead == 1 ? -1 : FinalAfter(random, ring),
            FinalStatus = answers ? 200 : Refusals[random.Next(Refusals.Length)],
            Reliable = random.Next(2) == 0 ? Reliability.Supports : Reliability.None,
            AllowsUpdate = random.Next(3) > 0,
            EarlyUpdateAfter = random.Next(3) == 0 ? random.Next(0, 2_000) : -1,
            UpdateAfter = random.Next(4) == 0 ? random.Next(0, 8_000) : -1,
            UpdateOffers = random.Next(2) == 0,
            LateReoffer = random.Next(4) == 0,
            Forks = random.Next(20) switch { 0 => 10, 1 or 2 => random.Next(2, 5), _ => 1 },
            SecondAnswerAfter = random.Next(3) == 0 ? random.Next(0, 6_000) : -1,
            AnswersDespiteCancel = random.Next(3) == 0,
            RecordRoute = random.Next(4) == 0,
            ByeAfter = random.Next(3) == 0 ? random.Next(0, 20_000) : -1,
            ByeBehindAnswer = random.Next(8) == 0 ? random.Next(0, 100) : -1,
            ReinviteAfter = random.Next(4) == 0 ? random.Next(0, 8_000) : -1,
            InfoAfter = random.Next(6) == 0 ? random.Next(0, 8_000) : -1,
            RefuseReinvite = random.Next(5) == 0,
            ReinviteAnswerAfter = random.Next(0, 2_000),
        };
    }
}
