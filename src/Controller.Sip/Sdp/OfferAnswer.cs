namespace Controller.Sip.Sdp;

/// <summary>The RFC 3264 machine.</summary>
public static class OfferAnswer
{
    public enum Phase : byte { Idle, OfferSent, OfferReceived }
    public readonly record struct State(Phase Phase);
}
