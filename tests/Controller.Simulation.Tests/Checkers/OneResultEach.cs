using System.Text;
using System.Text.Json;
using Controller.Sharding.Journal;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>"result": every attempt ends as exactly one of answered, cancelled, rejected and failed, with one charging record that says what the caller was told.</summary>
internal sealed class OneResultEach(SimulatedWorld world)
{
    private static readonly string[] Results = ["answered", "cancelled", "rejected", "failed"];

    public void Check()
    {
        ILookup<string, JsonElement> records = Records().ToLookup(record => record.GetProperty("callId").GetString()!);
        foreach (Caller caller in world.Callers)
        {
            Caller(caller, [.. records[caller.CallId]]);
            foreach (IGrouping<System.Net.IPEndPoint, Party> same in world.CalleesOf(caller.Call).GroupBy(callee => callee.Address))
            {
                Must(same.Count() == 1, $"{same.Key} rang {same.Count()} times for call {caller.Call}");
            }
        }
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
        Must(status != 487 || result == "cancelled", $"487, and {result}");
        Must(status != 487 || caller.Cancelled || caller.EarlyByeSent, $"{caller.Mark} got 487 and never cancelled");
        Must(result != "cancelled" || caller.Cancelled || caller.EarlyByeSent, "cancelled by nobody");
        bool tried = record.GetProperty("attempts").GetArrayLength() > 0;
        Must(tried || world.Faults.LongAway || world.Faults.Failures.Count > 0 || record.GetProperty("cause").GetString() != "nobody answered", $"{caller.Mark}: nobody was asked for as long as a callee may ring");
        Must(status is < 300 or >= 400 and not (401 or 407), $"{caller.Mark} got {status}, which is another network's affair");
    }

    private static void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ViolationException("result", otherwise);
        }
    }
}
