using System.Numerics;

namespace Controller.Simulation.Tests.World;

/// <summary>In how many calls each ingredient was, and how many interleavings that were. Counted by several threads.</summary>
internal sealed class Coverage
{
    /// <summary>
    /// What two sides, or a side and the network, do without waiting for each other. Ringing and the answer are not among them: they are in nearly every call.
    /// </summary>
    private static readonly ulong Actions = Bits(
        Ingredient.Cancel, Ingredient.EarlyBye, Ingredient.Prack, Ingredient.EarlyUpdate, Ingredient.Update, Ingredient.Reinvite, Ingredient.LateReoffer, Ingredient.SecondAnswer,
        Ingredient.Bye, Ingredient.Refused3xx, Ingredient.Refused4xx, Ingredient.Refused5xx, Ingredient.Refused6xx, Ingredient.Timeout, Ingredient.Lost, Ingredient.Duplicated,
        Ingredient.Reordered, Ingredient.Crash);

    private readonly long[] _calls = new long[Enum.GetValues<Ingredient>().Length];
    private readonly Dictionary<ulong, bool> _interleavings = [];

    /// <summary>Calls in which at least two actions took place, each counted once: the order in which everybody got every message is that of no other call.</summary>
    public int Interleavings => _interleavings.Count;

    /// <summary>Of these: with two messages under way at once between the node and one party.</summary>
    public int Crossings => _interleavings.Count(static found => found.Value);

    public long Calls { get; private set; }

    public void Add(Histories histories)
    {
        lock (_interleavings)
        {
            for (int call = 0; call < histories.Count; call++)
            {
                Calls++;
                ulong seen = histories.Seen(call);
                for (ulong rest = seen; rest != 0; rest &= rest - 1)
                {
                    _calls[BitOperations.TrailingZeroCount(rest)]++;
                }

                if (BitOperations.PopCount(seen & Actions) >= 2)
                {
                    _interleavings.TryAdd(histories.Order(call), (seen & Bits(Ingredient.Crossing)) != 0);
                }
            }
        }
    }

    public long Of(Ingredient ingredient) => _calls[(int)ingredient];

    public override string ToString() => string.Join(", ", Enum.GetValues<Ingredient>().Select(ingredient => $"{ingredient} {Of(ingredient)}"));

    private static ulong Bits(params Ingredient[] ingredients) => ingredients.Aggregate(0UL, static (bits, ingredient) => bits | (1UL << (int)ingredient));
}
