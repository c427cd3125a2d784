using System.Text;
using System.Text.RegularExpressions;
using Controller.Actors.Routing.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Tests.Routing;

/// <summary>One rule at a time, and a list of them.</summary>
public class HeaderRuleTests
{
    private static readonly string[] Given = ["From: \"Al\" <sip:alice@a.test;x=1>;tag=t1", "X-A: one", "X-B: two", "x-a: three", "s: hello"];

    private static string[] After(params HeaderRule[] rules)
    {
        MessageHead head = MessageHead.Of(SipMethod.Invite, 0, "sip:bob@b.test;y=2", Given);
        HeaderRules.Apply([.. rules], head);
        return [.. head.Lines];
    }

    private static HeaderRule Rule(HeaderAction action, string header, string value = "", string? pattern = null) =>
        new() { Action = action, Header = header, Value = value, Pattern = pattern is null ? null : new Regex(pattern, RegexOptions.NonBacktracking) };

    [Fact]
    public void Add_is_one_more_line() => Assert.Equal([.. Given, "X-A: four"], After(Rule(HeaderAction.Add, "X-A", "four")));

    [Fact]
    public void Set_if_absent_leaves_what_is_there()
    {
        Assert.Equal(Given, After(Rule(HeaderAction.SetIfAbsent, "x-B", "new")));
        Assert.Equal([.. Given, "X-C: new"], After(Rule(HeaderAction.SetIfAbsent, "X-C", "new")));
    }

    // RFC 3261 section 7.3.1: field names are always case-insensitive; section 7.3.3: a compact form is the same field.
    [Fact]
    public void Remove_takes_every_line_whatever_its_spelling()
    {
        Assert.Equal([Given[0], Given[2], Given[4]], After(Rule(HeaderAction.Remove, "X-a")));
        Assert.Equal(Given[..4], After(Rule(HeaderAction.Remove, "Subject")));
    }

    [Fact]
    public void Replace_changes_what_is_there_and_adds_nothing()
    {
        Assert.Equal([Given[0], "X-A: new", Given[2], Given[4]], After(Rule(HeaderAction.Replace, "X-A", "new")));
        Assert.Equal(Given, After(Rule(HeaderAction.Replace, "X-C", "new")));
        Assert.Equal([Given[0], "X-A: <o>ne", Given[2], "x-a: <t>hree", Given[4]], After(Rule(HeaderAction.Replace, "X-A", "<$1>", "^([a-z])")));
    }

    [Theory]
    [InlineData("From", HeaderPart.User, "", "alice")]
    [InlineData("From", HeaderPart.Host, "", "a.test")]
    [InlineData("From", HeaderPart.DisplayName, "", "Al")]
    [InlineData("From", HeaderPart.Uri, "", "sip:alice@a.test;x=1")]
    [InlineData("From", HeaderPart.Parameter, "x", "1")]
    [InlineData("X-B", HeaderPart.Whole, "", "two")]
    [InlineData("Request-URI", HeaderPart.User, "", "bob")]
    [InlineData("Request-URI", HeaderPart.Parameter, "y", "2")]

    // RFC 3261 section 12: the tag is half of the name of a dialog of this side.
    [InlineData("From", HeaderPart.Whole, "", "\"Al\" <sip:alice@a.test;x=1>")]
    public void Copy_reads_a_header_or_a_part_of_it(string header, HeaderPart part, string parameter, string expected)
    {
        string[] after = After(Rule(HeaderAction.Copy, "X-C", "[$0]") with { From = new HeaderSource(header, part, parameter) });
        Assert.Equal([.. Given, $"X-C: [{expected}]"], after);
    }

    [Fact]
    public void Copy_of_what_is_not_there_does_nothing()
    {
        Assert.Equal(Given, After(Rule(HeaderAction.Copy, "X-C", "$0") with { From = new HeaderSource("X-D", HeaderPart.Whole) }));
        Assert.Equal(Given, After(Rule(HeaderAction.Copy, "X-C", "$0") with { From = new HeaderSource("X-B", HeaderPart.User) }));
    }

    [Fact]
    public void Each_rule_sees_what_those_before_it_have_made() =>
        Assert.Equal([.. Given, "X-C: twotwo"], After(
            Rule(HeaderAction.Copy, "X-C", "$0") with { From = new HeaderSource("X-B", HeaderPart.Whole) },
            Rule(HeaderAction.Replace, "X-C", "$0$0", ".+")));

    [Fact]
    public void A_value_does_not_grow_without_bound()
    {
        HeaderRule[] doubling = [.. Enumerable.Repeat(Rule(HeaderAction.Replace, "X-B", "$0$0", "^.+$"), 100)];
        Assert.InRange(After(doubling)[2].Length, HeaderRule.LongestValue / 2, HeaderRule.LongestValue + 5);
    }

    public static TheoryData<string, bool> Conditions => new()
    {
        { "method", true }, { "other method", false }, { "status", false }, { "request", true }, { "response", false },
        { "present", true }, { "absent", false }, { "matches", true }, { "matches not", false },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public void A_condition_decides_whether_a_rule_applies(string condition, bool applies)
    {
        RuleCondition when = condition switch
        {
            "method" => new() { Methods = [SipMethod.Bye, SipMethod.Invite] },
            "other method" => new() { Methods = [SipMethod.Bye] },
            "status" => new() { Statuses = [180] },
            "request" => new() { Requests = true },
            "response" => new() { Requests = false },
            "present" => new() { Header = "X-B" },
            "absent" => new() { Header = "X-Z" },
            "matches" => new() { Header = "X-A", Matches = new Regex("^th", RegexOptions.NonBacktracking) },
            _ => new() { Header = "X-A", Matches = new Regex("^wh", RegexOptions.NonBacktracking) },
        };
        Assert.Equal(applies, After(Rule(HeaderAction.Add, "X-C", "new") with { When = when }).Length > Given.Length);
    }

    [Fact]
    public void A_status_is_of_responses()
    {
        HeaderRule rule = Rule(HeaderAction.Add, "X-C", "new") with { When = new() { Statuses = [180, 183] } };
        MessageHead ringing = MessageHead.Of(SipMethod.Invite, 183, "", Given);
        rule.Apply(ringing);
        Assert.True(ringing.IsChanged);
        MessageHead answered = MessageHead.Of(SipMethod.Invite, 200, "", Given);
        rule.Apply(answered);
        Assert.False(answered.IsChanged);
    }

    [Fact]
    public void A_message_that_is_not_changed_is_written_as_it_was_and_a_value_adds_no_line()
    {
        const string text = "INVITE sip:b@b.test SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 3\r\n\r\nabc";
        MessageHead head = MessageHead.Of(SipMessage.Copy(Encoding.Latin1.GetBytes(text)));
        Assert.Equal(text, Encoding.Latin1.GetString(head.Write()));
        head.Add("X-A", "a\r\nX-B: b");
        Assert.Equal(text.Replace("Content-Length: 3\r\n", "Content-Length: 3\r\nX-A: a  X-B: b\r\n", StringComparison.Ordinal), Encoding.Latin1.GetString(head.Write()));
    }

    [Theory]
    [InlineData("Via")]
    [InlineData("v")]
    [InlineData("cseq")]
    [InlineData("Call-ID")]
    [InlineData("From")]
    [InlineData("To")]
    [InlineData("Contact")]
    [InlineData("Content-Length")]
    [InlineData("Record-Route")]
    [InlineData("Route")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Supported")]
    [InlineData("Session-Expires")]
    public void What_the_dialog_and_the_transaction_hang_on_is_protected(string header) => Assert.NotNull(ProtectedHeaders.WhyNot(header));

    [Theory]
    [InlineData("X-A")]
    [InlineData("User-Agent")]
    [InlineData("P-Asserted-Identity")]
    [InlineData("Reason")]
    public void The_rest_is_not(string header) => Assert.Null(ProtectedHeaders.WhyNot(header));
}
