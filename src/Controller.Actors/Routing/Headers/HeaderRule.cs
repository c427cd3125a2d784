using System.Text.RegularExpressions;

namespace Controller.Actors.Routing.Headers;

/// <summary>One typed rewrite of one header field. Checked where it is configured: <see cref="ProtectedHeaders"/>.</summary>
public sealed record HeaderRule
{
    /// <summary>A value that would grow beyond this is left as it was: the rules of a list may each double it.</summary>
    public const int LongestValue = 8192;

    public required HeaderAction Action { get; init; }

    /// <summary>The field it changes, as it is written.</summary>
    public required string Header { get; init; }

    /// <summary>The new value; of a replacement with <see cref="Pattern"/>, with its groups; of a copy, $0 stands for what is copied.</summary>
    public string Value { get; init; } = "";

    /// <summary>Of a replacement: what of each line is replaced. Without backtracking, so that no input can hold up a loop. Null: the whole value.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>Of a copy.</summary>
    public HeaderSource? From { get; init; }

    public RuleCondition When { get; init; } = RuleCondition.Always;

    public void Apply(MessageHead head)
    {
        if (!When.Holds(head))
        {
            return;
        }

        switch (Action)
        {
            case HeaderAction.Add:
                head.Add(Header, Value);
                break;
            case HeaderAction.SetIfAbsent when !head.Any(Header, _ => true):
                head.Add(Header, Value);
                break;
            case HeaderAction.Remove:
                head.Remove(Header);
                break;
            case HeaderAction.Replace when Pattern is null:
                if (head.Any(Header, _ => true))
                {
                    head.Set(Header, Value);
                }

                break;
            case HeaderAction.Replace:
                head.Change(Header, value => Pattern.Replace(value, Value) is { Length: <= LongestValue } changed ? changed : value);
                break;
            case HeaderAction.Copy when From?.Read(head) is { } copied && Value.Replace("$0", copied, StringComparison.Ordinal) is { Length: <= LongestValue } text:
                head.Set(Header, text);
                break;
        }
    }
}
