using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Resolution.Client;

/// <summary>The formats of /etc/resolv.conf and /etc/hosts: what is read of them.</summary>
internal static class SystemFiles
{
    /// <summary>As the C library: no more than three, and this machine if there is none. Search lists are not followed: a next hop is a whole name.</summary>
    public static ImmutableArray<IPEndPoint> Servers(IEnumerable<string> lines)
    {
        var servers = ImmutableArray.CreateBuilder<IPEndPoint>();
        foreach (string line in lines)
        {
            string[] words = Words(line, '#', ';');
            if (words is ["nameserver", var text, ..] && servers.Count < 3 && IPAddress.TryParse(text, out IPAddress? address))
            {
                servers.Add(new IPEndPoint(address, 53));
            }
        }

        return servers.Count > 0 ? servers.ToImmutable() : [new IPEndPoint(IPAddress.Loopback, 53)];
    }

    public static FrozenDictionary<string, ImmutableArray<IPAddress>> Hosts(IEnumerable<string> lines)
    {
        Dictionary<string, ImmutableArray<IPAddress>> hosts = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            string[] words = Words(line, '#');
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out IPAddress? address))
            {
                continue;
            }

            foreach (string word in words.Skip(1))
            {
                if (DomainNames.TryNormalise(word, out string name))
                {
                    ImmutableArray<IPAddress> before = hosts.GetValueOrDefault(name, []);
                    hosts[name] = before.Contains(address) ? before : before.Add(address);
                }
            }
        }

        return hosts.ToFrozenDictionary();
    }

    private static string[] Words(string line, params ReadOnlySpan<char> comment)
    {
        int end = line.AsSpan().IndexOfAny(comment);
        return (end < 0 ? line : line[..end]).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }
}
