namespace Controller.Host.Admin.Registrations;

public interface IRegistrationDirectory
{
    Task<IReadOnlyList<RegistrationView>> FindAsync(Func<RegistrationView, bool> matches);
}
