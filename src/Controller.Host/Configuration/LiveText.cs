using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;
using Controller.Host.Configuration.Sources;

namespace Controller.Host.Configuration;

/// <summary>
/// What may change live, as one text that another node, or another run, reads to the same: substituted, without includes, names in order. Defaults of the program are
/// left out: a newer program has its own, and an older one would not know the keys.
/// </summary>
internal static class LiveText
{
    /// <param name="controller">The resolved object <c>controller</c>.</param>
    /// <param name="reference">The same of nothing but the defaults.</param>
    public static string Write(HoconObject controller, HoconObject reference)
    {
        var text = new StringBuilder("{\"controller\":{");
        string between = "\n";
        foreach ((string root, HoconValue value) in controller.Fields.Where(field => KeyCatalogue.IsLive(field.Key)).OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            HoconValue? ordinary = reference.Fields.GetValueOrDefault(root);
            if (!IsDefault(value, ordinary))
            {
                text.Append(between).Append(Quoted(root)).Append(':');
                Write(text, value, ordinary);
                between = ",\n";
            }
        }

        return text.Append("}}\n").ToString();
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static void Write(StringBuilder text, HoconValue value, HoconValue? ordinary)
    {
        string between = "";
        switch (value)
        {
            case HoconObject map:
                text.Append('{');
                foreach ((string name, HoconValue inner) in map.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    HoconValue? normal = (ordinary as HoconObject)?.Fields.GetValueOrDefault(name);
                    if (!IsDefault(inner, normal))
                    {
                        text.Append(between).Append(Quoted(name)).Append(':');
                        Write(text, inner, normal);
                        between = ",";
                    }
                }

                text.Append('}');
                break;
            case HoconArray list:
                text.Append('[');
                foreach (HoconValue item in list.Items)
                {
                    text.Append(between);
                    Write(text, item, null);
                    between = ",";
                }

                text.Append(']');
                break;
            case HoconScalar scalar:
                text.Append(scalar.Kind == HoconScalarKind.Text ? Quoted(scalar.Text) : scalar.Text);
                break;
        }
    }

    /// <summary>A value that a substitution took from a default stands elsewhere than the default, and is written.</summary>
    private static bool IsDefault(HoconValue value, HoconValue? ordinary) => ordinary is not null && value.Origin.Source == ConfigurationFiles.ReferenceSource;

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
