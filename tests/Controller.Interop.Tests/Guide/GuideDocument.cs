using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Guide;

/// <summary>The commands of a document: its fenced blocks, each with the machines that it is for, as in <c>```sh sbc1 sbc2</c>.</summary>
internal static class GuideDocument
{
    public sealed record Block(int Line, IReadOnlyList<string> Machines, string Script);

    public static IReadOnlyList<Block> Read(string path)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, path));
        List<Block> blocks = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                int end = Array.IndexOf(lines, "```", i + 1);
                string[] words = lines[i].Split(' ');
                Assert.True(words[0] == "```sh" && words.Length > 1 && end > i, $"{path}:{i + 1}: a block of commands says for which machines it is");
                blocks.Add(new Block(i + 1, words[1..], string.Join('\n', lines[(i + 1)..end])));
                i = end;
            }
        }

        return blocks;
    }
}
