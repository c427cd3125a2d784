namespace Controller.Host.Configuration.Hocon;

/// <summary>Paths as they are written: elements with a dot or anything else that is not plain stand in quotes.</summary>
internal static class HoconPath
{
    public static string Write(IEnumerable<string> elements) => string.Join('.', elements.Select(WriteElement));

    public static string WriteElement(string element)
        => element.Length > 0 && element.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '%' or '/')
            ? element
            : "\"" + element.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    public static string Append(string path, string element) => path.Length == 0 ? WriteElement(element) : path + "." + WriteElement(element);
}
