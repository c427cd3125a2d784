using System.Net;
using Controller.Edge.Listeners;
using Controller.Edge.Tests.Fakes;

namespace Controller.Edge.Tests.Listeners;

public sealed class FloatingListenerTests
{
    public static TheoryData<string> NotOurs => ["192.0.2.1", "2001:db8::1"];

    /// <summary>The address is somebody else's now and may come here later: the listener is there before it.</summary>
    [Theory]
    [MemberData(nameof(NotOurs))]
    public void A_listener_on_a_floating_address_is_bound_before_the_address_is_here(string text)
    {
        IPAddress address = IPAddress.Parse(text);
        using EdgeUnderTest edge = new(new EdgeOptions { FloatingAddresses = new HashSet<IPAddress> { address } }, address);
        Assert.All(edge.Node.Bound, listener => Assert.Equal(address, listener.Listen.Address));
        Assert.All(edge.Node.Bound, listener => Assert.NotEqual(0, listener.Listen.Port));
    }

    [Theory]
    [MemberData(nameof(NotOurs))]
    public void On_any_other_address_that_is_not_here_it_is_an_error(string text)
    {
        ListenerException refused = Assert.Throws<ListenerException>(() => new EdgeUnderTest(new EdgeOptions(), IPAddress.Parse(text)));
        Assert.EndsWith("address is not one of this machine's", refused.Message, StringComparison.Ordinal);
    }
}
