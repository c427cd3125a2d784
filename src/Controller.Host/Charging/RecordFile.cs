using Microsoft.Win32.SafeHandles;

namespace Controller.Host.Charging;

/// <summary>A file of lines that is only appended to. Every operation opens it by name, so a file that was moved away is simply made anew.</summary>
public static class RecordFile
{
    private const byte NewLine = (byte)'\n';

    /// <summary>
    /// Appends whole lines and returns when they are on the disk. A torn last line of an earlier crash is removed before: its record was never
    /// reported as delivered, so it comes again.
    /// </summary>
    /// <exception cref="IOException">Not known to be on the disk; nothing of it is left in the file if that can still be done.</exception>
    public static void Append(string path, ReadOnlySpan<byte> lines)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        long end = Repair(file);
        try
        {
            RandomAccess.Write(file, lines, end);
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            // Disk full: half a batch must not be counted when it is delivered again.
            RandomAccess.SetLength(file, end);
            throw;
        }
    }

    /// <summary>Calls <paramref name="line"/> for the whole lines among the last <paramref name="bytes"/>; nothing if there is no such file.</summary>
    public static void ReadTail(string path, int bytes, LineAction line)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long length = RandomAccess.GetLength(file);
        long from = Math.Max(0, length - bytes);
        byte[] tail = new byte[length - from];
        Span<byte> rest = tail.AsSpan(0, Fill(file, tail, from));
        if (from > 0)
        {
            // The first line is cut: it began before.
            rest = rest[(rest.IndexOf(NewLine) + 1)..];
        }

        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf(NewLine);
            line(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }

    public delegate void LineAction(ReadOnlySpan<byte> line);

    /// <returns>Where the next line begins.</returns>
    private static long Repair(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        Span<byte> last = stackalloc byte[1];
        if (length == 0 || (RandomAccess.Read(file, last, length - 1) == 1 && last[0] == NewLine))
        {
            return length;
        }

        long start = StartOfLastLine(file, length);
        byte[] line = new byte[length - start];
        if (Fill(file, line, start) == line.Length && RecordId.Of(line) is not null)
        {
            // Whole but for its end: a record that is complete (or a line that somebody wrote by hand) stays.
            RandomAccess.Write(file, [NewLine], length);
            return length + 1;
        }

        RandomAccess.SetLength(file, start);
        return start;
    }

    private static long StartOfLastLine(SafeFileHandle file, long length)
    {
        byte[] block = new byte[4096];
        for (long end = length; end > 0;)
        {
            long from = Math.Max(0, end - block.Length);
            int read = Fill(file, block.AsSpan(0, (int)(end - from)), from);
            int found = block.AsSpan(0, read).LastIndexOf(NewLine);
            if (found >= 0)
            {
                return from + found + 1;
            }

            end = from;
        }

        return 0;
    }

    private static int Fill(SafeFileHandle file, Span<byte> into, long from)
    {
        int filled = 0;
        while (filled < into.Length)
        {
            int read = RandomAccess.Read(file, into[filled..], from + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }
}
