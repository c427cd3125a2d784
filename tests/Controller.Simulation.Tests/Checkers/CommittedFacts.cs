using Controller.Actors;
using Controller.Actors.Calls.Events;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>What the journal has been told of each call, read with the real codec.</summary>
internal sealed class CommittedFacts(InMemoryJournal journal)
{
    private static readonly CallEventCodec Codec = new();
    private readonly Dictionary<ActorId, CallFacts> _calls = [];

    public void Committed(IReadOnlyList<JournalEntry> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Actor.Kind == ActorKinds.Call && !entries[i].Payload.IsEmpty)
            {
                Of(entries[i].Actor).Add(Codec.Decode(entries[i].Payload.Span));
            }
        }
    }

    public CallFacts Of(ActorId call)
    {
        if (!_calls.TryGetValue(call, out CallFacts? facts))
        {
            _calls.Add(call, facts = new CallFacts());
        }

        return facts;
    }

    /// <summary>From the rows themselves: a batch that failed and was stored nevertheless tells nobody.</summary>
    public CallFacts Reread(ActorId call)
    {
        CallFacts facts = Of(call);
        foreach (JournalRow row in journal.Load(call))
        {
            if (!row.Payload.IsEmpty)
            {
                facts.Add(Codec.Decode(row.Payload.Span));
            }
        }

        return facts;
    }
}
