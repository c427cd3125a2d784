using System.Buffers.Binary;

namespace Controller.Interop.Tests.Peers;

/// <summary>16-bit mono wave files at 8 kHz, and which tone is in one.</summary>
internal static class Wave
{
    public const int Rate = 8000;

    public static void WriteTone(string file, int hertz, int seconds)
    {
        byte[] samples = new byte[Rate * seconds * 2];
        for (int i = 0; i < Rate * seconds; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(i * 2), (short)(8000 * Math.Sin(2 * Math.PI * hertz * i / Rate)));
        }

        byte[] head = new byte[44];
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), 36 + samples.Length);
        "WAVEfmt "u8.CopyTo(head.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(28), Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(34), 16);
        "data"u8.CopyTo(head.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(40), samples.Length);
        File.WriteAllBytes(file, [.. head, .. samples]);
    }

    /// <summary>The samples of a recording, whose header may not have been completed, or written, yet.</summary>
    public static double[] ReadSamples(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int mark = bytes.AsSpan().IndexOf("data"u8);
        int data = mark < 0 ? 44 : mark + 8;
        double[] samples = new double[Math.Max(0, (bytes.Length - data) / 2)];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(data + (i * 2)));
        }

        return samples;
    }

    /// <summary>Goertzel: the share of a signal's energy that lies at one frequency, 0 to 1.</summary>
    public static double Share(ReadOnlySpan<double> samples, int hertz)
    {
        double energy = 0, coefficient = 2 * Math.Cos(2 * Math.PI * hertz / Rate), previous = 0, before = 0;
        foreach (double sample in samples)
        {
            double now = sample + (coefficient * previous) - before;
            (before, previous) = (previous, now);
            energy += sample * sample;
        }

        double power = (previous * previous) + (before * before) - (coefficient * previous * before);
        return energy == 0 ? 0 : 2 * power / (samples.Length * energy);
    }
}
