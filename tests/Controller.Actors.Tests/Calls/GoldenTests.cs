using System.Text;

namespace Controller.Actors.Tests.Calls;

/// <summary>
/// What a call says, what it stores, and what it says again after a recovery, byte for byte, as files that anyone can read
/// (<c>golden/*.txt</c>). The journal rows in them are those of the version that wrote the file: a later version must read them and re-emit the same
/// bytes (failover.md section 9, risk 11). After a wanted change, run with UPDATE_GOLDEN=1 and look at the difference.
/// </summary>
public class GoldenTests
{
    private static readonly string Folder = Path.Combine(Root(), "tests", "Controller.Actors.Tests", "Calls", "golden");

    public static TheoryData<string> Names => [.. CrashTests.Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_said_and_stored_is_what_was_approved(string name)
    {
        string actual = Transcript(name);
        string file = FileOf(name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file), actual);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_journal_written_when_the_file_was_approved_re_emits_the_same_bytes(string name)
    {
        string[] lines = File.ReadAllLines(FileOf(name));
        List<byte[]> rows = [];
        int steps = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("  stored ", StringComparison.Ordinal))
            {
                rows.Add(Convert.FromBase64String(lines[i]["  stored ".Length..]));
            }
            else if (lines[i].StartsWith("  at ", StringComparison.Ordinal))
            {
                var now = new Sharding.Model.Instant(long.Parse(lines[i]["  at ".Length..]));
                IEnumerable<string> again = lines.Skip(i + 1).TakeWhile(line => line.StartsWith("  again ", StringComparison.Ordinal));
                Assert.Equal(again, CallDriver.FromJournal(rows, now).Wire.Select(Again));
                steps++;
            }
        }

        Assert.True(steps >= 4, $"{name}: only {steps} recoveries in the file");
    }

    private static string Transcript(string name)
    {
        var text = new StringBuilder($"# {name}\n# One block a step: what is sent, the journal rows that were committed before, and what a recovery right after it sends again.\n");
        var call = new CallDriver();
        int step = 0;
        foreach (Action<CallDriver> act in CrashTests.Scenarios[name])
        {
            int sent = call.Wire.Count, stored = call.Journal.Count;
            act(call);
            text.Append($"\n== step {++step}\n");
            foreach (Sent message in call.Wire.Skip(sent))
            {
                text.Append($"-- to {message.To.Remote}\n").Append(Readable(message.Text));
            }

            foreach (byte[] row in call.Journal.Skip(stored))
            {
                text.Append("  stored ").Append(Convert.ToBase64String(row)).Append('\n');
            }

            if (!call.Stopped)
            {
                text.Append("  at ").Append(call.Now.Milliseconds).Append('\n');
                foreach (Sent message in CallDriver.FromJournal(call.Journal, call.Now).Wire)
                {
                    text.Append(Again(message)).Append('\n');
                }
            }
        }

        return text.ToString();
    }

    private static string Again(Sent message) =>
        $"  again {message.StartLine} [{message.Header("CSeq")}] to {message.To.Remote}, {message.Bytes.Length} octets, SHA-256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(message.Bytes))[..16]}";

    private static string Readable(string message) =>
        string.Concat(message.Split("\r\n").Select(line => "   " + line).Select(line => line.TrimEnd() + "\n"));

    private static string FileOf(string name) => Path.Combine(Folder, name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal) + ".txt");

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
