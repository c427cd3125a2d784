using Controller.Sharding.Model;

namespace Controller.Sharding.Embedded;

/// <summary>There is nobody who could take the shards away.</summary>
public sealed class AlwaysTrusted : ITrust
{
    public static readonly AlwaysTrusted Instance = new();

    private AlwaysTrusted()
    {
    }

    public bool Holds => true;
}
