using Controller.Sip.Transactions;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>The four machines of RFC 3261 section 17, two octets an input: any input in any phase has an outcome, and the end is the end.</summary>
internal sealed class TransactionTarget : Target
{
    public override string Name => "transaction";

    public override byte[] Next(Random random)
    {
        byte[] input = new byte[1 + (2 * random.Next(1, 40))];
        random.NextBytes(input);
        return input;
    }

    public override void Run(byte[] input)
    {
        SipTimers timers = SipTimers.Default;
        bool reliable = input.Length > 0 && (input[0] & 1) == 0;
        var ict = InviteClientTransaction.Start(reliable, timers).Next;
        var ist = InviteServerTransaction.Start(reliable, timers).Next;
        var nict = NonInviteClientTransaction.Start(reliable, timers).Next;
        var nist = NonInviteServerTransaction.Start(reliable, timers).Next;
        for (int i = 1; i + 1 < input.Length; i += 2)
        {
            TransactionInput given = Of(input[i], input[i + 1]);
            ict = Stepped(ict, InviteClientTransaction.Step(ict, given, timers), ict.Phase == InviteClientTransaction.Phase.Terminated);
            ist = Stepped(ist, InviteServerTransaction.Step(ist, given, timers), ist.Phase == InviteServerTransaction.Phase.Terminated);
            nict = Stepped(nict, NonInviteClientTransaction.Step(nict, given, timers), nict.Phase == NonInviteClientTransaction.Phase.Terminated);
            nist = Stepped(nist, NonInviteServerTransaction.Step(nist, given, timers), nist.Phase == NonInviteServerTransaction.Phase.Terminated);
        }
    }

    private static TState Stepped<TState>(TState before, TransactionStep<TState> step, bool over)
        where TState : struct
    {
        Check(!over || (step.Next.Equals(before) && (step.Effects & (TransactionEffects.SendLast | TransactionEffects.PassToUser)) == 0), "nothing happens after the end");
        return step.Next;
    }

    private static TransactionInput Of(byte kind, byte value) => (kind % 6) switch
    {
        0 => TransactionInput.Retransmission,
        1 => TransactionInput.Ack,
        2 => TransactionInput.TransportError,
        3 => TransactionInput.FromUser(100 + (value * 2)),
        4 => TransactionInput.Received(100 + (value * 2)),
        _ => TransactionInput.TimerFired((TransactionTimer)(value % Enum.GetValues<TransactionTimer>().Length)),
    };
}
