namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>The HOCON specification, section by section: what is on the left reads as the JSON on the right.</summary>
public sealed class HoconSyntaxTests
{
    [Theory]
    // "Comments"
    [InlineData("a = 1 # one\nb = 2 // two\n# c = 3\n", """{"a":1,"b":2}""")]
    [InlineData("a = \"# no comment // either\"", """{"a":"# no comment // either"}""")]
    [InlineData("a = http/x//comment", """{"a":"http/x"}""")]
    // "Omit root braces"
    [InlineData("a = 1", """{"a":1}""")]
    [InlineData("{ a = 1 }", """{"a":1}""")]
    [InlineData("", "{}")]
    [InlineData("\uFEFF{}\n\n", "{}")]
    // "Key-value separator"
    [InlineData("a : 1, b = 2, c { d = 3 }, e = { f : 4 }", """{"a":1,"b":2,"c":{"d":3},"e":{"f":4}}""")]
    [InlineData("a\n=\n1\nb\n{ c = 2 }", """{"a":1,"b":{"c":2}}""")]
    // "Commas"
    [InlineData("a = [1, 2, 3,], b = [1\n2\n3], c = [1\n,\n2,\n3\n]", """{"a":[1,2,3],"b":[1,2,3],"c":[1,2,3]}""")]
    [InlineData("a = 1,\nb = 2\n,c = 3,", """{"a":1,"b":2,"c":3}""")]
    // "Duplicate keys and object merging"
    [InlineData("a = 1, a = 2", """{"a":2}""")]
    [InlineData("foo = { a : 42 }, foo = { b : 43 }", """{"foo":{"a":42,"b":43}}""")]
    [InlineData("foo = { a : 42 }, foo = null, foo = { b : 43 }", """{"foo":{"b":43}}""")]
    [InlineData("foo { a { x = 1, y = 2 } }, foo.a { y = 3 }, foo.a.z = 4", """{"foo":{"a":{"x":1,"y":3,"z":4}}}""")]
    [InlineData("foo = { a : 1 }, foo = 5", """{"foo":5}""")]
    [InlineData("foo = [1], foo = [2]", """{"foo":[2]}""")]
    // "Unquoted strings", "Value concatenation: string"
    [InlineData("a = hello world", """{"a":"hello world"}""")]
    [InlineData("a =   one \"  two \"   three  \nb = 1", """{"a":"one   two    three","b":1}""")]
    [InlineData("a = 10 seconds, b = 1.5, c = -3e2, d = 007, e = truely, f = true, g = null, h = true x", """{"a":"10 seconds","b":1.5,"c":-3e2,"d":"007","e":"truely","f":true,"g":null,"h":"true x"}""")]
    [InlineData("a = 127.0.0.1, b = 64KiB, c = .33", """{"a":"127.0.0.1","b":"64KiB","c":".33"}""")]
    // "Quoted strings" are JSON's, "Multi-line strings" are Python's
    [InlineData("a = \"tab\\t quote\\\" \\u0041 \\\\ \\/\"", """{"a":"tab\t quote\u0022 A \\ /"}""")]
    [InlineData("a = \"\"\"one\n\"two\" \\n\"\"\"", """{"a":"one\n\u0022two\u0022 \\n"}""")]
    [InlineData("a = \"\"\"x\"\"\"\"\"", """{"a":"x\u0022\u0022"}""")]
    [InlineData("a = \"\"", """{"a":""}""")]
    // "Value concatenation: array and object"
    [InlineData("a = [1, 2] [3]", """{"a":[1,2,3]}""")]
    [InlineData("a = { b : 1 } { c : 2 } { b : 3 }", """{"a":{"b":3,"c":2}}""")]
    [InlineData("a = [ 1 2, [3] [4], { x : 1 } { y : 2 } ]", """{"a":["1 2",[3,4],{"x":1,"y":2}]}""")]
    // "Path expressions", "Paths as keys"
    [InlineData("a.b.c = 1, a.b.d = 2", """{"a":{"b":{"c":1,"d":2}}}""")]
    [InlineData("a.\"b.c\" = 1, \"\".x = 2, 10.5 = 3", """{"":{"x":2},"10":{"5":3},"a":{"b.c":1}}""")]
    [InlineData("a b c = 42, \"a\"b = 1", """{"a b c":42,"ab":1}""")]
    [InlineData("true = 1, include.x = 2, \"include\" = 3", """{"include":3,"true":1}""")]
    // "The += field separator"
    [InlineData("a = [1], a += 2, a += { b : 3 }", """{"a":[1,2,{"b":3}]}""")]
    [InlineData("a += 1, x { y += [2] }, x.y += 3", """{"a":[1],"x":{"y":[[2],3]}}""")]
    [InlineData("list = [ { a = [1], a += 2 } ]", """{"list":[{"a":[1,2]}]}""")]
    public void Reads(string text, string json) => Assert.Equal(HoconJson.Normal(json), HoconJson.Of(text));

    [Theory]
    [InlineData("a = 1\nb = }", "test.conf:2: b: '}' stands where a value was expected")]
    [InlineData("a {\n b = 1\n", "test.conf:3: a: the end of the text stands where a key was expected; expected '}'")]
    [InlineData("a = [1, 2", "test.conf:1: a: the end of the text stands where ',', the end of the line or the closing bracket was expected")]
    [InlineData("a = [1,, 2]", "test.conf:1: a[1]: ',' stands where a value was expected")]
    [InlineData("a = 1,, b = 2", "test.conf:1: syntax: ',' stands where a key was expected; expected a key")]
    [InlineData("\nlisten = 127.0.0.1:5060", "test.conf:2: listen: ':' stands in a value without quotes; expected \"…\" around the whole value")]
    [InlineData("a = @x", "test.conf:1: a: '@' begins a value without quotes; expected \"…\" around the whole value")]
    [InlineData("a = 1 = 2", "test.conf:1: a: '=' stands in a value without quotes; expected \"…\" around the whole value")]
    [InlineData("a\nb = 1", "test.conf:2: a: 'b' follows the key; expected '=', ':', '+=' or '{'")]
    [InlineData("a..b = 1", "test.conf:1: syntax: a key has nothing before or after a dot; write \"\" for an empty element")]
    [InlineData("a = \"x", "test.conf:1: syntax: a quoted text does not end on its line; expected \"")]
    [InlineData("a = \"\\x\"", "test.conf:1: syntax: a backslash in quotes is followed by none of \" \\ / b f n r t uXXXX; write \\\\ for a backslash")]
    [InlineData("\na = \"\"\"x", "test.conf:2: syntax: the text after \"\"\" does not end; expected \"\"\"")]
    [InlineData("[1]", "test.conf:1: syntax: the text is a list; expected fields, with or without braces around them")]
    [InlineData("{ a = 1 } b = 2", "test.conf:1: syntax: 'b' follows the closing brace of the text")]
    [InlineData("a = 1 }", "test.conf:1: syntax: '}' stands where ',', the end of the line or the closing bracket was expected")]
    [InlineData("a = ${b", "test.conf:1: a: the end of the text stands in a substitution; expected '}'")]
    [InlineData("a = $b", "test.conf:1: a: '$' begins a value without quotes; expected \"…\" around the whole value")]
    [InlineData("a = [1] { b : 1 }", "test.conf:1: a: puts together values that do not fit; expected only objects, only lists or only simple values")]
    [InlineData("a = 5, a += 6", "test.conf:1: a: puts together values that do not fit; expected only objects, only lists or only simple values")]
    public void SaysWhatIsWrong(string text, string expected) => Assert.Equal(expected, HoconJson.Error(text));

    [Fact]
    public void NestingHasALimit()
        => Assert.Contains("nested deeper than", HoconJson.Error("a = " + new string('[', 5000)), StringComparison.Ordinal);

    [Fact]
    public void EveryValueKnowsItsFileAndLine()
    {
        var root = HoconJson.Resolve(
            "etc/sbc.conf", "a = 1\n\nb {\n  c = [\n    x\n    \"\"\"y\nz\"\"\"\n    w\n  ]\n}\ninclude \"more\"\n", null, path => path.EndsWith("etc/more.conf", StringComparison.Ordinal) ? "\n\nd = 4" : null);
        var b = (Controller.Host.Configuration.Hocon.HoconObject)root.Fields["b"];
        var c = (Controller.Host.Configuration.Hocon.HoconArray)b.Fields["c"];
        Assert.Equal("etc/sbc.conf:1", root.Fields["a"].Origin.ToString());
        Assert.Equal("etc/sbc.conf:4", c.Origin.ToString());
        Assert.Equal(["etc/sbc.conf:5", "etc/sbc.conf:6", "etc/sbc.conf:8"], c.Items.Select(i => i.Origin.ToString()));
        Assert.Equal("etc/more.conf:3", root.Fields["d"].Origin.ToString());
    }
}
