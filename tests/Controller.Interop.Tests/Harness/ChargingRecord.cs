using System.Text.Json;

namespace Controller.Interop.Tests.Harness;

/// <summary>The charging records a node has written, as they stand in its file.</summary>
internal sealed record ChargingRecord(string Id, string CallId, string Result, int Status, string EndedBy, long DurationMs)
{
    /// <summary>Whole lines only: the writer may be in the middle of the last one.</summary>
    public static IReadOnlyList<ChargingRecord> Read(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        string text = File.ReadAllText(file);
        int end = text.LastIndexOf('\n') + 1;
        return [.. text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    public static int Count(string file) => File.Exists(file) ? File.ReadLines(file).Count() : 0;

    private static ChargingRecord Parse(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        JsonElement record = json.RootElement;
        return new ChargingRecord(
            Text(record, "id"), Text(record, "callId"), Text(record, "result"), Number(record, "status"), Text(record, "endedBy"), Number(record, "durationMs"));
    }

    private static string Text(JsonElement record, string name) =>
        record.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : "";

    private static int Number(JsonElement record, string name) =>
        record.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? (int)value.GetDouble() : 0;
}
