using System.Diagnostics;
using System.Net;
using System.Text;
using Controller.Actors.Policies;
using Controller.Edge.Dispatch;
using Controller.Edge.Flows;
using Controller.Edge.Listeners;
using Controller.Edge.Screening;
using Controller.Edge.Telemetry;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Runtime;
using Controller.Sip.Framing;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Xunit.Abstractions;

namespace Controller.Edge.Tests.Listeners;

public sealed class ReceiveCostTests(ITestOutputHelper output)
{
    /// <summary>What a phone offers: 269 octets, seven media attributes.</summary>
    private const string Description =
        "v=0\r\no=- 3915427311 3915427311 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 49170 RTP/AVP 8 0 18 101\r\n" +
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n" +
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";

    private static readonly string Invite = Requests.Make(
        "INVITE", "127.0.0.1:5060", extra: "Content-Type: application/sdp\r\nUser-Agent: test\r\nAllow: INVITE, ACK, BYE\r\n", body: Description);

    [Fact]
    public void The_way_from_a_datagram_to_a_mailbox_allocates_the_input_only()
    {
        FakeActors actors = new() { CountsOnly = true };
        SettingsSource<ControllerSettings> settings = new(EdgeUnderTest.Settings());
        using EdgeInstruments instruments = new(() => 0);
        FlowSender sender = new(new SendFailures(actors, instruments));
        EdgeOptions options = new();
        Arrivals arrivals = new(options.Rules, actors, settings, new StatelessAnswers(options, settings, sender, instruments), instruments, TimeProvider.System);
        ReceiveBuffers buffers = new(100_000);
        FlowCache flows = new(SipTransport.Udp, 0, System.Net.Sockets.AddressFamily.InterNetwork, 100);
        SocketAddress source = new IPEndPoint(IPAddress.Loopback, 5060).Serialize();
        byte[] datagram = Encoding.ASCII.GetBytes(Invite);

        void One()
        {
            SipMessage message = buffers.Rent(datagram.Length);
            Memory<byte> own = message.Buffer[..datagram.Length];
            datagram.CopyTo(own);
            if (DatagramFraming.Parse(own, message, options.Limits, out _) == ParseOutcome.Done)
            {
                arrivals.Accept(message, flows.For(source));
            }
        }

        for (int i = 0; i < 2000; i++)
        {
            One();
        }

        const int Messages = 5000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Messages; i++)
        {
            One();
        }

        double each = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Messages;
        output.WriteLine($"parse, screen, dispatch: {watch.Elapsed.TotalMicroseconds / Messages:F2} µs, {each:F0} bytes each ({datagram.Length} octets, {Configuration})");

        Assert.Equal(7000, actors.Count);

        // An object of two references is 32 bytes.
        Assert.InRange(each, 0, 40);
    }

    [Fact]
    public void The_cost_of_a_datagram_on_loopback_is_printed()
    {
        using EdgeUnderTest edge = new();
        edge.Actors.CountsOnly = true;
        using UdpPeer peer = new(edge);
        byte[] datagram = Encoding.ASCII.GetBytes(Invite);
        const int Messages = 20_000;
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < Messages; i++)
        {
            peer.Send(datagram);
            if (i % 100 == 99)
            {
                // No faster than they are read: a full socket buffer drops.
                long sent = i + 1;
                Assert.True(SpinWait.SpinUntil(() => edge.Actors.Count >= sent, 5000), "datagrams were lost on loopback");
            }
        }

        long counted = edge.Actors.Count;
        TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        output.WriteLine(
            $"loopback: {counted} of {Messages} arrived in {watch.ElapsedMilliseconds} ms; {used.TotalMicroseconds / Messages:F1} µs CPU each, "
            + $"sender and all else in this process included ({Configuration})");
        Assert.Equal(Messages, counted);
        edge.AssertCounted(0, "edge.messages.rejected", "fault");
    }

#if DEBUG
    private const string Configuration = "debug build";
#else
    private const string Configuration = "release build";
#endif
}
