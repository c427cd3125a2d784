using System.Runtime.CompilerServices;
using Controller.Host.Configuration.Hocon;
using Xunit.Abstractions;

namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>
/// Inputs of lightbend/config's own test suite (Apache-2.0), which are no part of this repository. Optional: they run where
/// <c>../shared/hocon</c> lies beside it, and say so where it does not.
/// </summary>
public sealed class LightbendTests(ITestOutputHelper output)
{
    private static readonly string? Folder = Find();

    /// <summary>Each reads as the JSON beside it.</summary>
    [Theory]
    [InlineData("equiv01", "comments.conf,equals.conf,no-commas.conf,no-root-braces.conf,no-whitespace.json,omit-colons.conf,path-keys.conf,properties-style.conf,substitutions.conf,unquoted.conf")]
    [InlineData("equiv02", "path-keys.conf,path-keys-weird-whitespace.conf")]
    [InlineData("equiv04", "missing-substitutions.conf")]
    [InlineData("equiv05", "triple-quotes.conf")]
    public void ReadsAsItsJson(string folder, string files)
    {
        if (Path(folder, "original.json") is not { } original)
        {
            return;
        }

        string expected = HoconJson.Normal(File.ReadAllText(original));
        Assert.All(files.Split(','), file => Assert.Equal(expected, Read($"{folder}/{file}")));
    }

    [Theory]
    [InlineData("test02.conf", "\"42_a\":42,\"42_b\":42,\"57_a\":57,\"57_b\":57")]
    [InlineData("test03.conf", "\"a\":\"This is in the included file\",\"b\":\"This is in the including file\",\"bar\":\"This is in the including file\"")]
    [InlineData("test03.conf", "\"booleans\":42")]
    [InlineData("test04.conf", "\"remote-daemon-ack-timeout\":30")]
    [InlineData("test05.conf", "\"crud\":\"/modules/crud\"")]
    [InlineData("test06.conf", "\"x\":2,\"y\":{\"foo\":10,\"hello\":\"world\"}")]
    [InlineData("test09.conf", "\"a\":{\"c\":3,\"q\":10},\"b\":5,\"c\":{\"d\":600,\"e\":{\"c\":3,\"q\":10},\"f\":5,\"q\":10}")]
    [InlineData("test10.conf", "\"nested\":{\"a\":{\"c\":3,\"q\":10},\"b\":5,\"c\":{\"d\":600,\"e\":{\"c\":3,\"q\":10},\"f\":5,\"q\":10}")]
    [InlineData("test11.conf", "\"---\":\"------\",\"-10\":\"-42\",\"10\":\"42\",\"a-\":\"b-\"")]
    [InlineData("test12.conf", "\"1234567890123\":\"42\"")]
    [InlineData("test07.conf", "{}")]
    [InlineData("test08.conf", "{}")]
    [InlineData("bom.conf", "{\"foo\":\"bar\"}")]
    [InlineData("file-include.conf", "{\"bar\":43,\"bar-file\":44,\"base\":41,\"baz\":45,\"foo\":42}")]
    [InlineData("equiv03/root/foo.conf", "{\"root\":\"this gets included at the root\"}")]
    public void Holds(string file, string part)
    {
        if (Path(file) is not null)
        {
            Assert.Contains(part, Read(file), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("strings.abcdAgain", "abcd")]
    [InlineData("strings.concatenated", "null bar 42 baz true 3.14 hi")]
    [InlineData("arrays.ofString[2]", "c")]
    [InlineData("ints.fortyTwoAgain", "42")]
    [InlineData("system.concatenated", "Your Java version is  and your user.home is ")]
    public void Test01Holds(string path, string text)
    {
        if (Path("test01.conf") is not { } file)
        {
            return;
        }

        HoconValue value = HoconJson.Resolve(file, File.ReadAllText(file), null, Text);
        foreach (string part in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            value = value is HoconArray array ? array.Items[int.Parse(part)] : ((HoconObject)value).Fields[part];
        }

        Assert.Equal(text, ((HoconScalar)value).Text);
    }

    [Fact]
    public void ACycleOfIncludesIsAnError()
    {
        if (Path("cycle.conf") is { } file)
        {
            Assert.Contains("comes back to itself", Assert.Throws<HoconException>(() => Read("cycle.conf")).Message, StringComparison.Ordinal);
            Assert.True(File.Exists(file));
        }
    }

    /// <summary>No path leads into a list: substitutions of a file included there see the root only. Theirs is an error as well.</summary>
    [Fact]
    public void SubstitutionsOfAnIncludeInAListSeeTheRoot()
    {
        if (Path("include-from-list.conf") is not null)
        {
            Assert.Contains("${ints.fortyTwo} is neither a key", Assert.Throws<HoconException>(() => Read("include-from-list.conf")).Message, StringComparison.Ordinal);
        }
    }

    private string Read(string name)
    {
        string file = Path(name)!;
        return HoconJson.Write(HoconJson.Resolve(file, File.ReadAllText(file), null, Text));
    }

    private static string? Text(string path) => File.Exists(path) && !path.EndsWith(".properties", StringComparison.Ordinal) ? File.ReadAllText(path) : null;

    private string? Path(params string[] parts)
    {
        if (Folder is null)
        {
            output.WriteLine("not run: ../shared/hocon does not lie beside the repository");
            return null;
        }

        return System.IO.Path.Combine([Folder, .. parts]);
    }

    private static string? Find([CallerFilePath] string here = "")
    {
        for (string? at = System.IO.Path.GetDirectoryName(here); at is not null; at = System.IO.Path.GetDirectoryName(at))
        {
            if (File.Exists(System.IO.Path.Combine(at, "Controller.sln")))
            {
                string folder = System.IO.Path.Combine(at, "..", "shared", "hocon");
                return Directory.Exists(folder) ? folder : null;
            }
        }

        return null;
    }
}
