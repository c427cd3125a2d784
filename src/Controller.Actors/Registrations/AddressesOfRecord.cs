using Controller.Actors.Policies;

namespace Controller.Actors.Registrations;

/// <summary>Which addresses-of-record this registrar is responsible for.</summary>
internal static class AddressesOfRecord
{
    /// <summary>A domain of ours (or an address of one of our listeners), and a user that exists.</summary>
    public static bool AreOurs(RegisterRequest request, ControllerSettings settings) =>
        request.User.Length > 0 && settings.IsOwnDomain(request.Host) && settings.IsUser(request.User);
}
