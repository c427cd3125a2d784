using System.Text;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Tokens;

public sealed class CallTokenTests
{
    private static readonly UInt128 Key = new(0x0123456789abcdef, 0xfedcba9876543210);

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(1, 0u)]
    [InlineData(65535, uint.MaxValue)]
    public void What_was_encoded_is_decoded(int leg, uint salt)
    {
        byte[] token = Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, leg, salt));

        Assert.True(CallToken.TryDecode(Secrets.One, token, out UInt128 key, out int decoded));
        Assert.Equal(Key, key);
        Assert.Equal(leg, decoded);
    }

    /// <summary>A recovered node must make the very same text: this one must never change for a life of a cluster.</summary>
    [Fact]
    public void The_text_is_golden()
    {
        Assert.Equal("aerukz4jvpg677w4xkmhmvbscaaacaaaaaahjrsf6sx24", CallToken.Encode(Secrets.One, Key, 1, 0));
        Assert.Equal(45, CallToken.Length);
    }

    // RFC 3261 section 25.1: callid = word [ "@" word ]; ours stays inside token, which every parser takes.
    [Fact]
    public void A_token_is_lower_case_letters_and_digits_without_a_host() =>
        Assert.Matches("^[a-z2-7]{45}$", CallToken.Encode(Secrets.One, Key, 7, 9));

    [Fact]
    public void Legs_and_salts_have_tokens_of_their_own()
    {
        var seen = new HashSet<string>();
        for (int leg = 0; leg < 20; leg++)
        {
            for (uint salt = 0; salt < 20; salt++)
            {
                Assert.True(seen.Add(CallToken.Encode(Secrets.One, Key, leg, salt)));
            }
        }
    }

    [Fact]
    public void A_token_of_another_secret_is_foreign() =>
        Assert.False(CallToken.TryDecode(Secrets.Two, Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, 1, 0)), out _, out _));

    [Fact]
    public void Every_single_changed_character_is_noticed()
    {
        byte[] token = Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, 1, 0));
        for (int i = 0; i < token.Length; i++)
        {
            foreach (byte other in "abcdefghijklmnopqrstuvwxyz234567A@- \0"u8)
            {
                byte[] forged = [.. token];
                forged[i] = other;
                Assert.Equal(other == token[i], CallToken.TryDecode(Secrets.One, forged, out _, out _));
            }
        }
    }

    [Fact]
    public void Other_lengths_are_foreign()
    {
        byte[] token = Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, 1, 0));
        Assert.False(CallToken.TryDecode(Secrets.One, [], out _, out _));
        Assert.False(CallToken.TryDecode(Secrets.One, token.AsSpan(1), out _, out _));
        Assert.False(CallToken.TryDecode(Secrets.One, [.. token, .. "@198.51.100.1"u8], out _, out _));
    }

    [Fact]
    public void A_leg_out_of_range_is_refused() =>
        Assert.Throws<OverflowException>(() => CallToken.Encode(Secrets.One, Key, 65536, 0));

    [Fact]
    public void A_call_id_of_ours_leads_to_the_call_inside_it()
    {
        byte[] token = Encoding.ASCII.GetBytes(CallToken.Encode(Secrets.One, Key, 3, 0));
        Assert.Equal(new ActorId(ActorKinds.Call, Key), ActorKeys.ForCallId(Secrets.One, token));
        Assert.NotEqual(Key, ActorKeys.ForCallId(Secrets.Two, token).Key);
    }
}
