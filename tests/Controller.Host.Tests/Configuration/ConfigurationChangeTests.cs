using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

public sealed class ConfigurationChangeTests
{
    [Theory]
    [InlineData("controller.registrar.users.carol.password=x")]
    [InlineData("controller.registrar.domains=[other.test]")]
    [InlineData("controller.routes=[]")]
    [InlineData("controller.trunks.carrier-b.ring-timeout=9s")]
    [InlineData("controller.calls.no-answer=30s")]
    [InlineData("controller.realms.access.authenticate-calls=false")]
    public void CanChangeLive(string set)
    {
        ConfigurationChange change = Change(set);
        Assert.NotEmpty(change.Live);
        Assert.Empty(change.NeedsRestart);
        Assert.All(change.Live, key => Assert.StartsWith(set.Split('=')[0], key.Key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("controller.node.id=8")]
    [InlineData("controller.listeners=[{ realm = core, transport = tcp, listen = \"127.0.0.1:5061\" }]")]
    [InlineData("controller.journal.sqlite.file=other.db")]
    [InlineData("controller.admin.listen=127.0.0.1:8082")]
    [InlineData("controller.cluster.shards=64")]
    [InlineData("controller.engine.loops=1")]
    [InlineData("controller.limits.max-body-bytes=8KiB")]
    public void NeedsARestart(string set)
    {
        ConfigurationChange change = Change(set);
        Assert.Empty(change.Live);
        Assert.All(change.NeedsRestart, key => Assert.StartsWith(set.Split('=')[0], key.Key, StringComparison.Ordinal));
        Assert.NotEmpty(change.NeedsRestart);
    }

    [Fact]
    public void NamesEachKeyWithBothValuesButNoSecret()
    {
        ConfigurationChange change = Change("controller.registrar.users.alice.password=new", "controller.calls.no-answer=61s", "controller.node.name=other");
        Assert.Equal([new ChangedKey("controller.calls.no-answer", "1m", "61s"), new ChangedKey("controller.registrar.users.alice.password", "…", "…")], change.Live.AsEnumerable());
        Assert.Equal([new ChangedKey("controller.node.name", "sbc7", "other")], change.NeedsRestart.AsEnumerable());
    }

    [Fact]
    public void AnotherSpellingIsNoChange()
        => Assert.True(Change("controller.calls.no-answer=60000ms", "controller.limits.max-header-bytes=16384", "controller.registrar.authenticate=no").IsEmpty);

    [Fact]
    public void WhatIsGoneIsNamed()
    {
        ConfigurationChange change = ConfigurationChange.Between(
            Loads.Good(Texts.Small, ["controller.registrar.users.alice.password=x"]), Loads.Good(Texts.Small));
        Assert.Equal([new ChangedKey("controller.registrar.users.alice.password", "…", null)], change.Live.AsEnumerable());
    }

    private static ConfigurationChange Change(params string[] sets)
        => ConfigurationChange.Between(Loads.Good(Texts.Full), Loads.Good(Texts.Full, sets));
}
