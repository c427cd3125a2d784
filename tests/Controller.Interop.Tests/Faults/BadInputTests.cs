using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Faults;

/// <summary>Whatever arrives, the node stays: nothing grows, a counter moves, the next good call works.</summary>
[Trait("Category", "Faults")]
public sealed class BadInputTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private readonly TwoParties _parties = new();
    private readonly double _rejected;
    private readonly int _handles, _threads;

    public BadInputTests()
    {
        _parties.Callee.OnCall = call =>
        {
            if (call.User.StartsWith("good", StringComparison.Ordinal))
            {
                call.Ring();
                call.Answer();
            }
            else
            {
                call.Reject(480); // what could be understood as a call among the rest
            }
        };
        AssertGoodCall("warm");
        using (Socket stream = Connect())
        {
            _rejected = Rejected(); // the HTTP side and the stream listener have been used once before anything is counted
        }

        _handles = ProcessFigures.Handles(_parties.Node.Id);
        _threads = ProcessFigures.Threads(_parties.Node.Id);
    }

    private int ResidentMiB => ProcessFigures.ResidentKiB(_parties.Node.Id) / 1024;

    [Fact]
    public void Random_bytes_over_datagrams_and_streams()
    {
        int seed = Environment.TickCount & 0xFFFF;
        Figures.Record($"seed: random bytes {seed}");
        var random = new Random(seed);
        byte[] invite = Encoding.ASCII.GetBytes(GoodInvite("mutated"));
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = new byte[random.Next(1, 1500)];
            random.NextBytes(bytes);
            Send(i % 2 == 0 ? bytes : Mutate(invite, random));
        }

        for (int i = 0; i < 100; i++)
        {
            byte[] bytes = new byte[random.Next(1, 5000)];
            random.NextBytes(bytes);
            using Socket stream = Connect();
            TrySend(stream, bytes);
        }

        AssertUnharmed($"random {seed}", 500);
        AssertNothingLeft();
    }

    [Fact]
    public void The_torture_messages_over_datagrams_and_streams()
    {
        // The 49 messages of the RFC and one more that stands in its archive only.
        string[] messages = Directory.GetFiles(Path.Combine(Repository.Root, "tests/Controller.Sip.Tests/torture/rfc4475"), "*.dat");
        Assert.Equal(50, messages.Length);
        foreach (string file in messages)
        {
            byte[] message = File.ReadAllBytes(file);
            Send(message);
            using Socket stream = Connect();
            TrySend(stream, message);
            AssertAlive(file);
        }

        AssertUnharmed("torture", 10);
        AssertNothingLeft();
    }

    [Fact]
    public void Truncated_and_oversized_datagrams()
    {
        byte[] invite = Encoding.ASCII.GetBytes(GoodInvite("truncated"));
        for (int length = 0; length < invite.Length; length += 3)
        {
            Send(invite.AsSpan(0, length).ToArray());
        }

        for (int extra = 2000; extra < 65000; extra += 5000)
        {
            string big = GoodInvite("oversized", $"Subject: {new string('x', extra)}\r\n");
            Send(Encoding.ASCII.GetBytes(big));
        }

        AssertUnharmed("truncated", 50);
    }

    [Fact]
    public void Half_open_streams_and_slow_writers()
    {
        byte[] invite = Encoding.ASCII.GetBytes(GoodInvite("half"));
        List<Socket> half = [.. Enumerable.Range(0, 200).Select(_ => Connect())];
        half.ForEach(stream => TrySend(stream, invite.AsSpan(0, invite.Length / 2).ToArray()));
        List<Socket> slow = [.. Enumerable.Range(0, 20).Select(_ => Connect())];
        for (int i = 0; i < 60; i++)
        {
            slow.ForEach(stream => TrySend(stream, [invite[i]]));
            Eventually.Elapse(TimeSpan.FromMilliseconds(30));
        }

        AssertGoodCall("while-half-open");
        Assert.True(ResidentMiB < 600, $"{ResidentMiB} MiB");
        half.Concat(slow).ToList().ForEach(stream => stream.Dispose());
        AssertUnharmed("half-open", 0);
    }

    [Theory]
    [InlineData("2000000000")]
    [InlineData("99999999999999999999999999")]
    [InlineData("-1")]
    public void A_monstrous_content_length_is_refused_and_the_stream_closed(string length)
    {
        using Socket stream = Connect();
        TrySend(stream, Encoding.ASCII.GetBytes(GoodInvite("monstrous").Replace("Content-Length: 0", "Content-Length: " + length, StringComparison.Ordinal)));
        byte[] body = new byte[64 * 1024];
        for (int i = 0; i < 200 && TrySend(stream, body); i++)
        {
        }

        stream.ReceiveTimeout = 10_000;
        byte[] answer = new byte[4096];
        string text = "";
        try
        {
            for (int read = stream.Receive(answer); read > 0; read = stream.Receive(answer))
            {
                text += Encoding.ASCII.GetString(answer, 0, read);
            }
        }
        catch (SocketException closed) when (closed.SocketErrorCode is SocketError.ConnectionReset)
        {
            // Closed while our body was still on its way: that is the refusal.
        }

        Assert.True(text.Length == 0 || text.StartsWith("SIP/2.0 4", StringComparison.Ordinal) || text.StartsWith("SIP/2.0 5", StringComparison.Ordinal), text);
        AssertUnharmed("monstrous-" + length, 1);
    }

    public void Dispose() => _parties.Dispose();

    /// <summary>The longest wait is for an ACK that never comes, 64*T1, and the time a call is remembered after its end.</summary>
    private void AssertNothingLeft()
    {
        Eventually.True(() => _parties.Node.Admin.Calls() == 0, TimeSpan.FromSeconds(90), () => $"{_parties.Node.Admin.Get("/api/v1/calls?limit=5")}");
        Eventually.True(() => JournalRows.Count(_parties.Node.Setup.DataFolder, "journal") == 0, TimeSpan.FromSeconds(60), "no row left in the journal");
    }

    /// <param name="atLeast">How many messages the node must have counted as rejected meanwhile.</param>
    private void AssertUnharmed(string what, int atLeast)
    {
        AssertAlive(what);
        AssertGoodCall("after");
        Eventually.True(() => Rejected() - _rejected >= atLeast, Soon, () => $"{Rejected() - _rejected} messages counted as rejected after {what}");
        Eventually.True(() => ProcessFigures.Handles(_parties.Node.Id) <= _handles + 15, TimeSpan.FromSeconds(15),
            () => $"{ProcessFigures.Handles(_parties.Node.Id)} handles after {what}, {_handles} before");
        Assert.True(ProcessFigures.Threads(_parties.Node.Id) <= _threads + 30, $"{ProcessFigures.Threads(_parties.Node.Id)} threads after {what}, {_threads} before");
        Assert.True(ResidentMiB < 600, $"{ResidentMiB} MiB resident after {what}");

        _parties.Node.AssertNoStackTrace();
    }

    private double Rejected() => _parties.Node.Admin.Sum("messages", "rejected");

    private void AssertAlive(string what) => Assert.False(_parties.Node.HasEnded, $"the node ended after {what}:\n{_parties.Node.Log}");

    private void AssertGoodCall(string user)
    {
        PartyCall call = _parties.Call("good-" + user, call => call.OnPhase = now =>
        {
            if (now.Phase == CallPhase.Established)
            {
                now.Bye();
            }
        });
        _parties.Await(() => call.ByeStatus == 200, 15, "a good call");
    }

    private void Send(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SendTo(bytes, _parties.Node.Access);
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = (int)Soon.TotalMilliseconds };
        socket.Connect(_parties.Node.Access);
        return socket;
    }

    private static bool TrySend(Socket stream, byte[] bytes)
    {
        try
        {
            return stream.Send(bytes) == bytes.Length;
        }
        catch (SocketException)
        {
            return false; // the node has closed it, or reads no more
        }
    }

    private static byte[] Mutate(byte[] message, Random random)
    {
        byte[] bytes = [.. message];
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static string GoodInvite(string user, string more = "") =>
        $"INVITE sip:{user}@far.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-{user}\r\nMax-Forwards: 70\r\n" +
        $"From: <sip:x@from.test>;tag=1\r\nTo: <sip:{user}@far.test>\r\nCall-ID: {user}@x\r\nCSeq: 1 INVITE\r\nContact: <sip:x@127.0.0.1:9>\r\n{more}Content-Length: 0\r\n\r\n";
}
