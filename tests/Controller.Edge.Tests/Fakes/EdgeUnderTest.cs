using System.Net;
using Controller.Actors.Policies;
using Controller.Edge.Flows;
using Controller.Sharding.Runtime;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Fakes;

/// <summary>An edge on free loopback ports (listener 0: UDP, listener 1: TCP) in front of <see cref="FakeActors"/>; registrar of example.com.</summary>
public sealed class EdgeUnderTest : IDisposable
{
    public static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public EdgeUnderTest(EdgeOptions? options = null, IPAddress? address = null, IPeerEdges? peers = null)
    {
        address ??= IPAddress.Loopback;
        Node = new EdgeNode(options ?? new EdgeOptions(), Actors, new SettingsSource<ControllerSettings>(Settings(
            new ListenerSettings("access", SipTransport.Udp, new IPEndPoint(address, 0), address.ToString(), 0),
            new ListenerSettings("access", SipTransport.Tcp, new IPEndPoint(address, 0), address.ToString(), 0))), peers: peers);
        Node.Open();
        Node.Start();
    }

    public FakeActors Actors { get; } = new();
    public EdgeNode Node { get; }
    public ListenerSettings Udp => Node.Bound[0];
    public ListenerSettings Tcp => Node.Bound[1];

    public static ControllerSettings Settings(params ListenerSettings[] listeners) => new()
    {
        Version = 1,
        Secret = Secret,
        Listeners = [.. listeners],
        Registrar = new RegistrarSettings { Domains = ["example.com"] },
    };

    /// <summary>What the node has counted so far: one instrument, one tag value (or null for all).</summary>
    public long Counted(string instrument, string? tag = null) => Meters.Read(Node.Instruments.Meter, instrument, tag);

    /// <summary>Waits until the count is there; fails with what it was after five seconds.</summary>
    public void AssertCounted(long expected, string instrument, string? tag = null)
    {
        long seen = Wait.For(() => Counted(instrument, tag), count => count >= expected);
        Assert.Equal(expected, seen);
    }

    public void Dispose() => Node.Dispose();
}
