using System.Net;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.World;

/// <summary>What became of each call of a world: what it had in it, and who got which message in which order.</summary>
internal sealed class Histories(int calls)
{
    private const ulong Seed = 14695981039346656037, Prime = 1099511628211;

    private readonly ulong[] _seen = new ulong[calls];
    private readonly ulong[] _order = new ulong[calls];

    public int Count => calls;

    /// <summary>One bit for each <see cref="Ingredient"/>.</summary>
    public ulong Seen(int call) => _seen[call];

    /// <summary>Of two calls to which the same happened in the same order it is the same, whenever it happened.</summary>
    public ulong Order(int call) => _order[call] ^ _seen[call];

    public void Saw(int call, Ingredient ingredient) => _seen[call] |= 1UL << (int)ingredient;

    public void Finally(int call, int status) => Saw(call, status switch
    {
        < 300 => Ingredient.Answer,
        < 400 => Ingredient.Refused3xx,
        < 500 => Ingredient.Refused4xx,
        < 600 => Ingredient.Refused5xx,
        _ => Ingredient.Refused6xx,
    });

    /// <summary>A message arrives at a party, or at the node from it.</summary>
    /// <param name="deaf">The node is down.</param>
    public void Arrived(int call, IPEndPoint party, bool atNode, SipMessage message, bool deaf)
    {
        Ingredient? now = (message.IsRequest, message.StatusCode, message.Method) switch
        {
            (false, > 100 and < 200, _) => Ingredient.Ringing,
            (true, _, SipMethod.Bye) => Ingredient.Bye,
            _ => null,
        };
        if (now is { } ingredient)
        {
            Saw(call, ingredient);
        }

        Happened(call, ((ulong)message.StatusCode << 40) | ((ulong)message.Method << 32) | ((ulong)PartyText.Number(message) << 12)
            | ((ulong)party.Address.GetAddressBytes()[^1] << 2) | (atNode ? 2UL : 0) | (deaf ? 1UL : 0));
    }

    public void Crashed(int call) => Happened(call, ulong.MaxValue);

    private void Happened(int call, ulong what)
    {
        ulong hash = ((_order[call] == 0 ? Seed : _order[call]) ^ what) * Prime;
        _order[call] = hash ^ (hash >> 29);
    }
}
