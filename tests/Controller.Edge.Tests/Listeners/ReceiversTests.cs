using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Actors.Policies;
using Controller.Edge.Listeners;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Runtime;
using Controller.Sip.Headers;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Listeners;

/// <summary>A datagram listener that is read by several threads.</summary>
public sealed class ReceiversTests
{
    private const int Receivers = 4;

    private static readonly EdgeOptions Shared = new() { Receivers = Receivers };

    [Fact]
    public void They_share_the_sources_and_each_source_stays_in_order()
    {
        // A source is given to a receiver by a hash that nobody outside knows: that of 32 all are given to one happens once in 4^31. So few that they fit any receive buffer.
        const int Sources = 32, Each = 5;
        using EdgeUnderTest edge = new(Shared);
        UdpPeer[] peers = [.. Enumerable.Range(0, Sources).Select(_ => new UdpPeer(edge))];
        for (int number = 1; number <= Each; number++)
        {
            foreach (UdpPeer peer in peers)
            {
                peer.Send(Requests.Make("INVITE", peer.SentBy, cseq: number));
            }
        }

        ILookup<IPEndPoint, Told> heard = Enumerable.Range(0, Sources * Each).Select(_ => edge.Actors.Next()).ToLookup(told => told.Flow!.Remote);
        Assert.Equal(peers.Select(peer => peer.Local).ToHashSet(), heard.Select(of => of.Key).ToHashSet());
        Assert.All(heard, of => Assert.Equal(
            Enumerable.Range(1, Each).Select(number => $"{number} INVITE"), of.Select(told => Encoding.ASCII.GetString(told.Message!.Value(HeaderId.CSeq)))));
        Assert.All(heard, of => Assert.Single(of.DistinctBy(told => told.Thread)));
        int threads = heard.SelectMany(of => of).DistinctBy(told => told.Thread).Count();
        Assert.InRange(threads, OperatingSystem.IsLinux() ? 2 : 1, Receivers);

        Assert.All(peers, peer => Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy)).StatusCode));
        Array.ForEach(peers, peer => peer.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_port_that_is_somebody_elses_is_one_clear_line_though_he_would_share_it(bool shares)
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (shares && OperatingSystem.IsLinux())
        {
            // SOL_SOCKET, SO_REUSEPORT
            taken.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        }

        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var at = (IPEndPoint)taken.LocalEndPoint!;
        using EdgeNode node = new(Shared, new FakeActors(), new SettingsSource<ControllerSettings>(EdgeUnderTest.Settings(
            new ListenerSettings("access", SipTransport.Udp, at, "127.0.0.1", 0))));
        Assert.Equal($"udp {at}: address already in use", Assert.Throws<ListenerException>(node.Open).Message);
        Assert.Empty(node.Bound);
    }

    [Theory]
    [MemberData(nameof(FloatingListenerTests.NotOurs), MemberType = typeof(FloatingListenerTests))]
    public void A_floating_address_is_shared_before_it_is_here(string text)
    {
        IPAddress address = IPAddress.Parse(text);
        using EdgeUnderTest edge = new(Shared with { FloatingAddresses = new HashSet<IPAddress> { address } }, address);
        Assert.Equal(address, edge.Udp.Listen.Address);
        Assert.NotEqual(0, edge.Udp.Listen.Port);
    }

    [Fact]
    public void A_port_is_free_again_when_all_are_closed()
    {
        IPEndPoint at;
        using (EdgeUnderTest edge = new(Shared))
        {
            at = edge.Udp.Listen;
        }

        using Socket again = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(at);
    }

    [Fact]
    public void After_StopAccepting_none_reads_but_sending_goes_on()
    {
        using EdgeUnderTest edge = new(Shared);
        UdpPeer[] peers = [.. Enumerable.Range(0, 16).Select(_ => new UdpPeer(edge))];
        Assert.All(peers, peer => Assert.Equal(200, peer.Ask(Requests.Options(peer.SentBy)).StatusCode));

        edge.Node.StopAccepting();
        foreach (UdpPeer peer in peers)
        {
            peer.Send(Requests.Make("INVITE", peer.SentBy));
            edge.Node.Sender.Send(new Flow(SipTransport.Udp, 0, peer.Local), "to the peer"u8.ToArray(), "", default);
            Assert.Equal("to the peer"u8, peer.ReceiveRaw());
        }

        // Every thread has ended then: what one had read would have been told.
        edge.Node.Dispose();
        Assert.True(edge.Actors.IsIdle);
        Array.ForEach(peers, peer => peer.Dispose());
    }
}
