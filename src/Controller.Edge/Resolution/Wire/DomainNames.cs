using System.Buffers.Binary;
using System.Text;

namespace Controller.Edge.Resolution.Wire;

/// <summary>Domain names as text and as labels (RFC 1035 sections 2.3.4, 3.1 and 4.1.4).</summary>
internal static class DomainNames
{
    private const int MaxLabel = 63, MaxOctets = 255;

    /// <summary>Lower case, without the dot at the end. False for what cannot be asked for: empty or too long labels, octets that no host name has.</summary>
    public static bool TryNormalise(string text, out string name)
    {
        name = (text.EndsWith('.') ? text[..^1] : text).ToLowerInvariant();
        if (name.Length is 0 or > MaxOctets - 2)
        {
            return false;
        }

        int label = 0;
        foreach (char c in name)
        {
            label = c == '.' ? 0 : label + 1;
            if (label > MaxLabel || c is <= ' ' or > '~' or '\\')
            {
                return false;
            }
        }

        return name[0] != '.' && !name.Contains("..", StringComparison.Ordinal) && name[^1] != '.';
    }

    /// <param name="name">Normalised.</param>
    /// <returns>Octets written; there have to be two more than the name has letters.</returns>
    public static int Write(Span<byte> to, string name)
    {
        int at = 0;
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> label = name.AsSpan(range);
            to[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, to[(at + 1)..]);
        }

        to[at] = 0;
        return at + 1;
    }

    /// <summary>Reads a name and steps <paramref name="at"/> behind it. An octet that no host name has is written \DDD, as in a master file.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        StringBuilder text = new();
        name = "";
        int next = at, behind = -1, octets = 1;

        // 4.1.4: a pointer leads to "a prior occurance of the same name": each has to lead further back than what it stands in began, so there is no loop.
        int before = at;
        while (true)
        {
            if ((uint)next >= (uint)message.Length)
            {
                return false;
            }

            int length = message[next];
            if (length == 0)
            {
                at = behind < 0 ? next + 1 : behind;
                name = text.ToString();
                return true;
            }

            if ((length & 0xC0) == 0xC0)
            {
                if (next + 1 >= message.Length)
                {
                    return false;
                }

                int to = BinaryPrimitives.ReadUInt16BigEndian(message[next..]) & 0x3FFF;
                behind = behind < 0 ? next + 2 : behind;
                if (to >= before)
                {
                    return false;
                }

                before = next = to;
                continue;
            }

            octets += length + 1;
            if (length > MaxLabel || octets > MaxOctets || next + 1 + length > message.Length)
            {
                return false;
            }

            Append(text, message.Slice(next + 1, length));
            next += 1 + length;
        }
    }

    private static void Append(StringBuilder text, ReadOnlySpan<byte> label)
    {
        if (text.Length > 0)
        {
            text.Append('.');
        }

        foreach (byte octet in label)
        {
            if (octet is <= (byte)' ' or > (byte)'~' or (byte)'.' or (byte)'\\')
            {
                text.Append('\\').Append((char)('0' + (octet / 100))).Append((char)('0' + (octet / 10 % 10))).Append((char)('0' + (octet % 10)));
            }
            else
            {
                text.Append(char.ToLowerInvariant((char)octet));
            }
        }
    }
}
