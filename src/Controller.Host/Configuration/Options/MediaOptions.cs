using System.Collections.Immutable;

namespace Controller.Host.Configuration.Options;

public enum MediaMode
{
    Bypass,
    Rtpengine,
}

public sealed record MediaOptions
{
    public MediaMode Mode { get; init; } = MediaMode.Bypass;
    public ImmutableArray<string> RtpengineNodes { get; init; } = [];
}
