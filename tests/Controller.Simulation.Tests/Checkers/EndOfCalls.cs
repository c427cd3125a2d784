using System.Text;
using System.Text.Json;
using Controller.Actors;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>C5, C6: what each party and each attempt must have come to when nothing is under way any more.</summary>
internal sealed class EndOfCalls(SimulatedWorld world)
{
    private static readonly string[] Results = ["answered", "cancelled", "rejected", "failed"];

    public void Check()
    {
        Leftovers();
        ILookup<string, JsonElement> records = Records().ToLookup(record => record.GetProperty("callId").GetString()!);
        foreach (Caller caller in world.Callers)
        {
            Caller(caller, [.. records[caller.CallId]]);
            foreach (Callee callee in world.CalleesOf(caller.Call))
            {
                Both(callee);
            }

            foreach (IGrouping<System.Net.IPEndPoint, Party> same in world.CalleesOf(caller.Call).GroupBy(callee => callee.Address))
            {
                Must(same.Count() == 1, $"{same.Key} rang {same.Count()} times for call {caller.Call}");
            }
        }
    }

    private void Leftovers()
    {
        int rows = 0;
        world.Journal.Recover([new ShardId(0)], row => rows += row.Actor.Kind == ActorKinds.Call ? 1 : 0);
        Must(rows == 0, $"{rows} rows of calls are left in the journal");
    }

    private IEnumerable<JsonElement> Records()
    {
        IReadOnlyList<OutboxRow> rows = world.Journal.ReadOutbox(int.MaxValue);
        foreach (OutboxRow row in rows)
        {
            world.Ladder.Note(Encoding.UTF8.GetString(row.Payload.Span));
        }

        return rows.Select(row => JsonDocument.Parse(row.Payload).RootElement);
    }

    private void Caller(Caller caller, JsonElement[] records)
    {
        Both(caller);
        Ask invite = caller.Invite!;

        // 17.1.1.2, timer B: to a caller that nothing has reached in 64*T1 there is no server any more, whatever was lost on the way.
        bool deaf = world.Faults.Loss > 0 && (records.Length == 0 || invite is { TimedOut: true, Provisional: false });
        Must(invite.Final != 0 || world.Faults.LongAway || deaf, $"{caller.Mark}: the INVITE got no final response");
        if (invite.Final == 0 && world.Faults.LongAway && records.Length == 0)
        {
            return;
        }

        Must(records.Length == 1 || (records.Length == 0 && invite.Final == 0), $"{caller.Mark}: {records.Length} charging records");
        if (records.Length == 0)
        {
            return;
        }

        JsonElement record = records[0];
        string result = record.GetProperty("result").GetString()!;
        int status = record.GetProperty("status").GetInt32();
        Must(Results.Contains(result), $"result {result}");
        world.Saw(caller.Call, Ingredient.Answered + Array.IndexOf(Results, result));
        if (status is 408 or 480 && result == "failed")
        {
            world.Saw(caller.Call, Ingredient.Timeout);
        }

        Must(invite.Final == 0 || status == invite.Final, $"{caller.Mark} got {invite.Final}, its charging record says {status}");
        Must((status < 300) == (result == "answered"), $"{result} with status {status}");
        Must(status != 487 || caller.Cancelled || caller.EarlyByeSent, $"{caller.Mark} got 487 and never cancelled");
        Must(result != "cancelled" || caller.Cancelled || caller.EarlyByeSent, "cancelled by nobody");
        bool tried = record.GetProperty("attempts").GetArrayLength() > 0;
        Must(tried || world.Faults.LongAway || world.Faults.Failures.Count > 0 || record.GetProperty("cause").GetString() != "nobody answered", $"{caller.Mark}: nobody was asked for as long as a callee may ring");
        Must(status is < 300 or >= 400 and not (401 or 407), $"{caller.Mark} got {status}, which is another network's affair");
    }

    private void Both(Party party)
    {
        // Whom nothing was heard of cannot be cancelled (RFC 3261 section 9.1).
        // A 100 is not stored: after a restart its callee is one of whom nothing was heard.
        bool unheard = party is Callee callee && (!callee.HasSpoken || (world.Faults.Crashes.Count > 0 && !callee.HasRung) || ((world.Faults.TransportFailure > 0 || world.Faults.LongAway) && !callee.WasUp));
        Must(party.Phase is PartyPhase.Over or PartyPhase.New || (unheard && !party.WasUp), $"{party.Mark} is still {party.Phase}");
        foreach (Serve serve in party.Serves.Where(serve => serve.Method == Sip.Messages.SipMethod.Invite && serve.Final != 0))
        {
            Must(serve.Acknowledged || world.Faults.LongAway, $"{party.Mark}: its {serve.Final} to INVITE {serve.CSeq} was never acknowledged");
        }

        foreach (Ask ask in party.Asks)
        {
            Must(!ask.IsOpen, $"{party.Mark}: its {ask.Method} {ask.CSeq} is still open");
        }
    }

    private static void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ViolationException("C6", otherwise);
        }
    }
}
