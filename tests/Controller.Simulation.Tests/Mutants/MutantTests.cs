using Controller.Actors.Calls.Events;
using Controller.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Controller.Simulation.Tests.Mutants;

/// <summary>A checker that finds nothing proves nothing: each of these flaws has to be found, by the rule that is there for it, within 500 runs.</summary>
public class MutantTests(ITestOutputHelper output)
{
    private const int Runs = 500;

    private static readonly Dictionary<string, (EngineKinds Kinds, string Rules)> Mutants = new()
    {
        ["sends before the commit"] = (new MutantKinds<SendsBeforeCommit>(), "C2"),
        ["forgets the INVITE received"] = (new MutantKinds<Forgets<CallEvent.Received>>(), "C2"),
        ["forgets whom it has tried"] = (new MutantKinds<Forgets<CallEvent.LegTried>>(), "C2"),
        ["forgets early media"] = (new MutantKinds<Forgets<CallEvent.LegRang>>(), "C2"),
        ["forgets the answer"] = (new MutantKinds<Forgets<CallEvent.LegAnswered>>(), "C2"),
        ["forgets a late answer"] = (new MutantKinds<Forgets<CallEvent.LegAnsweredLate>>(), "C2"),
        ["forgets the refusal"] = (new MutantKinds<Forgets<CallEvent.Refused>>(), "C2"),
        ["forgets the ACK of a late offer"] = (new MutantKinds<Forgets<CallEvent.Acknowledged>>(), "C2"),
        ["forgets a re-INVITE"] = (new MutantKinds<Forgets<CallEvent.RequestAccepted>>(), "C2"),
        ["forgets what it asked"] = (new MutantKinds<Forgets<CallEvent.RequestSent>>(), "C2"),
        ["forgets the answer to a re-INVITE"] = (new MutantKinds<Forgets<CallEvent.RequestAnswered>>(), "C2"),
        ["forgets the end"] = (new MutantKinds<Forgets<CallEvent.Ended>>(), "C2"),
        ["is silent after a recovery"] = (new MutantKinds<SilentAfterRecovery>(), "up result"),
        ["takes the CSeq from the clock"] = (new MutantKinds<Says<ClockAsCSeq>>(), "C2 C3"),
        ["hangs up one side only"] = (new MutantKinds<Says<NoByeToCallees>>(), "up"),
        ["cancels nobody"] = (new MutantKinds<Says<NoCancel>>(), "up"),
        ["acknowledges a refusal once"] = (new MutantKinds<AcknowledgesRefusalsOnce>(), "ack"),
        ["acknowledges nothing"] = (new MutantKinds<Says<NoAck>>(), "ack"),
        ["charges twice"] = (new MutantKinds<Says<ChargesTwice>>(), "result"),
        ["calls what was answered failed"] = (new MutantKinds<Says<ChargesWrongly>>(), "result"),
        ["charges nothing"] = (new MutantKinds<Says<ChargesNothing>>(), "result"),
        ["shows one side to the other"] = (new MutantKinds<Says<TellsTopology>>(), "topology"),
        ["names another response in a PRACK"] = (new MutantKinds<Writes<WrongRAck>>(), "C7"),
        ["leaves gaps in RSeq"] = (new MutantKinds<RSeqJumps>(), "C7"),
        ["lets a 2xx overtake the PRACK"] = (new MutantKinds<OvertakesPrack>(), "C7"),
        ["keeps the version of a description that differs"] = (new MutantKinds<Writes<OriginStays>>(), "C9"),
        ["acknowledges one answer of a fork only"] = (new MutantKinds<Says<NoAckForSecond>>(), "ack"),
        ["answers differently each time"] = (new MutantKinds<Says<AnswersDiffer>>(), "final"),
    };

    public static TheoryData<string> Names => [.. Mutants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_found(string name)
    {
        (EngineKinds kinds, string rules) = Mutants[name];
        for (int seed = 1; seed <= Runs; seed++)
        {
            using var world = new SimulatedWorld(seed, kinds);
            if (Record.Exception(world.Run) is { } found)
            {
                output.WriteLine($"run {seed}: {found.Message}");
                ViolationException violation = Assert.IsType<ViolationException>(found);
                Assert.Contains(violation.Rule, rules.Split(' '));
                return;
            }
        }

        Assert.Fail($"not found in {Runs} runs");
    }
}
