using System.Collections.Immutable;
using Controller.Actors.Routing.Causes;
using Controller.Actors.Routing.Codecs;
using Controller.Actors.Routing.Headers;
using Controller.Actors.Routing.Numbers;
using Controller.Actors.Routing.Refusals;

namespace Controller.Actors.Routing.Boundaries;

/// <summary>What is changed in messages of a trunk, or of a realm where no trunk is concerned. In order: inwards first causes, then the headers, then the numbers; outwards the other way round.</summary>
public sealed record BoundaryRules
{
    public static readonly BoundaryRules None = new();

    /// <summary>For what comes in.</summary>
    public ImmutableArray<HeaderRule> In { get; init; } = [];

    /// <summary>For what goes out.</summary>
    public ImmutableArray<HeaderRule> Out { get; init; } = [];

    /// <summary>For final responses that refuse a call: those that come in.</summary>
    public ImmutableArray<RefusalRule> RefusalsIn { get; init; } = [];

    /// <summary>Those that go out.</summary>
    public ImmutableArray<RefusalRule> RefusalsOut { get; init; } = [];

    /// <summary>For the causes of BYE and CANCEL that come in.</summary>
    public ImmutableArray<CauseRule> CausesIn { get; init; } = [];

    /// <summary>Those that go out.</summary>
    public ImmutableArray<CauseRule> CausesOut { get; init; } = [];

    /// <summary>Of session descriptions that come in.</summary>
    public CodecRules CodecsIn { get; init; } = CodecRules.None;

    /// <summary>Of those that go out.</summary>
    public CodecRules CodecsOut { get; init; } = CodecRules.None;

    /// <summary>Null: numbers are left alone.</summary>
    public NumberPolicy? Numbers { get; init; }
}
