using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Controller.Architecture.Tests;

/// <summary>What the compiler wrote down about a room: which assemblies and types it really uses.</summary>
internal static class CompiledRoom
{
    public static IReadOnlyList<string> AssemblyReferences(string room) =>
        Read(room, static reader => reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToArray());

    /// <summary>Full names of all types of other assemblies that the room mentions.</summary>
    public static IReadOnlyList<string> TypeReferences(string room) =>
        Read(room, static reader => reader.TypeReferences.Select(reader.GetTypeReference)
            .Where(static type => type.ResolutionScope.Kind == HandleKind.AssemblyReference)
            .Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}").Order(StringComparer.Ordinal).ToArray());

    private static T Read<T>(string room, Func<MetadataReader, T> read)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, room + ".dll"));
        using var image = new PEReader(file);
        return read(image.GetMetadataReader());
    }
}
