using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Controller.Host.Console.Demo;

/// <summary>What happened on both legs, in the order it happened, drawn between three lines: alice, the controller, bob.</summary>
public sealed class Ladder(string left, string middle, string right)
{
    private const int Lane = 35;

    private readonly Lock _one = new();
    private readonly List<Step> _steps = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>A message between a phone and the controller.</summary>
    /// <param name="onLeft">On the left leg.</param>
    /// <param name="toRight">Drawn from left to right.</param>
    public void Message(bool onLeft, bool toRight, string label) => Add(new Step(Stopwatch.GetElapsedTime(_start), onLeft, toRight, label));

    /// <summary>Something that happened inside the controller.</summary>
    public void Note(string text) => Add(new Step(Stopwatch.GetElapsedTime(_start), null, false, text));

    public override string ToString()
    {
        StringBuilder text = new();
        string blank = new(' ', Lane);
        text.Append(CultureInfo.InvariantCulture, $"{"ms",8}  {left}{Centre(middle, (2 * Lane) + 3 - left.Length - right.Length)}{right}\n");
        lock (_one)
        {
            // Counted from the first message: what the phones waited for before is not the call's.
            TimeSpan first = _steps.Count > 0 ? _steps[0].At : TimeSpan.Zero;
            foreach (Step step in _steps)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(step.At - first).TotalMilliseconds,8:0.0}  │");
                _ = step.OnLeft switch
                {
                    true => text.Append(Arrow(step)).Append('│').Append(blank).Append('│'),
                    false => text.Append(blank).Append('│').Append(Arrow(step)).Append('│'),
                    null => text.Append(blank).Append("● ").Append(step.Label.PadRight(Lane - 1)).Append('│'),
                };
                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private void Add(Step step)
    {
        lock (_one)
        {
            _steps.Add(step);
        }
    }

    private static string Arrow(Step step)
    {
        string label = step.Label.Length > Lane - 6 ? step.Label[..(Lane - 7)] + "…" : step.Label;
        int dashes = Lane - label.Length - 3;
        string before = new('─', dashes / 2);
        string after = new('─', dashes - (dashes / 2));
        return step.ToRight ? $"{before} {label} {after}▶" : $"◀{before} {label} {after}";
    }

    private static string Centre(string text, int width) => text.PadLeft((width + text.Length) / 2).PadRight(width);

    private readonly record struct Step(TimeSpan At, bool? OnLeft, bool ToRight, string Label);
}
