using System.Text;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary><see cref="Conformance"/> can fail: each flaw, in one message more than was said, is found.</summary>
public class ConformanceTests
{
    [Theory]
    [InlineData("Alice", "200 OK sdp", "SIP/2.0 200 OK", "SIP/2.0 486 Busy Here", "another final response")]
    [InlineData("Alice", "180 Ringing", "Content-Length: 0", "Content-Length: 1", "")]
    [InlineData("Alice", "180 Ringing", "Call-ID: ", "Call-ID: x", "")]
    [InlineData("Alice", "180 Ringing", "Supported: timer", "Server: 198.51.100.20", "")]
    [InlineData("Alice", "180 Ringing", "Supported: timer", "Server: 203.0.113.2", "")]
    [InlineData("Alice", "180 Ringing", "Supported: timer", "Subject: tag-bob-1", "")]
    [InlineData("Alice", "180 Ringing", "Supported: timer", "RSeq: 1", "")]
    [InlineData("Alice", "180 Ringing", "Supported: timer", "Min-SE: 90", "")]
    [InlineData("Alice", "180 Ringing", ";tag=v", ";tog=v", "")]
    [InlineData("Alice", "BYE", "CSeq: 1 BYE", "CSeq: 1 BYE\r\nSupported: x", "1 after 1")]
    [InlineData("Alice", "BYE", "Max-Forwards: 69", "Max-Forwards: 71", "")]
    [InlineData("Bob", "INVITE sdp", "a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMA/8000", "")]
    [InlineData("Bob", "INVITE sdp", "Contact: ", "Contact: <sip:x@192.0.2.10>, ", "")]
    [InlineData("Bob", "ACK", "CSeq: 1 ACK", "CSeq: 2 ACK", "the number of a request that was sent")]
    public void A_flaw_is_found(string party, string title, string right, string wrong, string found)
    {
        FlowWorld world = With(party, title, right, wrong);
        Assert.Contains(found, Assert.Throws<InvalidOperationException>(() => Conformance.Check(world)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_flaw_passes() => Assert.NotEqual(0, Conformance.Check(With("Alice", "180 Ringing", "Supported: timer", "Supported: timer\r\nSubject: x")));

    private static FlowWorld With(string party, string title, string right, string wrong)
    {
        FlowWorld world = FlowRun.Undisturbed(FlowCatalogue.Find("rfc3665-3.1-successful-session-establishment"), SipTransport.Udp).World;
        Assert.NotEqual(0, Conformance.Check(world));
        Passage said = world.Ladder.Messages.Single(message => !message.Passage.ToController && message.Passage.Party.Name == party && message.Passage.Message.Title == title).Passage;
        Assert.Contains(right, said.Message.Text, StringComparison.Ordinal);
        world.Ladder.Arrived(said with { Message = new FlowMessage(Encoding.Latin1.GetBytes(said.Message.Text.Replace(right, wrong, StringComparison.Ordinal))) }, world.Now);
        return world;
    }
}
