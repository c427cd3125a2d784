namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>The HOCON specification, "Substitutions".</summary>
public sealed class HoconSubstitutionTests
{
    [Theory]
    [InlineData("a = ${b}, b = 1", """{"a":1,"b":1}""")]
    [InlineData("a = x${b}y ${b}, b = 1", """{"a":"x1y 1","b":1}""")]
    [InlineData("a = ${b.\"c.d\"}, b.\"c.d\" = 1", """{"a":1,"b":{"c.d":1}}""")]
    [InlineData("a = ${?b}, c = x${?b}y, d = [1, ${?b}], e = ${?b}${?c2}", """{"c":"xy","d":[1]}""")]
    [InlineData("a = 1, a = ${?b}", """{"a":1}""")]
    // "the substitution is looked up in the root, and last: a later value counts"
    [InlineData("b = 1, a = ${b}, b = 2", """{"a":2,"b":2}""")]
    [InlineData("base { x = 1, y = 2 }, a = ${base} { y = 3 }", """{"a":{"x":1,"y":3},"base":{"x":1,"y":2}}""")]
    [InlineData("base { x = 1 }, a = ${base}, a { y = 3 }", """{"a":{"x":1,"y":3},"base":{"x":1}}""")]
    [InlineData("a { y = 3 }, base { x = 1 }, a = ${base}", """{"a":{"x":1,"y":3},"base":{"x":1}}""")]
    [InlineData("base = [1], a = ${base} [2], b = ${?none} [3]", """{"a":[1,2],"b":[3],"base":[1]}""")]
    [InlineData("a = 5, a = ${missing}, a = 6", """{"a":6}""")]
    // "Self-referential substitutions"
    [InlineData("path = \"a:b\", path = ${path}\":c\"", """{"path":"a:b:c"}""")]
    [InlineData("path = [1], path = ${path} [2], path = [0] ${path}", """{"path":[0,1,2]}""")]
    [InlineData("a = ${?a}foo", """{"a":"foo"}""")]
    [InlineData("a = ${?a}", "{}")]
    [InlineData("foo { a { c : 1 } }, foo = ${foo.a}, foo { a : 2 }", """{"foo":{"a":2,"c":1}}""")]
    [InlineData("bar { foo : 42, baz : ${bar.foo} }", """{"bar":{"baz":42,"foo":42}}""")]
    [InlineData("bar { foo : 42, baz : ${bar.foo} }, bar { foo : 43 }", """{"bar":{"baz":43,"foo":43}}""")]
    [InlineData("bar { a : ${foo.d}, b : 1 }, bar.b = 3, foo { c : ${bar.b}, d : 2 }, foo.d = 4", """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}""")]
    [InlineData("a = ${?a}foo, a = ${?a}bar", """{"a":"foobar"}""")]
    [InlineData("a { b = 1 }, a { b = ${a.b}2 }", """{"a":{"b":"12"}}""")]
    [InlineData("a = { b : 1 }, a = ${a} { b : ${a.b}2 }", """{"a":{"b":"12"}}""")]
    [InlineData("a = ${?b}, b = ${?a}", "{}")]
    public void Resolves(string text, string json) => Assert.Equal(HoconJson.Normal(json), HoconJson.Of(text));

    [Theory]
    [InlineData("x = 1\na = ${b}", "test.conf:2: a: ${b} is neither a key nor an environment variable; expected one, or ${?b} if it may be missing")]
    [InlineData("a = ${a}", "test.conf:1: a: ${a} comes back to itself; expected an earlier value to start from")]
    [InlineData("a = ${b}\nb = ${c}\nc = ${a}", "comes back to itself")]
    [InlineData("a = { b : ${a} }", "contains itself through a substitution")]
    [InlineData("a = [ ${a} ]", "contains itself through a substitution")]
    [InlineData("a = ${b} { x : 1 }, b = 5", "puts together values that do not fit")]
    [InlineData("a = ${b.c}, b = 5", "${b.c} is neither a key nor an environment variable")]
    public void SaysWhatIsWrong(string text, string expected) => Assert.Contains(expected, HoconJson.Error(text), StringComparison.Ordinal);

    // "Substitution fall-back to environment variables": only where the configuration says nothing; null says something.
    [Fact]
    public void FallsBackToTheEnvironment()
    {
        var environment = new Dictionary<string, string> { ["HOME"] = "/home/x", ["set"] = "no", ["EMPTY"] = "", ["NUMBER"] = "5" };
        Assert.Equal(
            HoconJson.Normal("""{"a":"/home/x","b":"yes","c":null,"d":"","e":"5","f":"kept","set":"yes","nothing":null}"""),
            HoconJson.Of("a = ${HOME}, set = yes, b = ${set}, nothing = null, c = ${nothing}, d = ${EMPTY}, e = ${NUMBER}, f = kept, f = ${?UNKNOWN}", environment));
    }

    [Theory]
    [InlineData("x0 = ab\n", "x{0} = ${{x{1}}}${{x{1}}}\n")]
    [InlineData("x0 = [1]\n", "x{0} = [${{x{1}}}, ${{x{1}}}]\n")]
    [InlineData("x0 { v = 1 }\n", "x{0} {{ l = ${{x{1}}}, r = ${{x{1}}} }}\n")]
    [InlineData("x0 = [1]\n", "x{0} = ${{x{1}}} ${{x{1}}}\n")]
    public void ValuesThatDoubleThemselvesEndInAnError(string first, string next)
    {
        string text = first + string.Concat(Enumerable.Range(1, 60).Select(i => string.Format(next, i, i - 1)));
        Assert.Contains("substitutions multiply", HoconJson.Error(text), StringComparison.Ordinal);
    }

    [Fact]
    public void ALongChainEndsInAnErrorNotInTheStack()
    {
        string text = "x0 = 1\n" + string.Concat(Enumerable.Range(1, 5000).Reverse().Select(i => $"x{i} = ${{x{i - 1}}}\n"));
        Assert.Contains("refer to each other more than", HoconJson.Error(text), StringComparison.Ordinal);
    }
}
