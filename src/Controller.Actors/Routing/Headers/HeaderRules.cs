using System.Collections.Immutable;

namespace Controller.Actors.Routing.Headers;

/// <summary>Rules in their order: each sees what those before it have made.</summary>
public static class HeaderRules
{
    public static void Apply(ImmutableArray<HeaderRule> rules, MessageHead head)
    {
        foreach (HeaderRule rule in rules)
        {
            rule.Apply(head);
        }
    }
}
