using System.Net;
using Controller.Actors.Policies;
using Controller.Host.Configuration;
using Controller.Sip.Transport;

namespace Controller.Host.Tests.Configuration;

/// <summary>The configurations of hocon/, which are copied beside the program.</summary>
public sealed class ShippedConfigurationTests
{
    [Fact]
    public void TheDefaultOpensNothingBeyondLoopback()
    {
        ConfigurationResult result = ConfigurationLoader.Load(null, [], Loads.NoEnvironment);
        Assert.Empty(result.Problems);
        LoadedConfiguration loaded = result.Configuration!;
        Assert.Equal([SipTransport.Udp, SipTransport.Tcp], loaded.Listeners.Select(l => l.Transport));
        Assert.All(loaded.Listeners, l => Assert.Equal("127.0.0.1:5060", l.Listen.ToString()));
        Assert.All(loaded.Listeners, l => Assert.Equal("127.0.0.1:5060", l.SentBy));
        Assert.True(IPAddress.IsLoopback(loaded.Host.Admin.Listen.Address));
        Assert.Equal(8080, loaded.Host.Admin.Listen.Port);
        Assert.Equal("data/journal.db", loaded.Host.Journal.SqliteFile);
        ControllerSettings settings = loaded.Settings(new byte[32], []);
        Assert.Equal(["127.0.0.1", "localhost"], settings.Registrar.Domains.Order());
        Assert.Equal(["alice", "bob"], settings.Registrar.Users.Keys.Order());
        Assert.True(settings.Registrar.Authenticate);
        Assert.Equal("localhost", settings.Registrar.DigestRealm);
        Assert.True(Assert.Single(settings.Routes).ToRegistered);
    }

    [Fact]
    public void BenchRoutesEveryCallToTheFarEnd()
    {
        ConfigurationResult result = ConfigurationLoader.Load(Shipped("bench.conf"), [], Loads.NoEnvironment);
        Assert.Empty(result.Problems);
        ControllerSettings settings = result.Configuration!.Settings(new byte[32], []);
        Assert.Equal("127.0.0.1:5060", settings.Listeners[0].Listen.ToString());
        RouteSettings route = Assert.Single(settings.Routes);
        Assert.Equal((null, null, null, null), (route.Domain, route.FromRealm, route.User, route.Registered));
        TrunkSettings trunk = settings.Trunks[Assert.Single(route.Trunks).Trunk];
        Assert.Equal("sip:127.0.0.1:5080;transport=udp", Assert.Single(trunk.Endpoints).Uri);
        Assert.NotNull(settings.ListenerFor(trunk.Realm, SipTransport.Udp));
        Assert.False(settings.Registrar.Authenticate);
    }

    [Fact]
    public void ClusterIsReadForEachNodeByItsEnvironment()
    {
        var environment = new Dictionary<string, string> { ["ADMIN_TOKEN"] = "x", ["NODE_ADDRESS"] = "10.9.0.2" };
        ConfigurationResult result = ConfigurationLoader.Load(Shipped("cluster.conf"), [], environment);
        Assert.Empty(result.Problems);
        Assert.Equal(("10.9.0.2:7601", "10.9.0.10/24"), (result.Configuration!.Host.Cluster.LinkAdvertise, Assert.Single(result.Configuration.Host.Cluster.Addresses).Address));
    }

    [Fact]
    public void CheckPrintsOneLineAProblem()
    {
        string file = Path.Combine(Path.GetTempPath(), $"controller-check-{Guid.NewGuid():N}.conf");
        try
        {
            File.WriteAllText(file, "controller {\n  node.id = 0\n  x = 1\n}\n");
            var output = new StringWriter();
            Assert.Equal(1, CheckCommand.Run(file, [], Loads.NoEnvironment, output));
            string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Contains($"{file}:2: controller.node.id: \"0\" cannot be used; expected a whole number from 1 to 255", lines);
            Assert.Contains(lines, l => l.StartsWith($"{file}:3: controller.x: unknown key; the nearest known key is controller.", StringComparison.Ordinal));

            File.WriteAllBytes(file, [0x61, 0x3d, 0xff, 0xfe]);
            Assert.Equal($"{file}: file: cannot be read: not UTF-8", Check(file, 1));
            File.Delete(file);
            Assert.Equal($"{file}: file: no such file; expected a configuration in HOCON", Check(file, 1));
            Assert.EndsWith("bench.conf: ok: 2 listeners, 1 trunks, 1 routes", Check(Shipped("bench.conf"), 0), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Check(string file, int expected)
    {
        var output = new StringWriter();
        Assert.Equal(expected, CheckCommand.Run(file, [], Loads.NoEnvironment, output));
        return output.ToString().TrimEnd();
    }

    private static string Shipped(string name) => Path.Combine(AppContext.BaseDirectory, "hocon", name);
}
