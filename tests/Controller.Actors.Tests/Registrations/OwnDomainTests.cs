using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Sip.Uris;

namespace Controller.Actors.Tests.Registrations;

public sealed class OwnDomainTests
{
    // RFC 3261 section 10.3 step 5 makes the address-of-record the index of the bindings: a phone that registers at our address and a caller who
    // dials the domain mean the same user, and the registrar and the routes must compute the same key.
    [Theory]
    [InlineData("sip:bob@example.test", "bob@example.test")]
    [InlineData("sip:bob@EXAMPLE.test:5070;transport=tcp", "bob@example.test")]
    [InlineData("sip:bob@203.0.113.1", "bob@example.test")]
    [InlineData("sip:bob@203.0.113.1:5060", "bob@example.test")]
    [InlineData("sip:b%6Fb@203.0.113.1", "bob@example.test")]
    public void A_user_has_one_address_of_record_however_the_host_is_written(string uri, string expected)
    {
        Assert.True(SipUri.TryParse(Encoding.ASCII.GetBytes(uri), out SipUri parsed));
        Assert.Equal(expected, CallDriver.OneTrunk().RegistrarAddress(parsed));
    }

    [Theory]
    [InlineData("example.test", true)]
    [InlineData("203.0.113.2", true)]
    [InlineData("203.0.113.9", false)]
    [InlineData("example.org", false)]
    public void Which_hosts_are_ours(string host, bool expected) => Assert.Equal(expected, CallDriver.OneTrunk().IsOwnDomain(host));
}
