using System.Globalization;
using System.Net;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>What one Kamailio is told: tests/interop/kamailio/proxy.cfg says what each of it means.</summary>
internal sealed record KamailioSetup
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Over UDP and TCP.</summary>
    public int Port { get; init; } = Ports.Free();

    /// <summary>Where calls go that are not for <see cref="Outside"/>.</summary>
    public string Behind { get; init; } = "sip:127.0.0.1:9";

    /// <summary>Where calls for <see cref="Outside"/> go that are not for a user who is registered here.</summary>
    public string Node { get; init; } = "sip:127.0.0.1:9";
    public string Outside { get; init; } = "outside.test";

    /// <summary>Its protection domain, and what everybody's password in it is.</summary>
    public string Realm { get; init; } = "carrier.test";
    public string Password { get; init; } = "secret";

    /// <summary>With which it answers challenges of the node.</summary>
    public string User { get; init; } = "account";
    public string NodeRealm { get; init; } = "example.test";

    /// <summary>CHALLENGES, STRICT, ANSWERS, TRACKS_CSEQ, SHORT_NONCE.</summary>
    public string[] Defines { get; init; } = [];

    public string Text(int questions) => string.Create(CultureInfo.InvariantCulture, $"""
        #!KAMAILIO
        #!substdef "!RPC_SOCKET!udp:{Address}:{questions}!g"
        #!substdef "!BEHIND_URI!{Behind}!g"
        #!substdef "!NODE_URI!{Node}!g"
        #!substdef "!OUTSIDE!{Outside}!g"
        #!substdef "!OWN_REALM!{Realm}!g"
        #!substdef "!NODE_REALM!{NodeRealm}!g"
        #!substdef "!USER!{User}!g"
        #!substdef "!PASSWORD!{Password}!g"
        {string.Concat(Defines.Select(name => $"#!define {name}\n"))}
        listen=udp:{Address}:{Port}
        listen=tcp:{Address}:{Port}
        include_file "{Repository.Scenario("kamailio/proxy.cfg")}"

        """);
}
