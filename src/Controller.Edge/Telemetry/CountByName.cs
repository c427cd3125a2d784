using System.Diagnostics.Metrics;
using System.Text;

namespace Controller.Edge.Telemetry;

/// <summary>One count for each value of an enumeration that starts at 0, read under its name in words: LostFraming → lost-framing.</summary>
internal sealed class CountByName<T>
    where T : struct, Enum
{
    private readonly string[] _names = [.. Enum.GetNames<T>().Select(Words)];
    private readonly long[] _counts = new long[Enum.GetNames<T>().Length];

    public void Add(int value) => Interlocked.Increment(ref _counts[value]);

    /// <summary>Those that ever happened.</summary>
    public IEnumerable<Measurement<long>> Read(string tag)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            long count = Volatile.Read(ref _counts[i]);
            if (count != 0)
            {
                yield return new Measurement<long>(count, new KeyValuePair<string, object?>(tag, _names[i]));
            }
        }
    }

    private static string Words(string name)
    {
        StringBuilder words = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
            {
                words.Append('-');
            }

            words.Append(char.ToLowerInvariant(name[i]));
        }

        return words.ToString();
    }
}
