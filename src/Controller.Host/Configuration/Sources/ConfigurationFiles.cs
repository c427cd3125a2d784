using System.Text;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Sources;

/// <summary>Where the texts come from: the file system, and the two that are inside the assembly.</summary>
internal static class ConfigurationFiles
{
    public const string Reference = "reference.conf";
    public const string ReferenceSource = "hocon/" + Reference;
    public const string SingleNode = "single-node.conf";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="IOException">It cannot be read as a text.</exception>
    public static string? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > HoconLimits.File)
        {
            throw new IOException($"longer than {HoconLimits.File} bytes");
        }

        try
        {
            return Strict.GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new IOException("not UTF-8");
        }
    }

    public static string Embedded(string name)
    {
        using Stream stream = typeof(ConfigurationFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded");
        using var reader = new StreamReader(stream, Strict);
        return reader.ReadToEnd();
    }

    /// <summary>The default configuration: beside the program, where it can be edited, or else the one inside.</summary>
    public static (string Source, string Text) Default()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "hocon", SingleNode);
        return Read(beside) is { } text ? (beside, text) : ("hocon/" + SingleNode, Embedded(SingleNode));
    }
}
