using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Fuzz.Tests;

/// <summary>One thing that has to stand any input. What it is given is one run of octets, so that whatever broke it can be kept as a file.</summary>
internal abstract class Target
{
    /// <summary>Folder of its corpus.</summary>
    public abstract string Name { get; }

    /// <summary>An input: near enough to a good one to get far.</summary>
    public abstract byte[] Next(Random random);

    /// <summary>Fails by an exception: of the code, or of a check on what it gave.</summary>
    public abstract void Run(byte[] input);

    /// <summary>A message of ours is one that we would take. A response carries the Vias of all who stand between (RFC 3261 section 8.2.6.2): not ours, but theirs.</summary>
    protected static void CheckGood(SipMessage ours)
    {
        RejectionReason reason = MessageScreening.Check(ours);
        Check(reason == RejectionReason.None || (reason == RejectionReason.SeveralVias && !ours.IsRequest), $"what we send is a good message: {reason}\n{System.Text.Encoding.Latin1.GetString(ours.Raw)}");
    }

    protected static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
