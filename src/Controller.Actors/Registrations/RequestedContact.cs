using System.Diagnostics.CodeAnalysis;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Actors.Registrations;

/// <summary>One Contact value of a REGISTER.</summary>
/// <param name="Parameters">Header parameters other than expires, as written.</param>
/// <param name="Expires">Seconds; null if the parameter is absent.</param>
/// <param name="Q">Thousandths.</param>
internal sealed record RequestedContact(string Uri, string Parameters, uint? Expires, int Q, string? Instance, int? RegId)
{
    public static bool TryRead(ReadOnlySpan<byte> value, [NotNullWhen(true)] out RequestedContact? contact)
    {
        contact = null;
        if (!NameAddr.TryParse(value, out NameAddr address)
            || !SipUri.TryParse(address.Uri, out SipUri uri) || uri.Scheme is not (UriScheme.Sip or UriScheme.Sips)
            || !TryReadQ(address, out int q)
            || !TryReadRegId(address, out int? regId))
        {
            return false;
        }

        string? instance = address.TryParameter("+sip.instance"u8, out ReadOnlySpan<byte> quoted)
            ? Encoding.UTF8.GetString(quoted.Trim((byte)'"'))
            : null;
        uint? expires = address.TryParameter("expires"u8, out ReadOnlySpan<byte> seconds) ? DeltaSeconds.Parse(seconds) : null;

        // RFC 5626 section 6: a reg-id without an instance is not looked at.
        contact = new RequestedContact(
            Encoding.UTF8.GetString(address.Uri), WithoutExpires(address.Parameters), expires, q, instance, instance is null ? null : regId);
        return true;
    }

    /// <summary>qvalue of RFC 3261 section 25.1: 0[.0-999] or 1[.000]; 1 if absent (section 20.10 leaves it open).</summary>
    public static bool TryReadQ(in NameAddr address, out int q)
    {
        q = 1000;
        if (!address.TryParameter("q"u8, out ReadOnlySpan<byte> text))
        {
            return true;
        }

        if (text.Length is 0 or > 5 || text[0] is not ((byte)'0' or (byte)'1') || (text.Length > 1 && text[1] != '.'))
        {
            return false;
        }

        q = (text[0] - '0') * 1000;
        int weight = 100;
        foreach (byte digit in text.Length > 2 ? text[2..] : default)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            q += (digit - '0') * weight;
            weight /= 10;
        }

        return q <= 1000;
    }

    /// <summary>RFC 5626 section 10: reg-id = 1*DIGIT, 1 to 2^31 - 1.</summary>
    private static bool TryReadRegId(in NameAddr address, out int? regId)
    {
        regId = null;
        if (!address.TryParameter("reg-id"u8, out ReadOnlySpan<byte> text))
        {
            return true;
        }

        long value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9' || value > int.MaxValue)
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        regId = (int)Math.Min(value, int.MaxValue);
        return value is > 0 and <= int.MaxValue;
    }

    /// <summary>";a=b;expires=5;c" without its expires. A ';' inside a quoted string separates nothing.</summary>
    private static string WithoutExpires(ReadOnlySpan<byte> parameters)
    {
        var kept = new StringBuilder(parameters.Length);
        while (!parameters.IsEmpty)
        {
            int end = EndOfParameter(parameters);
            ReadOnlySpan<byte> parameter = parameters[..end].Trim((byte)' ').Trim((byte)'\t');
            int equals = parameter.IndexOf((byte)'=');
            ReadOnlySpan<byte> name = (equals < 0 ? parameter : parameter[..equals]).TrimEnd((byte)' ');
            if (!name.IsEmpty && !Ascii.EqualsIgnoreCase(name, "expires"u8))
            {
                kept.Append(';').Append(Encoding.UTF8.GetString(parameter));
            }

            parameters = end < parameters.Length ? parameters[(end + 1)..] : default;
        }

        return kept.ToString();
    }

    private static int EndOfParameter(ReadOnlySpan<byte> parameters)
    {
        bool quoted = false;
        for (int i = 0; i < parameters.Length; i++)
        {
            switch (parameters[i])
            {
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)';' when !quoted:
                    return i;
            }
        }

        return parameters.Length;
    }
}
