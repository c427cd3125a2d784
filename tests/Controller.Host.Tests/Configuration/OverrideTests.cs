using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

public sealed class OverrideTests
{
    [Theory]
    [InlineData("controller.node.id=2")]
    [InlineData(" controller.node.id = 2 ")]
    [InlineData("controller.node.id=\"2\"")]
    [InlineData("controller.node={ id = 2 }")]
    [InlineData("controller.\"node\".id=2")]
    public void SetTakesHocon(string set) => Assert.Equal(2, Loads.Good(Texts.Full, [set]).Host.Node.Id);

    [Theory]
    [InlineData("controller.admin.listen=127.0.0.1:9090")]
    [InlineData("controller.admin.listen=\"127.0.0.1:9090\"")]
    public void SetTakesWhatTheShellLeft(string set) => Assert.Equal("127.0.0.1:9090", Loads.Good(Texts.Full, [set]).Host.Admin.Listen.ToString());

    [Fact]
    public void SetReplacesAndAddsToLists()
    {
        string[] sets =
        [
            "controller.listeners=[{ realm = access, transport = tcp, listen = \"127.0.0.1:7000\" }, { realm = core, transport = tcp, listen = \"127.0.0.1:7001\" }]",
            "controller.registrar.users.carol.password=x y",
        ];
        LoadedConfiguration loaded = Loads.Good(Texts.Full, sets);
        Assert.Equal(["127.0.0.1:7000", "127.0.0.1:7001"], loaded.Listeners.Select(l => l.Listen.ToString()));
        Assert.Equal("x y", loaded.Settings(new byte[32], []).Registrar.Users["carol"].Password);
        Assert.Equal(3, loaded.Settings(new byte[32], []).Registrar.Users.Count);
    }

    [Theory]
    [InlineData("CONTROLLER__NODE__ID", "9")]
    [InlineData("controller__node__id", "9")]
    public void TheEnvironmentNamesKeys(string name, string value)
        => Assert.Equal(9, Loads.Good(Texts.Full, null, new() { [name] = value, ["PATH"] = "/bin", ["CONTROLLER_X"] = "no key" }).Host.Node.Id);

    [Fact]
    public void OneUnderscoreIsAHyphenAndNamesOfTheUserAreMatched()
    {
        LoadedConfiguration loaded = Loads.Good(Texts.Full, null, new()
        {
            ["CONTROLLER__NODE__DATA_DIR"] = "elsewhere",
            ["CONTROLLER__ADMIN__LISTEN"] = "127.0.0.1:9091",
            ["CONTROLLER__TRUNKS__CARRIER_A__LIMITS__CALLS_PER_SECOND"] = "7",
            ["CONTROLLER__REGISTRAR__USERS__ALICE__PASSWORD"] = "from the environment: 1",
            ["CONTROLLER__REGISTRAR__USERS__CAROL__PASSWORD"] = "c",
            ["CONTROLLER__REGISTRAR__DOMAINS"] = "[one.test, two.test]",
        });
        Assert.Equal("elsewhere", loaded.Host.Node.DataDirectory);
        Assert.Equal(9091, loaded.Host.Admin.Listen.Port);
        var settings = loaded.Settings(new byte[32], []);
        Assert.Equal(7, settings.Trunks["carrier-a"].CallsPerSecond);
        Assert.Equal("from the environment: 1", settings.Registrar.Users["alice"].Password);
        Assert.Equal("c", settings.Registrar.Users["carol"].Password);
        Assert.Equal(["one.test", "two.test"], settings.Registrar.Domains.Order());
    }

    [Fact]
    public void LaterSourcesWin()
    {
        var environment = new Dictionary<string, string> { ["CONTROLLER__NODE__ID"] = "20", ["CONTROLLER__NODE__NAME"] = "env" };
        HostOptions host = Loads.Good(Texts.Full, ["controller.node.id=30", "controller.node.id=31"], environment).Host;
        Assert.Equal((31, "env", "d"), (host.Node.Id, host.Node.Name, host.Node.DataDirectory));
    }

    [Theory]
    [InlineData("controller.node.idd=2", "--set controller.node.idd: controller.node.idd: unknown key; the nearest known key is controller.node.id")]
    [InlineData("node.id=2", "--set node.id: node.id: unknown key; the nearest known key is controller.node.id")]
    [InlineData("controller.node.id=x", "--set controller.node.id: controller.node.id: \"x\" cannot be used; expected a whole number from 1 to 255")]
    [InlineData("controller.node.id", "--set: controller.node.id: no value; expected KEY=VALUE, such as controller.node.id=2")]
    [InlineData("=2", "--set: =2: no value; expected KEY=VALUE, such as controller.node.id=2")]
    [InlineData("controller.listeners=[", "--set controller.listeners: controller.listeners[0]: the end of the text stands where a value was expected")]
    [InlineData("controller.node.id=", "--set controller.node.id: controller.node.id: \"\" cannot be used; expected a whole number from 1 to 255")]
    public void SetSaysWhatIsWrong(string set, string expected) => Assert.Contains(expected, Loads.Bad(Texts.Full, [set]));

    [Theory]
    [InlineData("CONTROLLER__NODE__IDD", "2", "environment CONTROLLER__NODE__IDD: controller.node.idd: unknown key; the nearest known key is controller.node.id")]
    [InlineData("CONTROLLER__LISTENRS", "[]", "environment CONTROLLER__LISTENRS: controller.listenrs: unknown key; the nearest known key is controller.listeners")]
    [InlineData("CONTROLLER__LISTENERS__0__REALM", "x", "environment CONTROLLER__LISTENERS__0__REALM: controller.listeners.0: unknown key; the nearest known key is controller.listeners, which is set as a whole list")]
    [InlineData("CONTROLLER__NODE__ID", "x", "environment CONTROLLER__NODE__ID: controller.node.id: \"x\" cannot be used; expected a whole number from 1 to 255")]
    public void TheEnvironmentSaysWhatIsWrong(string name, string value, string expected)
        => Assert.Contains(expected, Loads.Bad(Texts.Full, null, new() { [name] = value }));
}
