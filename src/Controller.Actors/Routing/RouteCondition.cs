namespace Controller.Actors.Routing;

/// <summary>What a route may want of a request, in the order in which it is looked at.</summary>
internal enum RouteCondition : byte
{
    /// <summary>Nothing is missing: the route matches.</summary>
    None = 0,
    Realm,
    Trunk,
    Domain,
    Registered,
    Method,
    Prefix,
    User,
    Header,
    Hours,
}
