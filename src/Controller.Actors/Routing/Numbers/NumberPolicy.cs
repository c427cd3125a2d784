namespace Controller.Actors.Routing.Numbers;

/// <summary>How numbers are written on the side of a trunk or of a realm.</summary>
/// <param name="Plan">Whose habits are followed.</param>
/// <param name="Form">Of what goes out; and what a number without prefix is that comes in.</param>
public sealed record NumberPolicy(NumberPlan Plan, NumberForm Form = NumberForm.AsIs, NumberScheme Scheme = NumberScheme.AsIs, UserPhone UserPhone = UserPhone.AsIs)
{
    /// <summary>What a URI that comes in is inside: its number in E.164, everything else as it was.</summary>
    public string TakenIn(string uri) => NumberUris.Rewrite(uri, number => Plan.Normalise(number, Form), NumberScheme.AsIs, UserPhone.AsIs, "");

    /// <summary>What a URI that goes out looks like there.</summary>
    /// <param name="host">Of a SIP URI that takes the place of a tel URI.</param>
    public string SentOut(string uri, string host) => NumberUris.Rewrite(uri, number => Plan.Write(number, Form), Scheme, UserPhone, host);
}
