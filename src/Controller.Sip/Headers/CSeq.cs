using Controller.Sip.Messages;

namespace Controller.Sip.Headers;

/// <summary>RFC 3261 section 20.16.</summary>
public readonly record struct CSeq(uint Number, SipMethod Method)
{
    public static bool TryParse(ReadOnlySpan<byte> value, out CSeq cseq, out ReadOnlySpan<byte> methodText) => throw new NotImplementedException();
}
