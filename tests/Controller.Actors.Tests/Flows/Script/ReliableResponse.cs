using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>RFC 3262 section 3: a reliable provisional response is repeated until its PRACK.</summary>
internal sealed class ReliableResponse
{
    private uint _rseq;

    public FlowMessage? Response { get; private set; }
    public Repetition Repetition { get; } = new();

    public void Start(FlowMessage response, uint rseq, Instant now)
    {
        Response = response;
        _rseq = rseq;

        // "starting at T1 seconds and doubled each time", with no T2.
        Repetition.Start(now, TimeSpan.MaxValue);
    }

    public void Acknowledged(string rack)
    {
        Assert.Equal($"{_rseq}", rack.Split(' ')[0]);
        Repetition.Stop();
    }
}
