using System.Numerics;

namespace Controller.Simulation.Tests.World;

/// <summary>In how many calls each ingredient was. Counted by several threads.</summary>
internal sealed class Coverage
{
    private readonly long[] _calls = new long[Enum.GetValues<Ingredient>().Length];

    public void Add(IReadOnlyList<ulong> calls)
    {
        foreach (ulong call in calls)
        {
            for (ulong rest = call; rest != 0; rest &= rest - 1)
            {
                Interlocked.Increment(ref _calls[BitOperations.TrailingZeroCount(rest)]);
            }
        }
    }

    public long Of(Ingredient ingredient) => Interlocked.Read(ref _calls[(int)ingredient]);

    public override string ToString() => string.Join(", ", Enum.GetValues<Ingredient>().Select(ingredient => $"{ingredient} {Of(ingredient)}"));
}
