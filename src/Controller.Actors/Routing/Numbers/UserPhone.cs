namespace Controller.Actors.Routing.Numbers;

/// <summary>What is done with the parameter user=phone of a SIP URI whose user is a number (RFC 3261 section 19.1.1).</summary>
public enum UserPhone
{
    AsIs,
    Add,
    Remove,
}
