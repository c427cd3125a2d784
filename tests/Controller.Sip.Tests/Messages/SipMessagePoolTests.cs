using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Sip.Tests.Messages;

public sealed class SipMessagePoolTests
{
    [Fact]
    public void A_message_comes_back_with_its_buffer()
    {
        var pool = new SipMessagePool(2, 100);
        var first = pool.Rent();
        Assert.Equal(100, first.Buffer.Length);
        Assert.NotSame(first, pool.Rent());
        first.Release();
        Assert.Same(first, pool.Rent());
        Assert.Equal(0, pool.Overflows);
    }

    [Fact]
    public void A_second_release_does_nothing()
    {
        var pool = new SipMessagePool(2, 100);
        var first = pool.Rent();
        first.Release();
        first.Release();
        Assert.NotSame(pool.Rent(), pool.Rent());
    }

    [Fact]
    public void When_all_are_out_more_are_made_and_counted()
    {
        var pool = new SipMessagePool(1, 100);
        var pooled = pool.Rent();
        var further = pool.Rent();
        Assert.NotSame(pooled, further);
        Assert.Equal(100, further.Buffer.Length);
        Assert.Equal(1, pool.Overflows);
        further.Release();
        pooled.Release();
        Assert.Same(pooled, pool.Rent());
        Assert.NotSame(further, pool.Rent());
    }

    [Fact]
    public void What_is_released_reads_empty()
    {
        var message = new SipMessagePool(1, 4096).Rent();
        Wire.Invite.CopyTo(message.Buffer);
        Assert.Equal(ParseOutcome.Done, DatagramFraming.Parse(message.Buffer[..Wire.Invite.Length], message, SipLimits.Default, out _));
        message.Release();
        Assert.Equal(0, message.HeaderCount);
        Assert.True(message.Raw.IsEmpty);
    }

    // Whoever holds a message holds it alone: each writes its mark and must find it again. Messages are released by another thread, as on the edge.
    [Fact]
    public void No_message_has_two_owners()
    {
        var pool = new SipMessagePool(16, 8);
        var crossed = new System.Collections.Concurrent.ConcurrentQueue<SipMessage>();
        var broken = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, mark =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var message = pool.Rent();
                message.Buffer.Span[0] = (byte)mark;
                var other = pool.Rent();
                other.Buffer.Span[0] = (byte)(mark + 100);
                if (message.Buffer.Span[0] != mark || other.Buffer.Span[0] != mark + 100)
                {
                    Interlocked.Increment(ref broken);
                }

                crossed.Enqueue(message);
                other.Release();
                if (crossed.TryDequeue(out var foreign))
                {
                    foreign.Release();
                }
            }
        });

        Assert.Equal(0, broken);
    }
}
