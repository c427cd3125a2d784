using System.Text;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Tests.Tokens;

public sealed class DerivedNamesTests
{
    private static readonly UInt128 Key = new(0x0123456789abcdef, 0xfedcba9876543210);

    [Fact]
    public void A_foreign_call_id_is_hashed_under_the_secret()
    {
        byte[] expected = new byte[SipHash.Length];
        SipHash.Compute(Secrets.One, "call:a84b4c76e66710@pc33.atlanta.example.com"u8, expected);
        ActorId actor = ActorKeys.ForCallId(Secrets.One, "a84b4c76e66710@pc33.atlanta.example.com"u8);
        Assert.Equal(ActorKinds.Call, actor.Kind);
        Assert.Equal(Convert.ToHexStringLower(expected), actor.Key.ToString("x32"));
    }

    // RFC 3261 section 8.1.1.4: "Call-IDs are case-sensitive and are simply compared byte-by-byte."
    [Fact]
    public void Call_ids_are_compared_byte_by_byte() =>
        Assert.NotEqual(ActorKeys.ForCallId(Secrets.One, "abc@h"u8), ActorKeys.ForCallId(Secrets.One, "ABC@h"u8));

    [Fact]
    public void A_very_long_call_id_is_hashed_whole()
    {
        byte[] one = [.. Enumerable.Repeat((byte)'x', 30_000)];
        byte[] two = [.. one];
        two[^1] = (byte)'y';
        Assert.NotEqual(ActorKeys.ForCallId(Secrets.One, one), ActorKeys.ForCallId(Secrets.One, two));
    }

    [Fact]
    public void An_address_of_record_has_a_domain_of_its_own()
    {
        ActorId actor = ActorKeys.ForAddressOfRecord(Secrets.One, "alice@example.test");
        Assert.Equal(ActorKinds.Registration, actor.Kind);
        Assert.NotEqual(ActorKeys.ForCallId(Secrets.One, "alice@example.test"u8).Key, actor.Key);
        byte[] expected = new byte[SipHash.Length];
        SipHash.Compute(Secrets.One, "aor:alice@example.test"u8, expected);
        Assert.Equal(Convert.ToHexStringLower(expected), actor.Key.ToString("x32"));
    }

    [Fact]
    public void A_long_or_non_ascii_address_of_record_is_hashed_whole()
    {
        string longUser = new('ä', 4000);
        Assert.NotEqual(
            ActorKeys.ForAddressOfRecord(Secrets.One, longUser + "1@example.test"),
            ActorKeys.ForAddressOfRecord(Secrets.One, longUser + "2@example.test"));
    }

    [Fact]
    public void Hashed_keys_spread_over_the_shards()
    {
        int[] perShard = new int[256];
        for (int i = 0; i < 25_600; i++)
        {
            perShard[ActorKeys.ForCallId(Secrets.One, Encoding.ASCII.GetBytes($"call-{i}")).ShardOf(256).Value]++;
        }

        Assert.InRange(perShard.Min(), 55, 100);
        Assert.InRange(perShard.Max(), 100, 150);
    }

    // RFC 3261 section 8.1.1.7: "The branch ID inserted by an element compliant with this specification MUST always begin with the
    // characters "z9hG4bK"."
    [Fact]
    public void A_branch_begins_with_the_magic_cookie_and_is_golden() =>
        Assert.Equal("z9hG4bKthvoxfmldtcypt6b", Branches.Make(Secrets.One, Key, 1, 1, SipMethod.Invite, 0));

    [Fact]
    public void Whatever_makes_another_transaction_makes_another_branch()
    {
        string[] branches =
        [
            Branches.Make(Secrets.One, Key, 1, 1, SipMethod.Invite, 0),
            Branches.Make(Secrets.Two, Key, 1, 1, SipMethod.Invite, 0),
            Branches.Make(Secrets.One, Key + 1, 1, 1, SipMethod.Invite, 0),
            Branches.Make(Secrets.One, Key, 2, 1, SipMethod.Invite, 0),
            Branches.Make(Secrets.One, Key, 1, 2, SipMethod.Invite, 0),
            Branches.Make(Secrets.One, Key, 1, 1, SipMethod.Bye, 0),
            Branches.Make(Secrets.One, Key, 1, 1, SipMethod.Invite, 1),
        ];
        Assert.Equal(branches.Length, branches.Distinct().Count());
        Assert.All(branches, branch => Assert.Matches("^z9hG4bK[a-z2-7]{16}$", branch));
    }

    [Fact]
    public void A_tag_is_golden_and_its_first_byte_is_the_shard()
    {
        string tag = Tags.Make(Secrets.One, Key, 0, default);
        Assert.Equal("emz3sitydnc43etf", tag);
        const string alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        int first = ((alphabet.IndexOf(tag[0], StringComparison.Ordinal) << 5) | alphabet.IndexOf(tag[1], StringComparison.Ordinal)) >> 2;
        Assert.Equal(new ActorId(ActorKinds.Call, Key).ShardOf(256).Value, first);
    }

    [Fact]
    public void Each_early_dialog_has_a_tag_of_its_own()
    {
        string[] tags =
        [
            Tags.Make(Secrets.One, Key, 0, default), Tags.Make(Secrets.One, Key, 1, default), Tags.Make(Secrets.One, Key, 0, "a"u8),
            Tags.Make(Secrets.One, Key, 0, "b"u8), Tags.Make(Secrets.One, Key + 1, 0, "b"u8), Tags.Make(Secrets.Two, Key, 0, "b"u8),
            Tags.Make(Secrets.One, Key, 0, Enumerable.Repeat((byte)'a', 2000).ToArray()),
        ];
        Assert.Equal(tags.Length, tags.Distinct().Count());
        Assert.All(tags, tag => Assert.Matches("^[a-z2-7]{16}$", tag));
    }

    [Fact]
    public void Tokens_cost_no_allocation_to_read()
    {
        byte[] token = Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, 1, 0));
        ActorKeys.ForCallId(Secrets.One, token);
        ActorKeys.ForCallId(Secrets.One, "a84b4c76e66710@pc33.atlanta.example.com"u8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            ActorKeys.ForCallId(Secrets.One, token);
            ActorKeys.ForCallId(Secrets.One, "a84b4c76e66710@pc33.atlanta.example.com"u8);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
