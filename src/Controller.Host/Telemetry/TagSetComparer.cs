namespace Controller.Host.Telemetry;

/// <summary>Finds a kept set of tags by the caller's span, so that a measurement allocates nothing. Order matters: an instrument names its tags in one order.</summary>
public sealed class TagSetComparer : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
{
    public static readonly TagSetComparer Instance = new();

    public bool Equals(TagSet? x, TagSet? y) => x is null ? y is null : y is not null && Equals((KeyValuePair<string, object?>[])x.Tags, y);

    public int GetHashCode(TagSet obj) => GetHashCode((KeyValuePair<string, object?>[])obj.Tags);

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
    {
        if (alternate.Length != other.Tags.Count)
        {
            return false;
        }

        for (int i = 0; i < alternate.Length; i++)
        {
            KeyValuePair<string, object?> kept = other.Tags[i];
            if (alternate[i].Key != kept.Key || !Equals(alternate[i].Value, kept.Value))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        HashCode hash = default;
        foreach ((string key, object? value) in alternate)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate);
}
