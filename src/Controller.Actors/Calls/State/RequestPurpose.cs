namespace Controller.Actors.Calls.State;

/// <summary>Why we have sent a request, where the request itself does not tell. Values are stored: append only.</summary>
public enum RequestPurpose : byte
{
    /// <summary>It sets a leg up or takes it down, or relays a request of the other leg.</summary>
    Call = 0,

    /// <summary>It refreshes the session timer of its leg (RFC 4028): nobody but us waits for its response.</summary>
    Refresh = 1,
}
