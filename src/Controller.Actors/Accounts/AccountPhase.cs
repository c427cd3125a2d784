namespace Controller.Actors.Accounts;

/// <summary>Stored: append only.</summary>
public enum AccountPhase : byte
{
    /// <summary>Nothing is under way: it is registered, or waits for its next attempt.</summary>
    Waiting = 0,

    /// <summary>A REGISTER is under way, or the look-up of where it goes.</summary>
    Registering = 1,

    /// <summary>Its binding is being taken away.</summary>
    Leaving = 2,
}
