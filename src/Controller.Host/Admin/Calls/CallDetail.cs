using System.Text.Json.Nodes;

namespace Controller.Host.Admin.Calls;

/// <summary>One call with what its journal says of it.</summary>
public sealed record CallDetail : CallView
{
    public CallDetail(CallView call, IReadOnlyList<JournaledEvent> events)
        : base(call) => Events = events;

    public IReadOnlyList<JournaledEvent> Events { get; }
}

/// <param name="Sequence">The journal row; the events of one decision share it.</param>
/// <param name="Type">The event's name in the vocabulary.</param>
/// <param name="Fields">Its fields, messages as text.</param>
public sealed record JournaledEvent(long Sequence, string Type, JsonObject Fields);
