using System.Security.Cryptography;
using System.Text.Json;

namespace Controller.Host.Charging;

/// <summary>What tells one charging record from another.</summary>
public static class RecordId
{
    /// <summary>The value of the top-level field "id"; of a line without one, its hash; null if the line is not one whole JSON object.</summary>
    public static string? Of(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader json = new(line);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            string? id = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool named = json.ValueTextEquals("id"u8);
                json.Read();
                if (named && json.TokenType == JsonTokenType.String)
                {
                    id = json.GetString();
                }

                json.Skip();
            }

            // To the end: a line that was torn in its middle is not whole, and nothing may follow the object.
            return json.Read() ? null : id ?? Convert.ToHexString(SHA256.HashData(line));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
