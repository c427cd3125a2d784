using System.Buffers;
using System.Net;
using Controller.Actors.Registrations;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Registrations;

public sealed class RegistrationEventCodecTests
{
    private static readonly RegistrationEventCodec Codec = new();

    private static readonly RegistrationEvent.BindingsReplaced Full = new(
        "alice@example.test",
        [
            new("sip:alice@192.0.2.4", ";q=0.5", Registrar.Phone, new Instant(1_700_000_000_000), "<urn:uuid:1>", 1, 500, "c1", uint.MaxValue),
            new("sip:ä@[2001:db8::1]", "", new Flow(SipTransport.Tls, 3, new IPEndPoint(IPAddress.Parse("fe80::1%5"), 65535), long.MaxValue), Instant.Never, null, null, 1000, "", 0),
        ],
        [new UsedNonce("n", 7, new Instant(5))]);

    [Fact]
    public void What_was_stored_is_read()
    {
        var read = Assert.IsType<RegistrationEvent.BindingsReplaced>(Assert.Single(Codec.Decode(Encode(Full))));
        Assert.Equal(Full.AddressOfRecord, read.AddressOfRecord);
        Assert.Equal(Full.Bindings.AsEnumerable(), read.Bindings);
        Assert.Equal(Full.Nonces.AsEnumerable(), read.Nonces);
        Assert.True(Codec.Supersedes(read));
    }

    /// <summary>Rows of this form are in journals out there: they must be read for ever.</summary>
    [Fact]
    public void The_stored_form_is_golden()
    {
        var one = new RegistrationEvent.BindingsReplaced("a@b.test", [], [new UsedNonce("n", 7, new Instant(5))]);
        Assert.Equal("0A150A130A086140622E746573741A070A016E10071805", Convert.ToHexString(Encode(one)));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("0A00")]
    [InlineData("0A021200")]
    [InlineData("0A060A0412020A00")]
    [InlineData("0A0E0A0C120A1A080863")]
    public void What_cannot_be_read_is_a_format_error(string payload) =>
        Assert.Throws<FormatException>(() => Codec.Decode(Convert.FromHexString(payload)));

    [Fact]
    public void What_is_in_memory_only_cannot_be_stored() =>
        Assert.Throws<ArgumentException>(() => Encode(new RegistrationEvent.Lapsed(default)));

    [Fact]
    public void A_registration_has_no_records_to_deliver() =>
        Assert.True(Codec.OutboxOf(new RegistrationEffect.Send(Registrar.Phone, new byte[1])).IsEmpty);

    private static byte[] Encode(RegistrationEvent happened)
    {
        var into = new ArrayBufferWriter<byte>();
        Codec.Encode([happened], into);
        return into.WrittenSpan.ToArray();
    }
}
