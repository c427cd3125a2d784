using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Exchanges;

/// <summary>
/// One decision of an actor that forwards requests: an <see cref="Exchange"/> or a subscription. Collects effects, gives look-ups their numbers, and
/// makes names: a function of the actor's key and the request, so that what a request leads to after a crash is, byte for byte, what it led to before.
/// </summary>
internal sealed class ForwardingTurn(in ActorContext<ControllerSettings> context, int lookups)
{
    private readonly ImmutableArray<CallEffect>.Builder _effects = ImmutableArray.CreateBuilder<CallEffect>(4);

    public ActorId Self { get; } = context.Self;
    public Instant Now { get; } = context.Now;
    public ControllerSettings Settings { get; } = context.Settings;

    /// <summary>The number of the last look-up.</summary>
    public int Lookups { get; private set; } = lookups;

    /// <summary>Something has been decided that another party is about to see, and that must be known after a crash.</summary>
    public bool IsKept { get; private set; }

    public ImmutableArray<CallEffect> Effects => _effects.DrainToImmutable();

    public void Keep() => IsKept = true;

    public int NextLookup() => ++Lookups;

    public void Do(CallEffect effect) => _effects.Add(effect);

    /// <param name="branch">Of a request of ours whose loss must be reported; empty otherwise.</param>
    public void Send(Flow to, ReadOnlyMemory<byte> bytes, string branch = "")
    {
        if (!bytes.IsEmpty)
        {
            Do(new CallEffect.Send(to, bytes, branch));
        }
    }

    /// <summary>Answers a request without keeping anything of it.</summary>
    public void Reply(SipMessage request, Flow arrivedOn, int status) =>
        Send(Responses.Destination(request, arrivedOn), Responses.Begin(request, status, default, arrivedOn.Remote, Tag(0, Dialogs.Number(request))).Finish());

    public Crossing Crossing(Leg from, Leg to) => new(from, to, Settings);

    public string Branch(int leg, uint cseq, SipMethod method, uint salt) => Branches.Make(Settings.Secret.Span, Self, leg, cseq, method, (int)salt);

    public string CallIdValue(int leg, uint salt) => CallToken.Encode(Settings.Secret.Span, Self, leg, salt);

    public string Tag(int leg, uint salt) => Tags.Make(Settings.Secret.Span, Self, leg, BitConverter.GetBytes(salt));
}
