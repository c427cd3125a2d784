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
        json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{self.Key:x32}-{state.StartedAt.Milliseconds}"));
        json.WriteString("callId"u8, Latin1.Display(state.Legs[0].CallIdValue));
        json.WriteString("from"u8, Latin1.Display(state.FromUri));
        json.WriteString("to"u8, Latin1.Display(state.ToUri));
        string trunk = state.Winner != 0 ? state.B.Trunk : state.Legs.Length > 1 ? state.Legs[^1].Trunk : "";
        if (trunk.Length > 0)
        {
            json.WriteString("trunk"u8, trunk);
        }
        else
        {
            json.WriteNull("trunk"u8);
        }

        Write(json, "startedAt"u8, state.StartedAt);
        Write(json, "ringingAt"u8, state.RingingAt);
        Write(json, "answeredAt"u8, state.AnsweredAt);
        Write(json, "endedAt"u8, ended);
        json.WriteNumber("durationMs"u8, state.AnsweredAt is { } answered ? ended.Milliseconds - answered.Milliseconds : 0);
        json.WriteString("result"u8, ending.Result);
        json.WriteNumber("status"u8, ending.Status);
        json.WriteString("cause"u8, ending.Cause);
        json.WriteString("endedBy"u8, ending.EndedBy);
        json.WriteStartArray("attempts"u8);
        foreach (Attempt attempt in state.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("target"u8, Latin1.Display(attempt.Target));
            json.WriteString("trunk"u8, attempt.Trunk);
            Write(json, "startedAt"u8, attempt.StartedAt);
            json.WriteNumber("status"u8, attempt.Status);
            Write(json, "endedAt"u8, attempt.EndedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new CallEffect.WriteChargingRecord(into.Written.ToArray());
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, Instant? at)
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
