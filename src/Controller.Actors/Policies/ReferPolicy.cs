namespace Controller.Actors.Policies;

/// <summary>What is done with a REFER within a call.</summary>
public enum ReferPolicy : byte
{
    /// <summary>It goes to the other party, who does what it says; every name in it is ours.</summary>
    Pass = 0,

    /// <summary>It is carried out here: the other party sees nothing but new media.</summary>
    Terminate = 1,

    /// <summary>603.</summary>
    Refuse = 2,
}
