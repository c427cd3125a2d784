using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Controller.Architecture.Tests;

/// <summary>
/// Sip, Actors and Sharding/Model have no clock, no entropy, no threads, no sockets, no files, no logger and no mutable static state. The
/// analyzer with its list of symbols says it where the code is written; this looks at what was compiled, so a missing symbol does not help.
/// </summary>
public class PurityTests
{
    private static readonly string[] Namespaces =
    [
        "System.Threading.", "System.Net.Sockets.", "System.Net.Http.", "System.Net.NetworkInformation.", "System.Net.WebSockets.", "System.IO.", "System.Timers.",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.Diagnostics.Activity", "System.Diagnostics.Metrics.", "Microsoft.Extensions.",
        "System.Data.", "System.Random", "System.Console", "System.Environment", "System.Security.Cryptography.RandomNumberGenerator",
    ];

    /// <summary>Atomic reads and writes of one word, constants, a property of an address, and the streams that generated code mentions without opening any.</summary>
    private static readonly string[] Allowed =
    [
        "System.Threading.Interlocked", "System.Threading.Volatile", "System.Threading.Timeout", "System.IO.Stream", "System.IO.MemoryStream", "System.IO.IOException",
        "System.Net.Sockets.AddressFamily",
    ];

    [Theory]
    [InlineData("Controller.Sip")]
    [InlineData("Controller.Actors")]
    public void A_pure_room_mentions_nothing_that_waits_or_touches_the_world(string room)
    {
        var impure = CompiledRoom.TypeReferences(room)
            .Where(static type => Namespaces.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal)) && !Allowed.Contains(type));
        Assert.Empty(impure);
    }

    [Theory]
    [InlineData("Controller.Sip")]
    [InlineData("Controller.Actors")]
    public void A_pure_room_has_no_mutable_static_state(string room)
    {
        // The descriptors that the Protobuf compiler generates (namespaces that end in Wire) are set once by their static constructor.
        var mutable = Assembly.Load(room).GetTypes()
            .Where(static type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false) && type.Namespace?.EndsWith(".Wire", StringComparison.Ordinal) != true)
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static field => !field.IsInitOnly && !field.IsLiteral && !field.IsDefined(typeof(CompilerGeneratedAttribute), false))
            .Select(static field => $"{field.DeclaringType!.FullName}.{field.Name}");
        Assert.Empty(mutable);
    }

    [Fact]
    public void The_model_of_the_runtime_is_pure_but_for_its_port()
    {
        var banned = new Regex(@"\b(Task|ValueTask|Thread|Timer|Random|Stopwatch|Socket|File|FileStream|ILogger|Console|RandomNumberGenerator|TimeProvider)\b|\block\s*\(|\b(UtcNow|NewGuid|TickCount64?)\b|\basync\b|\bawait\b");
        var files = Repository.Sources("src/Controller.Sharding/Model").ToArray();
        Assert.NotEmpty(files);

        // IActorSystem is the port through which the shells look in: it may hand out tasks, it holds no code.
        foreach (var file in files.Where(static file => !file.EndsWith("/IActorSystem.cs", StringComparison.Ordinal)))
            Assert.False(banned.Match(Repository.Code(file)) is { Success: true } match, $"{file}: {banned.Match(Repository.Code(file)).Value}");
    }

    [Fact]
    public void The_banned_symbols_name_what_to_use_instead()
    {
        foreach (var line in Repository.Lines("src/BannedSymbols.Pure.txt").Where(static line => line.Length > 0))
            Assert.Matches("^[TMPF]:[^;]+;.{15,}$", line);
        foreach (var room in new[] { "Controller.Sip", "Controller.Actors" })
        {
            var project = Path.Combine(Repository.Root, "src", room, room + ".csproj");
            Assert.Contains("../BannedSymbols.Pure.txt", Repository.Items(project, "AdditionalFiles"));
        }
    }
}
