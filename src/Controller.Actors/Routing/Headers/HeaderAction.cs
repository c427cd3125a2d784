namespace Controller.Actors.Routing.Headers;

/// <summary>What a header rule does.</summary>
public enum HeaderAction
{
    /// <summary>One more line, behind those that are there.</summary>
    Add,

    /// <summary>One line, if there is none yet.</summary>
    SetIfAbsent,

    /// <summary>All its lines go.</summary>
    Remove,

    /// <summary>Where it is present: another value, or in each line what the expression finds.</summary>
    Replace,

    /// <summary>One line with what another header, or a part of it, says; nothing happens if that is not there.</summary>
    Copy,
}
