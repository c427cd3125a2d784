using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Shards;

public sealed class ShardRouterTests
{
    private readonly FakeWires _wires = new();
    private readonly ManualClock _clock = new();
    private readonly RoutedNode _a;
    private readonly RoutedNode _b;
    private readonly RoutedNode _c;

    public ShardRouterTests()
    {
        _a = new RoutedNode(1, 1, _wires, _clock);
        _b = new RoutedNode(2, 1, _wires, _clock);
        _c = new RoutedNode(3, 1, _wires, _clock);
    }

    private static ActorId Actor => RoutedNode.Actor(3);

    private static ShardId Shard => new(3);

    private RoutedNode Node(NodeId id) => id.Value switch { 1 => _a, 2 => _b, _ => _c };

    private void LoseLink() => _wires.Lose(_a.Self.Node, _b.Self.Node);

    /// <summary>Delivers until nothing is on any wire.</summary>
    private int Deliver()
    {
        int delivered = 0;
        while (_wires.Busy is [var (from, to), ..])
        {
            Assert.True(Node(to).Received(Node(from).Self, _wires.Next(from, to)));
            delivered++;
        }

        return delivered;
    }

    private void Pass(int milliseconds)
    {
        _clock.Pass(milliseconds);
        foreach (RoutedNode node in new[] { _a, _b, _c })
        {
            node.Router.Tick();
        }
    }

    private void OwnedByB()
    {
        _b.Own(3, 1);
        _a.Learn(3, _b, 1);
    }

    private static void Tell(RoutedNode node, params string[] inputs) => Assert.All(inputs, input => Assert.True(node.Router.Tell(Actor, input)));

    [Fact]
    public void What_is_ours_goes_straight_to_our_actors_and_nothing_is_kept()
    {
        _a.Own(3, 1);
        Tell(_a, "one");
        Assert.Null(Assert.Single(_a.Host.Mailbox).Receipt);
        _a.Host.Capacity = 1;
        Assert.False(_a.Router.Tell(Actor, "two"));
        Assert.Equal(0, _a.Router.Instruments.KeptInputs);
    }

    [Fact]
    public void What_is_anothers_is_told_there_and_forgotten_once_it_is_settled()
    {
        OwnedByB();
        Tell(_a, "one", "two");
        Deliver();
        Assert.Equal(["one", "two"], _b.Inbox);
        Assert.Equal(2, _a.Router.Instruments.KeptInputs);
        _b.Host.SettleOne();
        _b.Host.SettleOne();
        Pass(5);
        Assert.Equal(1, Deliver());   // one frame for both
        Assert.Equal(0, _a.Router.Instruments.KeptInputs);
        Assert.Equal(0, _a.Router.Instruments.KeptBytes);
    }

    [Fact]
    public void Many_acknowledgements_do_not_wait_for_a_tick()
    {
        OwnedByB();
        Tell(_a, [.. Enumerable.Range(0, 40).Select(i => $"{i}")]);
        Deliver();
        while (_b.Host.Mailbox.Count > 0)
        {
            _b.Host.SettleOne();
        }

        Assert.Equal(1, Deliver());
        Assert.Equal(8, _a.Router.Instruments.KeptInputs);
    }

    [Fact]
    public void An_owner_that_is_lost_is_replaced_by_the_next_in_the_order_of_telling()
    {
        OwnedByB();
        Tell(_a, "one", "two");
        LoseLink();
        _wires.Cut.Add((_a.Self.Node, _b.Self.Node));
        Tell(_a, "three");
        _c.Own(3, 2);
        _a.Learn(3, _c, 2);
        Deliver();
        Assert.Equal(["one", "two", "three"], _c.Inbox);
    }

    [Fact]
    public void When_the_shard_becomes_ours_our_actors_get_it_with_a_receipt_and_a_loss_sends_it_on()
    {
        OwnedByB();
        Tell(_a, "one", "two");
        LoseLink();
        _a.Learn(3, _a, 2);
        Tell(_a, "three");
        Assert.Empty(_a.Inbox);   // ours, but still opening
        Assert.Equal([Shard], _a.Host.Hastened);
        _a.Open(3, 2);
        Tell(_a, "four");
        Assert.Equal(["one", "two", "three", "four"], _a.Inbox);
        _a.Host.SettleOne();
        Assert.Equal(2, _a.Router.Instruments.KeptInputs);

        // Lost: what was not settled goes to the next owner. "four" went straight to actors that are gone; of what was never away nobody keeps a copy.
        _a.Host.Mailbox.Clear();
        _a.Host.Close(Shard);
        _c.Own(3, 3);
        _a.Learn(3, _c, 3);
        Deliver();
        Assert.Equal(["two", "three"], _c.Inbox);
    }

    [Fact]
    public void What_was_given_to_a_shard_that_was_let_go_and_opened_again_is_given_again()
    {
        _a.Learn(3, _a, 1);
        _b.Learn(3, _a, 1);
        Tell(_a, "one");
        Tell(_b, "other");
        Deliver();
        _a.Open(3, 1);
        Assert.Equal(["one", "other"], _a.Inbox);
        _a.Host.Mailbox.Clear();
        _a.Host.Close(Shard);
        _a.Router.Released(Shard);
        _a.Open(3, 1);
        Assert.Equal(["one"], _a.Inbox);
        Pass(1100);
        Deliver();
        Assert.Equal(["one", "other"], _a.Inbox);
    }

    [Fact]
    public void A_tick_finds_out_that_a_shard_has_opened()
    {
        _a.Learn(3, _a, 1);
        Tell(_a, "one");
        _b.Learn(3, _a, 1);
        Tell(_b, "other");
        Deliver();
        Assert.Empty(_a.Inbox);
        _a.Host.Open(new Fence(Shard, new Epoch(1)));
        Pass(50);
        Assert.Equal(["one", "other"], _a.Inbox);
    }

    [Fact]
    public void Whoever_is_asked_wrongly_says_who_it_is()
    {
        OwnedByB();
        _b.Host.Close(Shard);
        _c.Own(3, 2);
        _b.Learn(3, _c, 2);
        Tell(_a, "one", "two");
        Deliver();
        Assert.Equal(_c.Self, _a.Table[Shard].Owner);
        Assert.Equal(["one", "two"], _c.Inbox);
        Assert.Equal(2, _b.Router.Instruments[RouterCount.Moved]);
    }

    [Fact]
    public void Whoever_is_asked_while_it_opens_or_knows_less_than_its_sender_holds_it()
    {
        _a.Learn(3, _b, 5);
        _b.Learn(3, _c, 4);
        Tell(_a, "one", "two");
        Deliver();
        _b.Learn(3, _b, 5);
        Assert.Empty(_b.Inbox);
        _b.Open(3, 5);
        Assert.Equal(["one", "two"], _b.Inbox);

        // Held for a shard that then goes elsewhere: its sender is told.
        _a.Learn(3, _b, 6);
        Deliver();
        Assert.Equal(2, _b.Host.Mailbox.Count);
        _c.Own(3, 7);
        _b.Learn(3, _c, 7);
        Deliver();
        Assert.Equal(["one", "two"], _c.Inbox);
        Assert.Equal(0, _b.Router.Instruments.KeptBytes);
    }

    [Fact]
    public void What_an_owner_refuses_is_told_again_and_nothing_overtakes_it()
    {
        OwnedByB();
        _b.Host.Capacity = 1;
        Tell(_a, "one", "two", "three");
        Deliver();
        Assert.Equal(["one"], _b.Inbox);
        _b.Host.Capacity = 10;
        Tell(_a, "four");
        Assert.Equal(0, Deliver());
        Pass(10);
        Assert.Equal(0, Deliver());
        Pass(45);
        Deliver();
        Assert.Equal(["one", "two", "three", "four"], _b.Inbox);

        // A commit that failed.
        _b.Host.SettleOne();
        _b.Host.RefuseAll();
        Deliver();
        Pass(60);
        Deliver();
        Assert.Equal(["two", "three", "four"], _b.Inbox);
    }

    [Fact]
    public void A_link_that_came_back_brings_everything_again_and_nothing_is_taken_twice()
    {
        OwnedByB();
        Tell(_a, "one", "two");
        Deliver();
        _b.Host.SettleOne();
        Pass(5);
        LoseLink();   // and with it the acknowledgement of "one"
        Tell(_a, "three");
        LoseLink();
        _a.Router.Connected(_b.Self);
        _b.Router.Connected(_a.Self);
        Deliver();
        Assert.Equal(["two", "three"], _b.Inbox);
        Pass(5);
        Deliver();
        Assert.Equal(2, _a.Router.Instruments.KeptInputs);
    }

    [Fact]
    public void What_is_not_answered_at_all_is_told_again()
    {
        OwnedByB();
        Tell(_a, "one");
        LoseLink();
        Pass(999);
        Assert.Equal(0, Deliver());
        Pass(10);
        Deliver();
        Assert.Equal(["one"], _b.Inbox);
    }

    [Fact]
    public void What_nobody_settles_in_time_is_given_up_and_counted()
    {
        _a.Learn(3, null, 1);
        Tell(_a, "one");
        Pass(4000);
        Tell(_a, "two");
        Pass(1001);
        Assert.Equal(1, _a.Router.Instruments[RouterCount.Dropped]);
        _b.Own(3, 2);
        _a.Learn(3, _b, 2);
        Deliver();
        Assert.Equal(["two"], _b.Inbox);

        _a.Learn(3, _b, 9);   // b holds what it does not know to be its own, so long and no longer
        Deliver();
        Assert.Equal(1, _b.Router.Instruments.KeptInputs);
        Pass(5001);
        Assert.Equal(1, _b.Router.Instruments[RouterCount.Dropped]);
        Assert.Equal(0, _b.Router.Instruments.KeptBytes + _a.Router.Instruments.KeptBytes);
    }

    [Fact]
    public void Beyond_what_may_be_kept_the_caller_is_told_so()
    {
        RoutedNode small = new(1, 2, _wires, _clock, new RouterOptions { MaxShardBytes = 1000, MaxBytes = 1800 });
        int Fill(int shard)
        {
            int kept = 0;
            while (small.Router.Tell(RoutedNode.Actor(shard), "0123456789"))
            {
                Assert.InRange(++kept, 0, 100);
            }

            return kept;
        }

        Assert.Equal([7, 6, 0], [Fill(3), Fill(4), Fill(5)]);
        Assert.InRange(small.Router.Instruments.KeptBytes, 1600, 1800);
        Assert.Equal(3, small.Router.Instruments[RouterCount.Refused]);
    }

    [Fact]
    public void What_makes_sense_on_its_node_only_is_not_told_elsewhere()
    {
        OwnedByB();
        Assert.False(_a.Router.Tell(Actor, 7));
        Assert.Equal(0, Deliver());
        _a.Own(5, 1);
        Assert.True(_a.Router.Tell(RoutedNode.Actor(5), 7));
    }

    [Fact]
    public void What_a_later_version_says_is_passed_over()
    {
        OwnedByB();
        Tell(_a, "unreadable", "two");
        Deliver();
        Assert.Equal(["two"], _b.Inbox);
        Assert.Equal(1, _b.Router.Instruments[RouterCount.Unreadable]);
        Pass(5);
        Deliver();
        Assert.Equal(1, _a.Router.Instruments.KeptInputs);
    }

    [Fact]
    public void The_answer_of_a_former_owner_delays_nothing()
    {
        OwnedByB();
        _b.Host.Capacity = 0;
        Tell(_a, "one");
        _b.Router.Received(_a.Self, _wires.Next(_a.Self.Node, _b.Self.Node));   // "not taken" is on its way
        _c.Own(3, 2);
        _a.Learn(3, _c, 2);
        Deliver();
        Tell(_a, "two");
        Deliver();
        Assert.Equal(["one", "two"], _c.Inbox);
    }

    /// <summary>The membership opens and loses shards by what it learns: a fact that the table had already would never be acted upon.</summary>
    [Fact]
    public void What_an_answer_says_about_an_owner_is_for_the_membership()
    {
        OwnedByB();
        Assert.False(_a.Router.Received(_b.Self, new Frame.Moved(1, new OwnedShard(Shard, _a.Self, new Epoch(7)))));
        Assert.Equal(_b.Self, _a.Table[Shard].Owner);
    }

    [Fact]
    public void Other_frames_and_numbers_that_nobody_gave_are_left_alone()
    {
        Assert.False(_a.Router.Received(_b.Self, new Frame.Goodbye()));
        Assert.True(_a.Router.Received(_b.Self, new Frame.Acknowledged([0, -1, long.MaxValue])));
        Assert.True(_a.Router.Received(_b.Self, new Frame.NotTaken(long.MaxValue)));
        Assert.True(_a.Router.Received(_b.Self, new Frame.Moved(-5, new OwnedShard(new ShardId(60000), _b.Self, new Epoch(9)))));
        Assert.Equal(42, _a.Router.CountOf(new ActorKind(1)));
        Assert.Equal(RoutedNode.Shards, _a.Router.Shards);
    }

    [Fact]
    public void An_emission_under_an_older_epoch_is_discarded()
    {
        List<byte> sent = [];
        NodeTrust trust = new(TimeProvider.System);
        trust.HoldUntil(TimeSpan.MaxValue);
        using EmissionGate gate = new(_a.Table, _a.Host, _wires.Of(_a.Self.Node), trust, message => sent.Add(message.Span[0]));
        _a.Learn(3, _b, 5);
        foreach ((int shard, long epoch) in new[] { (3, 4L), (3, 5L), (3, 6L), (999, 7L) })
        {
            gate.Received(new Frame.Emit(new Fence(new ShardId(shard), new Epoch(epoch)), new[] { (byte)epoch }));
        }

        Assert.Equal([5, 6], sent);

        // A node in doubt does not know what it has slept through.
        trust.End();
        gate.Received(new Frame.Emit(new Fence(new ShardId(3), new Epoch(7)), new byte[] { 7 }));
        Assert.Equal([5, 6], sent);
        Assert.Equal(3, gate.Instruments[RouterCount.EmissionDiscarded]);

        // What this node decided, but may not say any more: nobody is told that it failed, for the next owner says it.
        Assert.True(gate.Send(_b.Self.Node, Actor, new byte[] { 1 }));
        Assert.Empty(_wires.Busy);
        _a.Own(3, 7);
        Assert.True(gate.Send(_b.Self.Node, Actor, new byte[] { 1 }));
        Frame.Emit emit = Assert.IsType<Frame.Emit>(_wires.Next(_a.Self.Node, _b.Self.Node));
        Assert.Equal(new Fence(Shard, new Epoch(7)), emit.Under);
        _wires.Cut.Add((_a.Self.Node, _b.Self.Node));
        Assert.False(gate.Send(_b.Self.Node, Actor, new byte[] { 1 }));
    }
}
