using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>RFC 3261 section 20.16.</summary>
public readonly record struct CSeq(uint Number, SipMethod Method)
{
    /// <summary>"The sequence number MUST be expressible as a 32-bit unsigned integer."</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out CSeq cseq, out ReadOnlySpan<byte> methodText)
    {
        cseq = default;
        methodText = default;
        var text = Octets.Trim(value);
        var blank = text.IndexOfAny((byte)' ', (byte)'\t');
        if (blank < 0 || !Octets.TryNumber(text[..blank], out var number) || number > uint.MaxValue)
        {
            return false;
        }

        var method = Octets.TrimStart(text[blank..]);
        if (!Octets.IsToken(method))
        {
            return false;
        }

        methodText = method;
        cseq = new CSeq((uint)number, SipMethods.Parse(method));
        return true;
    }
}
