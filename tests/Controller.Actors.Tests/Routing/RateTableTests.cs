using System.Globalization;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Tables;

namespace Controller.Actors.Tests.Routing;

/// <summary>Tables of prefixes: which trunks, in which order, and why.</summary>
public class RateTableTests
{
    private static RateTable Table(params string[] rows)
    {
        var builder = new RateTableBuilder();
        foreach (string[] row in rows.Select(row => row.Split(' ')))
        {
            int Field(int at, int absent) => row.Length > at ? int.Parse(row[at], CultureInfo.InvariantCulture) : absent;
            builder.Add(RatePrefix.Parse(row[0] == "-" ? "" : row[0]), new RateRow(
                long.Parse(row[2], CultureInfo.InvariantCulture), Field(5, 0), Field(6, RateRow.Always), builder.Trunk(row[1])!.Value, (ushort)Field(3, 1), (ushort)Field(4, 1)));
        }

        return builder.Build();
    }

    private static ControllerSettings Settings(RateTable table, RateOrder order = RateOrder.Price) =>
        Plans.Settings("abcd", new RouteSettings { Name = "r", Table = "lcr", Order = order }) with { Tables = CallTables("lcr", table) };

    private static System.Collections.Immutable.ImmutableDictionary<string, RateTable> CallTables(string name, RateTable table) =>
        System.Collections.Immutable.ImmutableDictionary<string, RateTable>.Empty.Add(name, table);

    private static string Order(RateTable table, string number, RateOrder order = RateOrder.Price) => Plans.Order(Settings(table, order), Plans.Request(number));

    [Fact]
    public void Each_trunk_counts_with_its_own_longest_prefix()
    {
        RateTable table = Table("49 a 10", "4930 a 30", "49 b 20", "+49301 c 5", "- d 100");
        Assert.Equal("bad", Order(table, "+4930"));
        Assert.Equal("cbad", Order(table, "+49301"));
        Assert.Equal("abd", Order(table, "4940"));
        Assert.Equal("d", Order(table, "1"));
        Assert.Equal("404", Order(table, "alice"));
    }

    [Fact]
    public void Visual_separators_are_none_of_the_number() => Assert.Equal("a", Order(Table("4930 a 1"), "+49(30)-1.2"));

    [Fact]
    public void Zeros_at_the_front_are_digits() => Assert.Equal("b", Order(Table("0 a 1", "00 b 1", "1 c 1"), "00").Replace("a", "", StringComparison.Ordinal));

    [Fact]
    public void Priority_comes_before_price_and_the_file_may_decide_alone()
    {
        string[] rows = ["49 a 30", "49 b 10 2", "49 c 20", "4930 d 99"];
        Assert.Equal("cadb", Order(Table(rows), "4930"));
        Assert.Equal("dabc", Order(Table(rows), "4930", RateOrder.File));
    }

    [Fact]
    public void Rows_count_only_while_they_are_valid()
    {
        // 2026-11-21T12:00Z is minute 29921040.
        string[] rows = ["49 a 10 1 1 0 29921040", "49 a 50 1 1 29921040", "4930 b 5 1 1 29921041", "49 b 60"];
        Assert.Equal("ab", Order(Table(rows), "4930"));
        Assert.Equal("ba", Plans.Order(Settings(Table(rows)), Plans.Request("4930", at: "2026-11-21T12:01:00Z")));
        Assert.Equal("ab", Plans.Order(Settings(Table(rows)), Plans.Request("4930", at: "2026-11-21T11:59:00Z")));
    }

    [Fact]
    public void Those_that_cost_the_same_share_by_weight()
    {
        ControllerSettings settings = Settings(Table("49 a 10 1 3", "49 b 10 1 1"));
        int first = Enumerable.Range(0, 10_000).Count(i => Plans.Order(settings, Plans.Request("49", lot: (UInt128)((ulong)i * 0x9E3779B97F4A7C15UL))) == "ab");
        Assert.InRange(first, 7_300, 7_700);
    }

    [Fact]
    public void Every_row_that_is_looked_at_is_explained()
    {
        var trace = new RouteTrace();
        RateTable table = Table("49 a 10", "4930 a 30", "4930 b 1000000000 1 1 0 5", "49 x 7");
        RoutePlan.For(Settings(table), Plans.Request("4930"), trace);
        Assert.Equal(
            [
                new CandidateVerdict("b", null, false, "prefix 4930, price 1, priority 1, weight 1: not valid now"),
                new CandidateVerdict("a", null, false, "prefix 49, price 0.00000001, priority 1, weight 1: the trunk has a longer prefix, or an earlier row"),
                new CandidateVerdict("x", null, false, "table lcr: 2 digits, price 0.000000007, priority 1, weight 1: no such trunk is configured"),
                new CandidateVerdict("a", "sip:4930@198.51.100.1:5080", true, "table lcr: 4 digits, price 0.00000003, priority 1, weight 1"),
            ],
            trace.Candidates.AsEnumerable());
    }

    [Fact]
    public void It_agrees_with_a_search_of_every_row()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            string[] rows = [.. Enumerable.Range(0, random.Next(1, 60)).Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"{string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(0, 3)))} {(char)('a' + random.Next(4))} {i}"))];
            RateTable table = Table(rows);
            for (int question = 0; question < 20; question++)
            {
                string number = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(0, 3)));

                // Prices are line numbers, so that nothing is equal.
                IEnumerable<string> expected = rows.Select(row => row.Split(' ')).Where(row => number.StartsWith(row[0], StringComparison.Ordinal))
                    .GroupBy(row => row[1]).Select(trunk => trunk.OrderByDescending(row => row[0].Length).First()).OrderBy(row => int.Parse(row[2], CultureInfo.InvariantCulture)).Select(row => row[1]);
                string wanted = string.Concat(expected);
                Assert.Equal(wanted.Length == 0 ? "404" : wanted, Order(table, number));
            }
        }
    }

    [Fact]
    public void Equal_rows_are_kept_once_and_another_table_has_another_mark()
    {
        RateTable table = Table([.. Enumerable.Range(100, 5000).Select(i => $"{i} a {i % 7}")]);
        Assert.Equal((5000, 5000, 7), (table.PrefixCount, table.RowCount, table.DistinctRowCount));
        Assert.Equal(Table("49 a 1").Mark, Table("49 a 1").Mark);
        Assert.NotEqual(Table("49 a 1").Mark, Table("49 a 2").Mark);
        Assert.NotEqual(Table("49 a 1").Mark, Table("49 b 1").Mark);
        Assert.NotEqual(Table("49 a 1").Mark, Table("50 a 1").Mark);
    }
}
