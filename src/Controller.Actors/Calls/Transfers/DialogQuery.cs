namespace Controller.Actors.Calls.Transfers;

/// <summary>Which dialog of another call is meant: what a Replaces header (RFC 3891), or a Contact of ours, says of it.</summary>
/// <param name="CallIdValue">A Call-ID of a leg, or a token of ours that stands for one.</param>
/// <param name="ToTag">Empty, as <paramref name="FromTag"/>: the party behind a Contact of ours is meant.</param>
public sealed record DialogQuery(string CallIdValue, string ToTag, string FromTag, bool EarlyOnly);
