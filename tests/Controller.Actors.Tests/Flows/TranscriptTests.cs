using System.Text.RegularExpressions;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary>
/// The flows of the RFCs as files that anyone can read (<c>transcripts/*.txt</c>), over UDP and TCP. After a wanted change, run with UPDATE_GOLDEN=1 and read the
/// difference against the RFC.
/// </summary>
public class TranscriptTests
{
    /// <summary>It is made from the Request-URI, which names the transport.</summary>
    private static readonly Regex Digest = new("response=\"[0-9a-f]+\"", RegexOptions.Compiled);
    private static readonly string Folder = Path.Combine(Root(), "tests", "Controller.Actors.Tests", "Flows", "transcripts");

    [Theory]
    [MemberData(nameof(FlowCatalogue.Names), MemberType = typeof(FlowCatalogue))]
    public void What_is_said_and_stored_is_what_was_approved(string name, SipTransport transport)
    {
        string actual = Transcript.Of(FlowCatalogue.Find(name), transport, out _);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(FileOf(name, transport), actual);
        }

        Assert.Equal(File.ReadAllText(FileOf(name, transport)), actual);
    }

    [Theory]
    [MemberData(nameof(FlowCatalogue.Names), MemberType = typeof(FlowCatalogue))]
    public void A_journal_written_when_the_file_was_approved_re_emits_the_same_bytes(string name, SipTransport transport)
    {
        FlowRun run = FlowRun.Undisturbed(FlowCatalogue.Find(name), transport);
        Assert.NotEqual(0, Transcript.ReadBack(File.ReadAllText(FileOf(name, transport)), run.World.Settings));
    }

    /// <summary>What is said does not depend on the transport, but for what names it.</summary>
    [Theory]
    [MemberData(nameof(FlowCatalogue.Flows), MemberType = typeof(FlowCatalogue))]
    public void Over_TCP_the_same_is_said(string name)
    {
        FlowScript flow = FlowCatalogue.Find(name);
        Assert.Equal(Said(FlowRun.Undisturbed(flow, SipTransport.Udp)), Said(FlowRun.Undisturbed(flow, SipTransport.Tcp)));
    }

    [Fact]
    public void The_index_names_every_flow()
    {
        string index = File.ReadAllText(Path.Combine(Folder, "..", "README.md"));
        Assert.All(FlowCatalogue.All, flow => Assert.Contains($"| {flow.Section.Split(' ')[2]} | {flow.Title} | `{flow.Name}` |", index, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_transcript_belongs_to_a_flow() => Assert.Equal(
        FlowCatalogue.All.SelectMany(flow => new[] { FileOf(flow.Name, SipTransport.Udp), FileOf(flow.Name, SipTransport.Tcp) }).Order(StringComparer.Ordinal),
        Directory.GetFiles(Folder).Order(StringComparer.Ordinal));

    /// <summary>A dialog's requests of a party carry what identifies its connection nowhere but in Via, Contact and Record-Route.</summary>
    private static SortedSet<string> Said(FlowRun run) => new(
        run.World.Ladder.Messages.Select(message => Digest.Replace($"{message.Passage.Party.Name} {message.Passage.ToController} {message.Passage.Message.Text}"
            .Replace("SIP/2.0/TCP", "SIP/2.0/UDP", StringComparison.Ordinal)
            .Replace(";transport=tcp", "", StringComparison.Ordinal), "")), StringComparer.Ordinal);

    private static string FileOf(string name, SipTransport transport) => Path.Combine(Folder, $"{name}.{transport.ToString().ToLowerInvariant()}.txt");

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Controller.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no Controller.sln above the test's own folder");
    }
}
