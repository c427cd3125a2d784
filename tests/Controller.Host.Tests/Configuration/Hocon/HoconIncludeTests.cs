namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>The HOCON specification, "Include".</summary>
public sealed class HoconIncludeTests
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["one.conf"] = "x = 1, y = 2",
        ["one.json"] = """{"x":10,"z":3}""",
        ["sub/a.conf"] = "a = 1\ninclude \"b\"\ninclude file(\"b2.conf\")",
        ["sub/b.conf"] = "b = 2",
        ["sub/b2.conf"] = "b2 = 3",
        ["refers.conf"] = "foo = inner, a = ${foo}, b = ${bar}",
        ["cycle.conf"] = "include \"cycle2.conf\"",
        ["cycle2.conf"] = "include \"cycle.conf\"",
        ["broken.conf"] = "ok = 1\nbad = }",
        ["old.properties"] = "a=b",
        ["adds.conf"] = "list += 2",
    };

    [Theory]
    [InlineData("include \"one.conf\"", """{"x":1,"y":2}""")]
    [InlineData("include \"one.json\", y = 3", """{"x":10,"y":3,"z":3}""")]
    // Without an extension all that exist are merged, .conf over .json.
    [InlineData("include \"one\"", """{"x":1,"y":2,"z":3}""")]
    // Its place counts: what stands before it is overridden, what stands behind it overrides.
    [InlineData("x = 0, y = 0, include \"one.conf\", y = 9", """{"x":1,"y":9}""")]
    [InlineData("o { include\n\n required(\"one.conf\") }", """{"o":{"x":1,"y":2}}""")]
    [InlineData("include required( file( \"one.conf\" ) )", """{"x":1,"y":2}""")]
    // Relative to the including file.
    [InlineData("include \"sub/a.conf\"", """{"a":1,"b":2,"b2":3}""")]
    [InlineData("include \"missing\"\na = 1", """{"a":1}""")]
    // Substitutions of an included file: below the place of the include first, then from the root.
    [InlineData("foo = outer, bar = outer, sub { include \"refers.conf\" }", """{"bar":"outer","foo":"outer","sub":{"a":"inner","b":"outer","foo":"inner"}}""")]
    [InlineData("list = [1], include \"adds.conf\"", """{"list":[1,2]}""")]
    [InlineData("a = [ { include \"one.conf\" } ]", """{"a":[{"x":1,"y":2}]}""")]
    [InlineData("a = [include], include = 5", """{"a":["include"],"include":5}""")]
    public void Includes(string text, string json) => Assert.Equal(HoconJson.Normal(json), HoconJson.Of(text, null, Files));

    [Theory]
    [InlineData("\nx { include required(\"missing\") }", "test.conf:2: x: include required(\"missing\"): no such file; looked for missing, missing.json, missing.conf")]
    [InlineData("include classpath(\"a.conf\")", "test.conf:1: include: include classpath(…) is not possible; expected \"file\", file(\"file\") or required(\"file\")")]
    [InlineData("include url(\"http://x/\")", "test.conf:1: include: include url(…) is not possible; expected \"file\", file(\"file\") or required(\"file\")")]
    [InlineData("include \"old.properties\"", "test.conf:1: include: include \"old.properties\": properties files are not read; expected HOCON or JSON")]
    [InlineData("include \"cycle.conf\"", "cycle2.conf:1: include: include \"cycle.conf\" comes back to itself: test.conf > cycle.conf > cycle2.conf > cycle.conf")]
    [InlineData("include \"broken.conf\"", "broken.conf:2: bad: '}' stands where a value was expected")]
    [InlineData("include file(\"one.conf\"", "test.conf:1: syntax: the end of the text stands where include expected ')'")]
    [InlineData("include file(x)", "test.conf:1: syntax: the end of the text follows include file(x); expected a file name in quotes")]
    public void SaysWhatIsWrong(string text, string expected) => Assert.Equal(expected, HoconJson.Error(text, Files));
}
