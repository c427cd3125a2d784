using System.Runtime.CompilerServices;
using System.Text;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Tables;

namespace Controller.Host.Tests.Configuration;

/// <summary>Files of rates: what is read, what is left out by name, and what is refused.</summary>
public sealed class RateCsvTests : IDisposable
{
    private const string Start = """
        controller {
          realms { core { trust = trusted } }
          listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" } ]
          trunks { a { realm = core, endpoints = [ { uri = "sip:192.0.2.1" } ] }, b { realm = core, endpoints = [ { uri = "sip:192.0.2.2" } ] } }
          routes = [ { name = r, to = { table = lcr } } ]

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("rates-").FullName;

    private string Rates => Path.Combine(_directory, "rates.csv");

    private string Configuration => $"{Start}  tables.lcr.file = \"{Rates}\"\n}}";

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static RateFile Read(string text) => RateCsv.Read("x.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Columns_stand_in_any_order_with_quotes_comments_and_either_line_end()
    {
        RateFile read = Read("\uFEFF\"Trunk\", price ,prefix\r\n# a comment\r\n\r\na,0.0125,+49\r\n\"b\", 1 ,\"4930\"\r\na,2,");
        Assert.Null(read.Refused);
        Assert.Equal(0, read.IgnoredCount);
        Assert.Equal((3, 3), (read.Table!.PrefixCount, read.Table.RowCount));
        Assert.Equal(["a", "b"], read.Table.Trunks.AsEnumerable());
    }

    [Theory]
    [InlineData("", "0 rows can be used and 0 cannot")]
    [InlineData("prefix,trunk\n49,a\n", "x.csv:1: column price is missing; expected a line of column names")]
    [InlineData("49,a,0.1\n", "x.csv:1: a column is not known; expected a line of column names")]
    [InlineData("prefix,trunk,price,prefix\n", "x.csv:1: column prefix stands twice")]
    [InlineData("prefix,trunk,price\n49,a,x\n", "0 rows can be used and 1 cannot; the first: line 2: the price is not one")]
    [InlineData("prefix,trunk,price\n49,a,1\nx,a,1\ny,a,1\n", "1 rows can be used and 2 cannot; the first: line 3: the prefix is not one")]
    public void A_file_that_is_none_is_refused(string text, string why)
    {
        RateFile read = Read(text);
        Assert.Null(read.Table);
        Assert.Contains(why, read.Refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_lines_is_refused_and_does_not_fill_the_memory() =>
        Assert.Contains("x.csv:1: a line of more than 4096 characters", Read(new string('x', 200_000)).Refused, StringComparison.Ordinal);

    [Theory]
    [InlineData("49,a,0.1", "3 fields; expected 7")]
    [InlineData("4a,a,1,,,,", "the prefix is not one")]
    [InlineData("1234567890123456789,a,1,,,,", "the prefix is not one")]
    [InlineData("49,,1,,,,", "the trunk is missing")]
    [InlineData("49,a,,,,,", "the price is not one")]
    [InlineData("49,a,-1,,,,", "the price is not one")]
    [InlineData("49,a,1.2.3,,,,", "the price is not one")]
    [InlineData("49,a,.,,,,", "the price is not one")]
    [InlineData("49,a,0.1234567891,,,,", "the price is not one")]
    [InlineData("49,a,99999999999999999999999,,,,", "the price is not one")]
    [InlineData("49,a,1,x,,,", "priority or weight is not one")]
    [InlineData("49,a,1,,65536,,", "priority or weight is not one")]
    [InlineData("49,a,1,,,2026-13-01,", "the validity is none")]
    [InlineData("49,a,1,,,2026-01-02,2026-01-01", "the validity is none")]
    public void A_row_that_cannot_be_used_is_named_with_its_line_and_left_out(string row, string why)
    {
        RateFile read = Read($"prefix,trunk,price,priority,weight,valid-from,valid-until\n49,a,0.1,2,3,2026-01-01,2026-12-31T18:00Z\n{row}\n");
        IgnoredRow ignored = Assert.Single(read.Ignored);
        Assert.Equal(3, ignored.Line);
        Assert.Contains(why, ignored.Reason, StringComparison.Ordinal);
        Assert.Equal(1, read.Table!.RowCount);
    }

    [Fact]
    public void What_was_left_out_is_in_the_notes_of_the_configuration()
    {
        File.WriteAllText(Rates, "prefix,trunk,price\n49,a,1\n48,b,1\n47,c,1\n46,a,?\n");
        LoadedConfiguration loaded = Loads.Good(Configuration);
        Assert.Equal(
            [$"{Rates}:5: the price is not one; expected a number such as 0.0125, with nine decimals at most: the row is ignored", $"{Rates}: rows of trunks that are not defined are never used: c"],
            loaded.Notes.AsEnumerable());
        Assert.Equal(3, loaded.Settings(new byte[32], []).Tables["lcr"].RowCount);
    }

    [Fact]
    public void A_missing_file_is_a_problem_with_its_key() =>
        Assert.Equal([$"sbc.conf:6: controller.tables.lcr.file: {Rates}: no such file; expected a CSV file with a line of column names"], Loads.Bad(Configuration));

    [Fact]
    public void A_file_is_read_again_only_when_it_has_changed_and_a_change_is_a_change_of_the_configuration()
    {
        var files = new RateFiles();
        LoadedConfiguration Load() => ConfigurationLoader.Load("sbc.conf", Configuration, [], Loads.NoEnvironment, _ => null, files).Configuration!;
        File.WriteAllText(Rates, "prefix,trunk,price\n49,a,1\n");
        LoadedConfiguration first = Load(), second = Load();
        Assert.Same(first.Draft.Tables["lcr"], second.Draft.Tables["lcr"]);
        Assert.True(ConfigurationChange.Between(first, second).IsEmpty);

        File.WriteAllText(Rates, "prefix,trunk,price\n49,a,2.5\n");
        ChangedKey changed = Assert.Single(ConfigurationChange.Between(first, Load()).Live);
        Assert.Equal("controller.tables.lcr", changed.Key);

        // Touched, but the same: nothing changes.
        LoadedConfiguration before = Load();
        File.SetLastWriteTimeUtc(Rates, DateTime.UnixEpoch);
        LoadedConfiguration touched = Load();
        Assert.Same(before.Draft.Tables["lcr"], touched.Draft.Tables["lcr"]);
        Assert.True(ConfigurationChange.Between(before, touched).IsEmpty);
    }

    [Fact]
    public void A_table_that_no_settings_hold_is_let_go()
    {
        var files = new RateFiles();
        File.WriteAllText(Rates, "prefix,trunk,price\n49,a,1\n");

        // In a frame of its own, or the table would be alive as long as this one.
        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference Read() => new(files.Read(Rates).Table);
        WeakReference table = Read();
        GC.Collect();
        Assert.False(table.IsAlive);
        Assert.Equal(1, files.Read(Rates).Table!.RowCount);
    }
}
