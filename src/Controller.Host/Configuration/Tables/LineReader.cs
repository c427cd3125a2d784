namespace Controller.Host.Configuration.Tables;

/// <summary>Lines of a text as spans into one buffer: no string for any of them.</summary>
internal sealed class LineReader(TextReader text)
{
    public const int Longest = 4096;

    private readonly char[] _buffer = new char[1 << 16];
    private int _start;
    private int _end;

    /// <summary>The line went on; what comes next is the rest of it.</summary>
    public bool IsTooLong { get; private set; }

    /// <param name="line">Without its end; gone with the next call.</param>
    public bool Next(out ReadOnlySpan<char> line)
    {
        int searched = 0;
        while (true)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf('\n');
            if (at >= 0 && searched + at <= Longest)
            {
                line = _buffer.AsSpan(_start, searched + at);
                _start += searched + at + 1;
                return true;
            }

            searched = _end - _start;
            if (searched > Longest)
            {
                IsTooLong = true;
                line = _buffer.AsSpan(_start, Longest);
                return true;
            }

            if (!Fill())
            {
                line = _buffer.AsSpan(_start, searched);
                _start = _end;
                return searched > 0;
            }
        }
    }

    private bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        int read = text.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
