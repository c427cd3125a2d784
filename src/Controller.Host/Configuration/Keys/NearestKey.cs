namespace Controller.Host.Configuration.Keys;

/// <summary>What a key that does not exist was probably meant to be.</summary>
internal static class NearestKey
{
    /// <param name="parent">Full path of the object it stands in, <c>controller</c> included.</param>
    /// <param name="name">The unknown name.</param>
    /// <param name="node">The keys that may stand there.</param>
    /// <returns>A full path.</returns>
    public static string To(string parent, string name, KeyNode node)
    {
        string best = KeyCatalogue.Root;
        int least = int.MaxValue;
        foreach (string sibling in node.Children.Keys)
        {
            Offer($"{parent}.{sibling}", 2 * Distance(name, sibling));
        }

        // A key that exists elsewhere under this very name, or nearly: it was put into the wrong object.
        foreach (Key key in KeyCatalogue.Rows)
        {
            string[] parts = key.Path.Replace("[]", "", StringComparison.Ordinal).Split('.');
            for (int i = 0; i < parts.Length; i++)
            {
                if (parts[i] != "*")
                {
                    string full = $"{KeyCatalogue.Root}.{string.Join('.', key.Path.Split('.')[..(i + 1)])}".Replace("*", "<name>", StringComparison.Ordinal);
                    Offer(full.EndsWith("[]", StringComparison.Ordinal) ? full[..^2] : full, (2 * Distance(name, parts[i])) + 3);
                }
            }
        }

        return best;

        void Offer(string path, int cost)
        {
            if (cost < least)
            {
                (best, least) = (path, cost);
            }
        }
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours; case counts for nothing.</summary>
    public static int Distance(string a, string b)
    {
        if (a.Length > 64)
        {
            return int.MaxValue / 4;
        }

        var cells = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cells[i, j] = i + j;
                    continue;
                }

                bool same = Same(a[i - 1], b[j - 1]);
                int cost = Math.Min(Math.Min(cells[i - 1, j], cells[i, j - 1]) + 1, cells[i - 1, j - 1] + (same ? 0 : 1));
                bool swapped = i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]);
                cells[i, j] = swapped ? Math.Min(cost, cells[i - 2, j - 2] + 1) : cost;
            }
        }

        return cells[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b) || (a is '_' or '-' && b is '_' or '-');
}
