using System.Text.RegularExpressions;
using Controller.Sip.Headers;

namespace Controller.Actors.Policies;

/// <summary>What a route wants of a header field.</summary>
/// <param name="Name">Long or compact form, in any case.</param>
/// <param name="Present">False: it must not be there.</param>
/// <param name="Matches">One of its lines has to match; null: whatever it says.</param>
public sealed record HeaderCondition(string Name, bool Present = true, Regex? Matches = null)
{
    public HeaderId Id { get; } = HeaderCatalogue.Parse(System.Text.Encoding.ASCII.GetBytes(Name));
}
