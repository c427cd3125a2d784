using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Controller.Actors.Routing.Headers;
using Controller.Sip.Messages;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: one header rule, and whether what it says fits together.</summary>
internal static class HeaderRuleBinding
{
    private static readonly Regex GroupReference = new(@"\$(?:\$|([0-9]+)|\{(\w+)\})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Null if it is wrong.</summary>
    public static HeaderRule? Rule(KnownValues known, string path)
    {
        if (known.Find<string>(path + ".action") is not { } action || known.Find<string>(path + ".header") is not { } header)
        {
            return null;
        }

        if (ProtectedHeaders.WhyNot(header) is { } why)
        {
            known.Report(path + ".header", $"{header} is protected: it {why}; expected another header");
            return null;
        }

        CheckShape(known, path, action);
        CheckCondition(known, path + ".when");
        var pattern = known.Find<Regex>(path + ".match");
        string? value = known.Find<string>(path + ".value");
        if (pattern is not null && value is not null)
        {
            CheckGroups(known, path + ".value", value, pattern);
        }

        return new HeaderRule
        {
            Action = action switch
            {
                "add" => HeaderAction.Add,
                "set-if-absent" => HeaderAction.SetIfAbsent,
                "remove" => HeaderAction.Remove,
                "replace" => HeaderAction.Replace,
                _ => HeaderAction.Copy,
            },
            Header = header,
            Value = Octets(value ?? (action == "copy" ? "$0" : "")),
            Pattern = pattern,
            From = known.Find<string>(path + ".from") is { } from ? new HeaderSource(from, Part(known.Get(path + ".part", "whole")), known.Get(path + ".parameter", "")) : null,
            When = new RuleCondition
            {
                Methods = [.. known.Get<object[]>(path + ".when.methods", []).Select(method => SipMethods.Parse(Encoding.ASCII.GetBytes((string)method)))],
                Statuses = [.. known.Get<object[]>(path + ".when.statuses", []).Cast<int>()],
                Requests = known.Get(path + ".when.message", "any") switch { "request" => true, "response" => false, _ => null },
                Header = known.Find<string>(path + ".when.header"),
                Matches = known.Find<Regex>(path + ".when.matches"),
            },
        };
    }

    private static HeaderPart Part(string part) => part switch
    {
        "uri" => HeaderPart.Uri,
        "user" => HeaderPart.User,
        "host" => HeaderPart.Host,
        "display-name" => HeaderPart.DisplayName,
        "parameter" => HeaderPart.Parameter,
        _ => HeaderPart.Whole,
    };

    private static void CheckShape(KnownValues known, string path, string action)
    {
        if (known.Has(path + ".value") ? action == "remove" : action is "add" or "set-if-absent" or "replace")
        {
            known.Report(path + ".value", action == "remove" ? "remove takes no value; expected none" : $"is missing; {action} needs the value to write");
        }

        if (known.Has(path + ".match") && action != "replace")
        {
            known.Report(path + ".match", $"{action} matches nothing; expected match with action = replace only, or when {{ header, matches }}");
        }

        string? from = known.Find<string>(path + ".from");
        if (action == "copy" != from is not null)
        {
            known.Report(path + ".from", action == "copy" ? "is missing; copy needs the header to copy from" : $"{action} copies nothing; expected from with action = copy only");
        }

        if (from is not null && ProtectedHeaders.IsSecret(from))
        {
            known.Report(path + ".from", $"{from} is what somebody proves who they are with; expected another header");
        }

        bool parameter = known.Get(path + ".part", "whole") == "parameter";
        if (parameter != known.Has(path + ".parameter"))
        {
            known.Report(path + ".parameter", parameter ? "is missing; part = parameter needs its name" : "is the name of a parameter; expected part = parameter with it");
        }
    }

    private static void CheckCondition(KnownValues known, string path)
    {
        if (known.Has(path + ".matches") && !known.Has(path + ".header"))
        {
            known.Report(path + ".matches", "matches nothing; expected header with it");
        }

        if (known.Get(path + ".message", "any") == "request" && known.Get<object[]>(path + ".statuses", []).Length > 0)
        {
            known.Report(path + ".statuses", "a request has no status; expected message = response or any with it");
        }
    }

    /// <summary>$1 or ${name} of a group that the pattern does not have would be sent as it stands.</summary>
    private static void CheckGroups(KnownValues known, string path, string value, Regex pattern)
    {
        foreach (Match reference in GroupReference.Matches(value))
        {
            string name = reference.Groups[1].Value + reference.Groups[2].Value;
            bool exists = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? pattern.GetGroupNumbers().Contains(number) : pattern.GetGroupNames().Contains(name);
            if (name.Length > 0 && !exists)
            {
                known.Report(path, $"{reference.Value} is no group of match; expected $0 to ${pattern.GetGroupNumbers().Max()}, or $$ for a dollar sign");
            }
        }
    }

    // Header values are octets, one character each; a configuration is UTF-8.
    public static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    public static string Text(string octets) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(octets));
}
