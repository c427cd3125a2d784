using System.Text;
using Controller.Host.Charging;
using Controller.Sharding.Journal;

namespace Controller.Host.Tests.Charging;

public sealed class CdrFileSinkTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cdr-").FullName;

    private string FilePath => Path.Combine(_directory, "records", "cdr.jsonl");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Records_are_appended_in_order_one_line_each()
    {
        CdrFileSink sink = new(FilePath);
        sink.Deliver([Row(1, "a"), Row(2, "b")]);
        sink.Deliver([Row(3, "c")]);
        Assert.Equal(Text("a", "b", "c"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_row_delivered_again_is_not_written_again()
    {
        CdrFileSink sink = new(FilePath);
        sink.Deliver([Row(1, "a"), Row(2, "b")]);
        sink.Deliver([Row(1, "a"), Row(2, "b"), Row(3, "c")]);
        Assert.Equal(Text("a", "b", "c"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void After_a_restart_rows_that_stand_in_the_file_are_skipped()
    {
        new CdrFileSink(FilePath).Deliver([Row(1, "a"), Row(2, "b")]);
        new CdrFileSink(FilePath).Deliver([Row(2, "b"), Row(3, "c")]);
        Assert.Equal(Text("a", "b", "c"), File.ReadAllText(FilePath));
    }

    /// <summary>A crash can leave any number of the bytes of the last batch; the batch is delivered again, whole.</summary>
    [Fact]
    public void Whatever_part_of_a_batch_a_crash_left_every_record_stands_there_once()
    {
        OutboxRow[] batch = [Row(2, "b"), Row(3, "ü"), Row(4, "d")];
        byte[] whole = Encoding.UTF8.GetBytes(Text("a", "b", "ü", "d"));
        for (int left = Encoding.UTF8.GetByteCount(Text("a")); left <= whole.Length; left++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            File.WriteAllBytes(FilePath, whole[..left]);
            new CdrFileSink(FilePath).Deliver(batch);
            Assert.True(whole.AsSpan().SequenceEqual(File.ReadAllBytes(FilePath)), $"after {left} bytes: {File.ReadAllText(FilePath)}");
        }
    }

    [Fact]
    public void A_torn_line_longer_than_a_block_is_removed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, Text("a") + "{\"id\":\"b\",\"x\":\"" + new string('x', 10_000));
        new CdrFileSink(FilePath).Deliver([Row(2, "b")]);
        Assert.Equal(Text("a", "b"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_file_that_was_moved_away_is_made_anew()
    {
        CdrFileSink sink = new(FilePath);
        sink.Deliver([Row(1, "a")]);
        File.Move(FilePath, FilePath + ".1");
        sink.Deliver([Row(2, "b")]);
        Assert.Equal(Text("a"), File.ReadAllText(FilePath + ".1"));
        Assert.Equal(Text("b"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_record_in_the_rotated_file_is_not_repeated_in_the_new_one_after_a_crash()
    {
        new CdrFileSink(FilePath).Deliver([Row(1, "a")]);
        File.Move(FilePath, FilePath + ".1");
        new CdrFileSink(FilePath).Deliver([Row(1, "a"), Row(2, "b")]);
        Assert.Equal(Text("b"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_failed_delivery_throws_and_the_next_one_writes_each_record_once()
    {
        CdrFileSink sink = new(FilePath);
        sink.Deliver([Row(1, "a")]);
        File.Delete(FilePath);
        // A directory in the file's place: the cheapest disk that refuses.
        Directory.CreateDirectory(FilePath);
        Assert.ThrowsAny<Exception>(() => sink.Deliver([Row(2, "b")]));
        Directory.Delete(FilePath);
        sink.Deliver([Row(2, "b")]);
        Assert.Equal(Text("b"), File.ReadAllText(FilePath));
    }

    [Fact]
    public void Records_without_an_id_are_told_apart_by_their_content()
    {
        CdrFileSink sink = new(FilePath);
        OutboxRow one = new(1, "{\"x\":1}"u8.ToArray());
        OutboxRow two = new(2, "{\"x\":2}"u8.ToArray());
        sink.Deliver([one, two]);
        new CdrFileSink(FilePath).Deliver([one, two]);
        Assert.Equal("{\"x\":1}\n{\"x\":2}\n", File.ReadAllText(FilePath));
    }

    [Theory]
    [InlineData("{\"id\":\"7\",\"legs\":[{\"id\":\"x\"}]}", "7")]
    [InlineData("{\"legs\":[{\"id\":\"x\"}],\"id\":\"7\"}", "7")]
    [InlineData("{\"id\":\"7\"", null)]
    [InlineData("{\"id\":\"7\"}}", null)]
    [InlineData("", null)]
    [InlineData("[1]", null)]
    public void The_id_is_that_of_the_whole_record(string line, string? id) => Assert.Equal(id, RecordId.Of(Encoding.UTF8.GetBytes(line)));

    private static OutboxRow Row(long row, string id) => new(row, Encoding.UTF8.GetBytes(Line(id)));

    private static string Line(string id) => $"{{\"id\":\"{id}\",\"result\":\"answered\",\"attempts\":[{{\"id\":\"inner\"}}]}}";

    private static string Text(params string[] ids) => string.Concat(ids.Select(i => Line(i) + "\n"));
}
