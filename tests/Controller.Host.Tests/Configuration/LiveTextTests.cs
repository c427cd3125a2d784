using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

public sealed class LiveTextTests
{
    /// <summary>What another node reads is what was meant here, in every key, and nothing of this node is in it.</summary>
    [Theory]
    [InlineData(Texts.Full)]
    [InlineData(Texts.Small)]
    public void IsReadToTheSame(string text)
    {
        LoadedConfiguration written = Loads.Good(text);
        ConfigurationResult read = ConfigurationLoader.LoadVersion(7, written.LiveText, written);
        Assert.Empty(read.Problems);
        Assert.True(ConfigurationChange.Between(written, read.Configuration!).IsEmpty);
        Assert.Equal(written.LiveText, read.Configuration!.LiveText);
        Assert.DoesNotContain("listeners", written.LiveText, StringComparison.Ordinal);
        Assert.DoesNotContain("journal", written.LiveText, StringComparison.Ordinal);
    }

    [Fact]
    public void HasNoDefaultsOfTheProgram()
        => Assert.Equal("{\"controller\":{\n\"realms\":{\"access\":{}}}}\n", Loads.Good(Texts.Small).LiveText);

    [Fact]
    public void KeepsWhatASubstitutionTookFromADefault()
    {
        LoadedConfiguration written = Loads.Good(Texts.Small + "\ncontroller.trunks.t { realm = access, endpoints = [ { uri = \"sip:192.0.2.1\" } ], ring-timeout = ${controller.calls.no-answer} }");
        Assert.Contains("\"ring-timeout\":\"180s\"", written.LiveText, StringComparison.Ordinal);
    }

    [Fact]
    public void IsTheSameInWhateverOrderItIsSaid()
    {
        string swapped = "controller.calls { min-se = 2m, max-duration = 1h }\ncontroller.realms.b {}\n" + Texts.Small;
        string straight = Texts.Small + "\ncontroller.realms.b {}\ncontroller.calls { max-duration = 1h, min-se = 2m }";
        Assert.Equal(Loads.Good(straight).LiveText, Loads.Good(swapped).LiveText);
    }

    [Theory]
    [InlineData("a\\\\b")]
    [InlineData("quote\\\" ü ☎ 'x' <&>")]
    [InlineData("$dollar{a}")]
    [InlineData("# // not a comment")]
    [InlineData("0123")]
    public void KeepsEveryText(string password)
    {
        LoadedConfiguration written = Loads.Good($"{Texts.Small}\ncontroller.registrar.users.alice.password = \"{password}\"");
        LoadedConfiguration read = ConfigurationLoader.LoadVersion(7, written.LiveText, written).Configuration!;
        Assert.Equal(written.Draft.Registrar.Users["alice"].Password, read.Draft.Registrar.Users["alice"].Password);
    }
}
