namespace Controller.Host.Admin.Calls;

/// <param name="Side">a (the caller's) or b.</param>
/// <param name="CallId">The Call-ID header value of this leg.</param>
/// <param name="Remote">Transport and far address: <c>udp 127.0.0.1:5070</c>.</param>
/// <param name="State">calling, proceeding, early, confirmed, terminated: the leg's own words.</param>
public sealed record LegView(string Side, string CallId, string Realm, string Remote, string State);
