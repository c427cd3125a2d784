using System.Collections.Immutable;

namespace Controller.Actors.Routing.Refusals;

/// <summary>One row of a table of refusals. 0: of what it looks at, anything; of what it says, as it was.</summary>
public sealed record RefusalRule(int Status, int Cause, int ToStatus, int ToCause)
{
    /// <summary>
    /// Statuses that no row takes or makes: the answer to a CANCEL and to an offer that crosses another one belong to what the caller itself has done, and the
    /// others mean nothing without a header of their own (RFC 3261 sections 9.2, 14.1 and 21.4, RFC 4028 section 6).
    /// </summary>
    public static readonly ImmutableHashSet<int> Untouched = [401, 405, 407, 415, 420, 421, 422, 423, 481, 487, 491, 494];

    /// <summary>The first row that matches decides; none: as it was.</summary>
    public static Refusal Map(ImmutableArray<RefusalRule> rules, Refusal refusal)
    {
        foreach (RefusalRule rule in rules)
        {
            if ((rule.Status == 0 || rule.Status == refusal.Status) && (rule.Cause == 0 || rule.Cause == refusal.Cause) && !Untouched.Contains(refusal.Status))
            {
                return new Refusal(rule.ToStatus == 0 ? refusal.Status : rule.ToStatus, rule.ToCause == 0 ? refusal.Cause : rule.ToCause);
            }
        }

        return refusal;
    }
}
