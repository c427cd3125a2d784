using System.Globalization;
using System.Text;
using Controller.Actors.Calls.State;
using Controller.Host.Admin.Rendering;
using Controller.Sharding.Model;

namespace Controller.Host.Admin.Calls;

/// <summary>What an operator sees of a call's state.</summary>
public static class CallProjection
{
    /// <summary>Null for a call of which nothing has happened, and for one of which nothing will any more.</summary>
    public static CallView? Of(ActorId id, CallState state, int node, int shards)
    {
        if (state.Phase == CallPhase.None || state.Legs.IsEmpty || state.IsAtRest)
        {
            return null;
        }

        string trunk = state.Winner != 0 ? state.B.Trunk : state.Legs.Length > 1 ? state.Legs[^1].Trunk : "";
        return new CallView(
            id.Key.ToString("x32", CultureInfo.InvariantCulture),
            NameOf(state.Phase),
            Readable(state.FromUri),
            Readable(state.ToUri),
            node,
            id.ShardOf(shards).Value,
            state.StartedAt.ToDateTimeOffset().UtcDateTime,
            state.RingingAt?.ToDateTimeOffset().UtcDateTime,
            state.AnsweredAt?.ToDateTimeOffset().UtcDateTime,
            trunk.Length > 0 ? trunk : null,
            [.. state.Legs.Select(l => new LegView(
                l.IsA ? "a" : "b", Readable(l.CallIdValue), l.Realm, FlowText.Of(l.Flow), l.State.ToString().ToLowerInvariant()))]);
    }

    /// <summary>The words of the interface; an ended call is there while it absorbs retransmissions.</summary>
    private static string NameOf(CallPhase phase) => phase switch
    {
        CallPhase.Ringing => "ringing",
        CallPhase.Established => "established",
        CallPhase.Ended => "ending",
        _ => "setup",
    };

    /// <summary>The state keeps one character for one octet; people read UTF-8.</summary>
    private static string Readable(string octets) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(octets));
}
