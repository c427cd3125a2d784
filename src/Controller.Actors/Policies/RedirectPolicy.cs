namespace Controller.Actors.Policies;

/// <summary>What is done with a redirection (3xx) that comes from a trunk.</summary>
public enum RedirectPolicy : byte
{
    /// <summary>It is a failure like any other: 480, if nobody else accepts the call.</summary>
    Map = 0,

    /// <summary>The caller gets it, with every Contact at our own address.</summary>
    Pass = 1,

    /// <summary>Its Contacts are called from here.</summary>
    Follow = 2,
}
