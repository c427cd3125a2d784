namespace Controller.Host.Admin.Routes;

public interface IRouteSimulator
{
    /// <summary>Decides as the production code would now.</summary>
    /// <exception cref="FormatException">The question cannot be understood; the message says what was expected.</exception>
    RouteAnswer Simulate(RouteQuestion question);
}
