using System.Globalization;
using System.Text;
using Controller.Actors.Tests.Flows.Script;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Flows.World;

/// <summary>What was said between the controller and each party, in order; drawn as the RFCs draw it.</summary>
internal sealed class Ladder
{
    private const int Width = 50;
    private readonly List<Rung> _rungs = [];
    private readonly Dictionary<(Party Party, bool ToController, string Text), int> _numbers = [];

    private enum Shape
    {
        Arrow,
        Leaves,
        Arrives,
        Lost,
        Note,
    }

    /// <summary>The number of the newest message.</summary>
    public int Count => _numbers.Count;

    /// <summary>Each message once, in the order in which they left, with its number in the ladder.</summary>
    public IEnumerable<(int Number, Passage Passage)> Messages => _rungs
        .Where(rung => rung.Passage is not null && rung.Shape != Shape.Arrives && !rung.Again)
        .Select(rung => (rung.Number, rung.Passage!));

    public void Arrived(Passage passage, Instant now)
    {
        bool left = _rungs.Exists(rung => rung.Shape == Shape.Leaves && ReferenceEquals(rung.Passage, passage));
        Add(left ? Shape.Arrives : Shape.Arrow, passage, now);
    }

    /// <summary>It is on its way, and stays there for now.</summary>
    public void Left(Passage passage, Instant now) => Add(Shape.Leaves, passage, now);

    public void Lost(Passage passage, Instant now) => Add(Shape.Lost, passage, now);

    public void Note(string text) => _rungs.Add(new Rung(Shape.Note, null, default, 0, false, text));

    public string Draw(IReadOnlyList<Party> left, IReadOnlyList<Party> right)
    {
        List<Party?> columns = [.. left, null, .. right];
        var text = new StringBuilder();
        text.Append("           ").AppendJoin("", columns.Select((party, i) => (party?.Name ?? "Controller").PadRight(i == columns.Count - 1 ? 0 : Width + 1))).Append('\n');
        Instant last = default;
        foreach (Rung rung in _rungs)
        {
            if (rung.Shape == Shape.Note)
            {
                text.Append("           ").Append(rung.Text).Append('\n');
                continue;
            }

            string time = rung.At == last ? "" : ((rung.At.Milliseconds - 1_700_000_000_000) / 1000.0).ToString("0.000", CultureInfo.InvariantCulture);
            last = rung.At;
            text.Append(time.PadLeft(8)).Append("   ").Append(Draw(rung, columns.IndexOf(rung.Passage!.Party), columns.IndexOf(null), columns.Count)).Append('\n');
        }

        return text.ToString();
    }

    private static string Draw(Rung rung, int party, int controller, int columns)
    {
        char[] line = new string(' ', ((columns - 1) * (Width + 1)) + 1).ToCharArray();
        for (int i = 0; i < columns; i++)
        {
            line[i * (Width + 1)] = '|';
        }

        int from = (Math.Min(party, controller) * (Width + 1)) + 1;
        int length = (Math.Abs(party - controller) * (Width + 1)) - 1;
        bool rightwards = rung.Passage!.ToController == party < controller;
        string label = $" F{rung.Number} {rung.Passage.Message.Title}{(rung.Again ? " again" : "")}{(rung.Shape == Shape.Leaves ? " (under way)" : rung.Shape == Shape.Arrives ? " (arrives)" : "")} ";
        label = label.Length > length - 4 ? label[..(length - 4)] : label;
        char[] arrow = new string(rung.Shape == Shape.Arrow ? '-' : '~', length).ToCharArray();
        int at = (length - label.Length) / 2;
        label.CopyTo(0, arrow, at, label.Length);
        char head = rung.Shape is Shape.Leaves ? '~' : rung.Shape is Shape.Lost ? 'x' : rightwards ? '>' : '<';
        arrow[rightwards ? length - 1 : 0] = head;
        arrow.CopyTo(line, from);
        return new string(line).TrimEnd();
    }

    private void Add(Shape shape, Passage passage, Instant now)
    {
        var key = (passage.Party, passage.ToController, passage.Message.Text);
        bool again = _numbers.TryGetValue(key, out int number);
        if (!again)
        {
            number = _numbers.Count + 1;
            _numbers.Add(key, number);
        }

        _rungs.Add(new Rung(shape, passage, now, number, again && shape != Shape.Arrives, ""));
    }

    private sealed record Rung(Shape Shape, Passage? Passage, Instant At, int Number, bool Again, string Text);
}
