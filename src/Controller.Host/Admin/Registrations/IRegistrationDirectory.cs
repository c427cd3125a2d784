namespace Controller.Host.Admin.Registrations;

public interface IRegistrationDirectory
{
    /// <param name="search">Is in the address, a contact or a flow; null: anything.</param>
    /// <param name="limit">How many to show at most, in order of their addresses; the total counts all.</param>
    Task<RegistrationList> FindAsync(string? search, int limit);
}
