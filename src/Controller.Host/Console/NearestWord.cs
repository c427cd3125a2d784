namespace Controller.Host.Console;

/// <summary>The known word a misspelt one most likely meant.</summary>
public static class NearestWord
{
    /// <summary>Null if nothing is near: more than a third of the letters differ (at least two may).</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        string? best = null;
        int distance = Math.Max(2, word.Length / 3) + 1;
        foreach (string candidate in known)
        {
            int d = Distance(word, candidate);
            if (d < distance)
            {
                (best, distance) = (candidate, d);
            }
        }

        return best;
    }

    /// <summary>Levenshtein: letters inserted, removed or replaced.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
