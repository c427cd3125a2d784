using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Registrations;

/// <summary>One contact of an address-of-record: RFC 3261 section 10, RFC 5626.</summary>
/// <param name="Contact">The Contact URI as registered (addr-spec, without angle brackets and header parameters).</param>
/// <param name="Parameters">Header parameters of the Contact other than expires, as registered (";q=0.5;…"), for the answer.</param>
/// <param name="Flow">Where the REGISTER came from: calls to this binding go there.</param>
/// <param name="Instance">+sip.instance without quotes, or null.</param>
/// <param name="Q">Preference in thousandths, 0 to 1000.</param>
public sealed record Binding(
    string Contact, string Parameters, Flow Flow, Instant ExpiresAt, string? Instance, int? RegId, int Q, string CallIdValue, uint CSeq);
