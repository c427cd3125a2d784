using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Accounts;

/// <summary>Our binding at a carrier, as it has granted it.</summary>
/// <param name="Contact">Our Contact URI.</param>
/// <param name="Registrar">As configured then: another one is another location service.</param>
/// <param name="RequestUri">Of the REGISTER that was accepted: what a redirection has named, else the registrar.</param>
/// <param name="Flow">Where that went.</param>
/// <param name="Until">When it is over, if it is not refreshed.</param>
public sealed record CarrierBinding(string Contact, string Registrar, string RequestUri, Flow Flow, Instant Until);
