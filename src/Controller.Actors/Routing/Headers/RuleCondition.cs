using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing.Headers;

/// <summary>When a header rule applies: everything said must hold.</summary>
public sealed record RuleCondition
{
    public static readonly RuleCondition Always = new();

    /// <summary>Of the request, or of the request that a response answers; empty: all.</summary>
    public ImmutableArray<SipMethod> Methods { get; init; } = [];

    /// <summary>Of a response; empty: all, and requests.</summary>
    public ImmutableArray<int> Statuses { get; init; } = [];

    /// <summary>True: requests only; false: responses only; null: both.</summary>
    public bool? Requests { get; init; }

    /// <summary>A header that has to be present; null: none.</summary>
    public string? Header { get; init; }

    /// <summary>What a line of <see cref="Header"/> has to match; null: it has to be there, no more.</summary>
    public Regex? Matches { get; init; }

    public bool Holds(MessageHead head) =>
        (Methods.IsEmpty || Methods.Contains(head.Method))
        && (Statuses.IsEmpty || Statuses.Contains(head.Status))
        && (Requests is null || Requests == head.IsRequest)
        && (Header is null || head.Any(Header, value => Matches is null || Matches.IsMatch(value)));
}
