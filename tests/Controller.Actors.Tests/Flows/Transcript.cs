using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary>One performance of a flow as a file that anyone can read: the ladder, the messages, and what the journal held when.</summary>
internal static class Transcript
{
    private const string Stored = "  stored ";

    public static string Of(FlowScript flow, SipTransport transport, out FlowRun run)
    {
        var journal = new StringBuilder();
        run = FlowRun.Undisturbed(flow, transport, world =>
        {
            var written = new Dictionary<Cell, int>();
            world.Decided = cell => Write(journal, world, cell, written);
        });
        var text = new StringBuilder($"{flow.Section}: {flow.Title}, over {transport.ToString().ToUpperInvariant()}\n{flow.Story}\n\n")
            .Append(run.World.Ladder.Draw(run.Scenario.Left, run.Scenario.Right));
        text.Append("\n== Messages\n");
        foreach ((int number, Passage passage) in run.World.Ladder.Messages)
        {
            text.Append(passage.ToController ? $"-- F{number} {passage.Party.Name} -> Controller\n" : $"-- F{number} Controller -> {passage.Party.Name}\n")
                .Append(string.Concat(passage.Message.Text.Split("\r\n").Select(line => ("   " + line).TrimEnd() + "\n")));
        }

        return text.Append("\n== Journal: the rows stored behind each message, and what an actor that is read back from them says again\n").Append(journal).ToString();
    }

    /// <summary>Reads each actor back as often as the file says, and compares what it says again with what the file says.</summary>
    /// <returns>How often.</returns>
    public static int ReadBack(string transcript, Controller.Actors.Policies.ControllerSettings settings)
    {
        int times = 0;
        var rows = new Dictionary<string, List<byte[]>>();
        string[] lines = transcript.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (lines[i].StartsWith(Stored, StringComparison.Ordinal))
            {
                rows.TryAdd(words[1], []);
                rows[words[1]].Add(Convert.FromBase64String(words[2]));
            }
            else if (lines[i].StartsWith("  read back ", StringComparison.Ordinal))
            {
                Assert.Equal(lines.Skip(i + 1).TakeWhile(line => line.StartsWith("    again ", StringComparison.Ordinal)), Again(words[2], rows[words[2]], long.Parse(words[4]), settings));
                times++;
            }
        }

        return times;
    }

    private static void Write(StringBuilder journal, FlowWorld world, Cell cell, Dictionary<Cell, int> written)
    {
        if (cell.Stopped)
        {
            written.Remove(cell);
            return;
        }

        int before = written.GetValueOrDefault(cell);
        if (cell.Rows.Count == before)
        {
            return;
        }

        written[cell] = cell.Rows.Count;
        string name = cell.Id.ToString();
        journal.Append(CultureInfo.InvariantCulture, $"-- F{world.Ladder.Count}\n");
        foreach (JournalRow row in cell.Rows.Skip(before))
        {
            journal.Append(Stored).Append(name).Append(' ').Append(Convert.ToBase64String(row.Payload)).Append('\n');
        }

        journal.Append(CultureInfo.InvariantCulture, $"  read back {name} at {world.Now.Milliseconds}\n");
        foreach (string line in Again(name, cell.Rows.Select(row => row.Payload), world.Now.Milliseconds, world.Settings))
        {
            journal.Append(line).Append('\n');
        }
    }

    private static IEnumerable<string> Again(string name, IEnumerable<byte[]> rows, long now, Controller.Actors.Policies.ControllerSettings settings)
    {
        Cell cell = Cells.New(Cells.Parse(name));
        cell.Rows.AddRange(rows.Select(row => new JournalRow(default, row, Required: true)));
        return cell.Recover(new(now), settings).OfType<CallEffect.Send>().Select(send => (send.To, Message: new FlowMessage(send.Bytes.ToArray()))).Select(again =>
            $"    again {again.Message.StartLine} [{again.Message.Header("CSeq")}] to {again.To.Remote}, {again.Message.Bytes.Length} octets, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(again.Message.Bytes))[..16]}");
    }
}
