using System.Globalization;
using System.Text.Json;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls;

/// <summary>One JSON object for each attempt, made from the state at its end: interface.md, charging records.</summary>
internal static class ChargingRecords
{
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true };

    public static CallEffect Of(ActorId self, CallState state)
    {
        using var into = new PooledOctets();
        using var json = new Utf8JsonWriter(into, Compact);
        Ending ending = state.Ending!;
        Instant ended = state.EndedAt ?? state.StartedAt;
        json.WriteStartObject();
        json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"{self.Key:x32}-{state.StartedAt.Milliseconds}"));
        json.WriteString("callId", Latin1.Display(state.Legs[0].CallIdValue));
        json.WriteString("from", Latin1.Display(state.FromUri));
        json.WriteString("to", Latin1.Display(state.ToUri));
        string trunk = state.Winner != 0 ? state.B.Trunk : state.Legs.Length > 1 ? state.Legs[^1].Trunk : "";
        if (trunk.Length > 0)
        {
            json.WriteString("trunk", trunk);
        }
        else
        {
            json.WriteNull("trunk");
        }

        Write(json, "startedAt", state.StartedAt);
        Write(json, "ringingAt", state.RingingAt);
        Write(json, "answeredAt", state.AnsweredAt);
        Write(json, "endedAt", ended);
        json.WriteNumber("durationMs", state.AnsweredAt is { } answered ? ended.Milliseconds - answered.Milliseconds : 0);
        json.WriteString("result", ending.Result);
        json.WriteNumber("status", ending.Status);
        json.WriteString("cause", ending.Cause);
        json.WriteString("endedBy", ending.EndedBy);
        json.WriteStartArray("attempts");
        foreach (Attempt attempt in state.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("target", Latin1.Display(attempt.Target));
            json.WriteString("trunk", attempt.Trunk);
            Write(json, "startedAt", attempt.StartedAt);
            json.WriteNumber("status", attempt.Status);
            Write(json, "endedAt", attempt.EndedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new CallEffect.WriteChargingRecord(into.Written.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, Instant? at)
    {
        if (at is { } known)
        {
            json.WriteString(name, known.ToDateTimeOffset());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
