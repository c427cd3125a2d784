using System.Text.RegularExpressions;

namespace Controller.Architecture.Tests;

/// <summary>The arrows between the rooms, and what each may take from outside. A new room or arrow is added here first, with an ADR.</summary>
public class ArrowTests
{
    private const string Analyzers = "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Controller.Sip"] = [],
        ["Controller.Sharding"] = [],
        ["Controller.Actors"] = ["Controller.Sharding", "Controller.Sip"],
        ["Controller.Cluster"] = ["Controller.Sharding"],
        ["Controller.Edge"] = ["Controller.Actors", "Controller.Sharding", "Controller.Sip"],
        ["Controller.Host"] = ["Controller.Actors", "Controller.Cluster", "Controller.Edge", "Controller.Sharding", "Controller.Sip"],
    };

    /// <summary>Packages a room may use. "Sip and Sharding: none besides analyzers"; a database driver only in Cluster.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["Controller.Sip"] = [Analyzers],
        ["Controller.Sharding"] = [Analyzers],
        ["Controller.Actors"] = [Analyzers, "Google.Protobuf", "Grpc.Tools"],
        ["Controller.Cluster"] = [Analyzers, "SQLitePCLRaw.core", "SQLitePCLRaw.provider.e_sqlite3", "Npgsql"],
        ["Controller.Edge"] = [Analyzers],
        ["Controller.Host"] = [Analyzers, "System.CommandLine", "OpenTelemetry"],
    };

    public static TheoryData<string> Rooms() => [.. Arrows.Keys];

    [Fact]
    public void Every_room_has_its_arrows_stated() =>
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), Repository.Projects("src").Select(Path.GetFileNameWithoutExtension));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_the_projects_of_its_arrows_and_no_other(string room)
    {
        var project = Path.Combine(Repository.Root, "src", room, room + ".csproj");
        var references = Repository.Items(project, "ProjectReference").Select(static path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Equal(Arrows[room], references.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void The_compiled_room_uses_no_assembly_behind_another_arrow(string room)
    {
        var used = CompiledRoom.AssemblyReferences(room).Where(static name => name.StartsWith("Controller.", StringComparison.Ordinal));
        Assert.Empty(used.Except(Arrows[room]));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_packages_it_may(string room)
    {
        var project = Path.Combine(Repository.Root, "src", room, room + ".csproj");
        Assert.Empty(Repository.Items(project, "PackageReference").Except(Packages[room]));
    }

    [Fact]
    public void Only_the_cluster_sees_a_database_driver()
    {
        foreach (var room in Arrows.Keys.Where(static room => room != "Controller.Cluster"))
        {
            Assert.DoesNotContain(CompiledRoom.AssemblyReferences(room), static name =>
                name.StartsWith("Microsoft.Data.", StringComparison.Ordinal) || name.StartsWith("SQLitePCL", StringComparison.Ordinal) || name == "Npgsql");
        }
    }

    [Fact]
    public void The_actors_see_of_the_runtime_only_its_model()
    {
        var seen = CompiledRoom.TypeReferences("Controller.Actors").Where(static type => type.StartsWith("Controller.Sharding.", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(seen);
        Assert.All(seen, static type => Assert.StartsWith("Controller.Sharding.Model.", type));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = Regex.Matches(Repository.Text("Controller.sln"), "\"([^\"]+\\.csproj)\"").Select(static match => match.Groups[1].Value.Replace('\\', '/')).ToHashSet();
        var existing = Repository.Projects("src").Concat(Repository.Projects("tests")).Select(static file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'));
        Assert.All(existing, project => Assert.Contains(project, listed));
        Assert.All(listed, static project => Assert.True(File.Exists(Path.Combine(Repository.Root, project)), project));
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        foreach (var project in Repository.Projects("src").Concat(Repository.Projects("tests")))
            Assert.Empty(Repository.Items(project, "PackageReference", "Version"));
    }
}
