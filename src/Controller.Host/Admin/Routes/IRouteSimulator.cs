namespace Controller.Host.Admin.Routes;

public interface IRouteSimulator
{
    /// <summary>Decides as the production code would now.</summary>
    /// <exception cref="FormatException">The question cannot be understood; the message says what was expected.</exception>
    RouteAnswer Simulate(RouteQuestion question);

    /// <summary>The same with the candidate of the question beside it, and the newest calls put to both.</summary>
    /// <exception cref="FormatException">The question cannot be understood, or the candidate is not right; the message says what was expected.</exception>
    Task<RouteComparison> CompareAsync(RouteQuestion question);
}
