using System.Text;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>Whatever the text, the answer is a value or the reader's own error. Seeds are fixed: a failure names one that fails again.</summary>
public sealed class HoconFuzzTests
{
    private static readonly string[] Pieces =
    [
        "a", "b", "c", "controller", ".", "=", ":", "+=", "{", "}", "[", "]", ",", "\n", " ", "\"", "\"\"\"", "\"x\"", "${a}", "${?b}", "${a.b}", "${", "$", "include ", "include \"a\"",
        "required(", "file(", ")", "#", "//", "\\", "\\u00", "1", "-", "1s", "true", "null", "\uFEFF", "\0", "\ud800", "é", "listeners", "realms", "routes", "to", "trunks", "registered",
    ];

    private static readonly string[] Seeds =
    [
        "a = 1\nb { c = [1, 2, ${a}] }\nd = ${b} { e += \"x\" }\nf = \"\"\"q\"\"\" ${?g}\n",
        "a = ${b}\nb { x = ${a.y}, y = ${?c} }\nc = ${b.x}[1]\na += 2\n",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void PiecesInAnyOrder(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 2500; i++)
        {
            var text = new StringBuilder();
            for (int n = random.Next(1, 40); n > 0; n--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            Try(text.ToString(), $"seed {seed} round {i}");
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void ConfigurationsWithBytesChanged(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 3000; i++)
        {
            var text = new StringBuilder(Seeds[random.Next(Seeds.Length)]);
            for (int n = random.Next(1, 8); n > 0; n--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0:
                        text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)).Append(' ');
                        break;
                    case 1:
                        text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                        break;
                    default:
                        text[at] = (char)random.Next(0, 256);
                        break;
                }
            }

            Try(text.ToString(), $"seed {seed} round {i}");
        }
    }

    /// <summary>The whole way to settings: problems, never an exception.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void WholeConfigurationsWithBytesChanged(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 150; i++)
        {
            var text = new StringBuilder(Texts.Full);
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                int at = random.Next(text.Length);
                _ = random.Next(2) == 0 ? text.Insert(at, Pieces[random.Next(Pieces.Length)]) : text.Remove(at, 1);
            }

            string set = "controller." + Pieces[random.Next(Pieces.Length)] + "=" + Pieces[random.Next(Pieces.Length)];
            var environment = new Dictionary<string, string> { ["CONTROLLER__" + Pieces[random.Next(Pieces.Length)]] = Pieces[random.Next(Pieces.Length)] };
            try
            {
                ConfigurationResult result = ConfigurationLoader.Load("fuzz.conf", text.ToString(), [set], environment, _ => null);
                Assert.Equal(result.Configuration is null, result.Problems.Count > 0);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed} round {i}: {e}\n{text}");
            }
        }
    }

    private static void Try(string text, string which)
    {
        try
        {
            HoconDocument document = HoconParser.Parse("fuzz.conf", text, path => path == "a.conf" ? "b = ${a}" : null);
            HoconResolver.Resolve([document.Root], new Dictionary<string, string>(), out _);
        }
        catch (HoconException e)
        {
            Assert.NotEmpty(e.Problem.Text);
        }
        catch (Exception e)
        {
            Assert.Fail($"{which}: {e}\n{text}");
        }
    }
}
