namespace Controller.Interop.Tests.Proxies;

/// <summary>What differs from test to test: udp or tcp towards each party and between the proxies and the node, and what the proxies do.</summary>
internal sealed record ProxySetup
{
    public string Near { get; init; } = "udp";
    public string Between { get; init; } = "udp";
    public string Far { get; init; } = "udp";

    /// <summary>Defines of tests/interop/kamailio/proxy.cfg.</summary>
    public string[] Customer { get; init; } = ["ANSWERS"];
    public string[] Carrier { get; init; } = ["CHALLENGES", "STRICT"];

    /// <summary>What the node believes to be its password at the carrier.</summary>
    public string Password { get; init; } = ProxyBed.CarrierPassword;

    /// <summary>What the customer believes to be its password at the node.</summary>
    public string CustomerPassword { get; init; } = "wonderland";
}
