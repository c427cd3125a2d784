using System.Text.RegularExpressions;
using Controller.Actors.Routing.Numbers;

namespace Controller.Actors.Tests.Routing;

/// <summary>E.164 and RFC 3966: what is dialled becomes a number of the world, and that the form of one side.</summary>
public class NumberPlanTests
{
    internal static readonly NumberPlan Germany = new()
    {
        Country = "49",
        Private = [new Regex("^(?:1[0-9]{2}|[2-8][0-9]{1,3})$", RegexOptions.NonBacktracking)],
    };

    private static readonly NumberPlan Italy = new() { Country = "39", NationalPrefix = "" };

    [Theory]
    [InlineData("030123456", "+4930123456")]
    [InlineData("0043123456", "+43123456")]
    [InlineData("+43123456", "+43123456")]
    [InlineData("112", "112")]
    [InlineData("4711", "4711")]

    // Neither a prefix nor a private range: a number of the area, which is not known.
    [InlineData("9123456", "9123456")]

    // ITU-T E.164 section 6: an international number has 15 digits at most.
    [InlineData("0301234567890123", "0301234567890123")]
    [InlineData("03012345678901", "+493012345678901")]
    [InlineData("00", "00")]
    [InlineData("0", "0")]
    public void What_is_dialled_becomes_a_number_of_the_world(string dialled, string expected) => Assert.Equal(expected, Germany.Normalise(dialled));

    [Fact]
    public void A_trunk_that_writes_the_country_code_without_a_plus_is_understood()
    {
        Assert.Equal("+4930123456", Germany.Normalise("4930123456", NumberForm.International));
        Assert.Equal("4930123456", Germany.Normalise("4930123456"));
        Assert.Equal("112", Germany.Normalise("112", NumberForm.International));
    }

    [Theory]
    [InlineData("112", NumberForm.International)]
    [InlineData("0112", NumberForm.National)]
    [InlineData("911", NumberForm.AsIs)]
    public void An_emergency_number_is_no_number_of_the_country_however_that_dials(string number, NumberForm written)
    {
        NumberPlan plan = Italy with { NationalPrefix = written == NumberForm.National ? "0" : "" };
        Assert.NotEqual(number, plan.Normalise(number, written));
        Assert.Equal(number, (plan with { Emergency = [number] }).Normalise(number, written));
    }

    [Fact]
    public void Without_a_national_prefix_every_number_that_is_not_private_is_one_of_the_country() => Assert.Equal("+390612345", Italy.Normalise("0612345"));

    [Theory]
    [InlineData("+4930123456", NumberForm.E164, "+4930123456")]
    [InlineData("+4930123456", NumberForm.AsIs, "+4930123456")]
    [InlineData("+4930123456", NumberForm.National, "030123456")]
    [InlineData("+43123456", NumberForm.National, "0043123456")]
    [InlineData("+490123456", NumberForm.National, "00490123456")]
    [InlineData("+4930123456", NumberForm.International, "4930123456")]
    [InlineData("112", NumberForm.International, "112")]
    public void A_number_of_the_world_is_written_as_the_side_wants_it(string number, NumberForm form, string expected) => Assert.Equal(expected, Germany.Write(number, form));

    [Fact]
    public void Neither_way_does_anything_a_second_time()
    {
        var random = new Random(5);
        foreach (NumberForm form in Enum.GetValues<NumberForm>())
        {
            for (int i = 0; i < 10_000; i++)
            {
                string dialled = string.Concat(Enumerable.Range(0, random.Next(1, 18)).Select(_ => random.Next(4) == 0 ? '0' : (char)('0' + random.Next(10))));
                string inside = Germany.Normalise(dialled, form);
                Assert.Equal(inside, Germany.Normalise(inside, form));
                string outside = Germany.Write(inside, form);
                Assert.Equal(outside, Germany.Write(outside, form));
                if (form != NumberForm.AsIs && inside.StartsWith('+') && !Germany.Private.Any(range => range.IsMatch(outside)))
                {
                    Assert.Equal(inside, Germany.Normalise(outside, form));
                }
            }
        }
    }

    [Theory]
    [InlineData("sip:030123456@h.test:5070;transport=tcp", "sip:+4930123456@h.test:5070;transport=tcp")]
    [InlineData("sips:030123456@h.test", "sips:+4930123456@h.test")]
    [InlineData("sip:%2B4930123456@h.test", "sip:+4930123456@h.test")]
    [InlineData("sip:alice@h.test", "sip:alice@h.test")]
    [InlineData("sip:h.test", "sip:h.test")]
    [InlineData("urn:service:sos", "urn:service:sos")]

    // RFC 3966 section 5.1.1: visual separators "merely aid readability and are not used for … placing a call"; section 5.1.5: a number of one context is not one of another.
    [InlineData("tel:030-12.34(56)", "tel:+4930123456")]
    [InlineData("sip:030-123456@h.test;user=phone", "sip:+4930123456@h.test;user=phone")]
    [InlineData("sip:030-123456@h.test", "sip:030-123456@h.test")]
    [InlineData("tel:030123456;phone-context=pbx.test", "tel:030123456;phone-context=pbx.test")]

    // RFC 3261 section 19.1.6: parameters of the telephone-subscriber stand in the user part.
    [InlineData("sip:030123456;npdi@h.test;user=phone", "sip:+4930123456;npdi@h.test;user=phone")]
    public void In_a_URI_the_number_alone_is_taken_in(string given, string expected) => Assert.Equal(expected, new NumberPolicy(Germany).TakenIn(given));

    [Theory]
    [InlineData(NumberForm.National, NumberScheme.AsIs, UserPhone.Add, "sip:+4930123456@h.test", "sip:030123456@h.test;user=phone")]
    [InlineData(NumberForm.National, NumberScheme.AsIs, UserPhone.Add, "sip:+4930123456@h.test;user=phone?Reason=x", "sip:030123456@h.test;user=phone?Reason=x")]
    [InlineData(NumberForm.AsIs, NumberScheme.AsIs, UserPhone.Remove, "sip:+4930123456@h.test;user=phone", "sip:+4930123456@h.test")]
    [InlineData(NumberForm.AsIs, NumberScheme.AsIs, UserPhone.Add, "sip:+4930123456@h.test?Reason=x", "sip:+4930123456@h.test;user=phone?Reason=x")]
    [InlineData(NumberForm.E164, NumberScheme.Tel, UserPhone.AsIs, "sip:+4930123456;npdi@h.test;user=phone", "tel:+4930123456;npdi")]

    // RFC 3261 section 19.1: a sips URI is one that is to be reached securely, and a tel URI does not say so.
    [InlineData(NumberForm.E164, NumberScheme.Tel, UserPhone.AsIs, "sips:+4930123456@h.test", "sips:+4930123456@h.test")]

    // RFC 3966 section 5.1.5: "Local numbers … MUST have a 'phone-context' parameter": without a plus it stays a SIP URI. RFC 7044: so does what has headers.
    [InlineData(NumberForm.E164, NumberScheme.Tel, UserPhone.AsIs, "sip:112@h.test", "sip:112@h.test")]
    [InlineData(NumberForm.E164, NumberScheme.Tel, UserPhone.AsIs, "sip:+4930123456@h.test?Reason=SIP%3Bcause%3D302", "sip:+4930123456@h.test?Reason=SIP%3Bcause%3D302")]

    // RFC 3261 section 19.1.6: "tel:+358-555-1234567;postd=pp22" becomes "sip:+358-555-1234567;postd=pp22@foo.com;user=phone".
    [InlineData(NumberForm.E164, NumberScheme.Sip, UserPhone.AsIs, "tel:+358-555-1234567;postd=pp22", "sip:+3585551234567;postd=pp22@foo.com;user=phone")]
    [InlineData(NumberForm.E164, NumberScheme.AsIs, UserPhone.AsIs, "tel:+3585551234567", "tel:+3585551234567")]
    public void A_URI_goes_out_in_the_form_and_the_scheme_of_the_side(NumberForm form, NumberScheme scheme, UserPhone userPhone, string given, string expected) =>
        Assert.Equal(expected, new NumberPolicy(Germany, form, scheme, userPhone).SentOut(given, "foo.com"));
}
