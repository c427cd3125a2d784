namespace Controller.Sip.Headers;

/// <summary>One line of a message: offsets into it, to be read through <see cref="Messages.SipMessage.Name"/> and <see cref="Messages.SipMessage.Value(HeaderLine)"/>.</summary>
public readonly record struct HeaderLine(HeaderId Id, int NameStart, int NameLength, int ValueStart, int ValueLength);
