using System.Text;
using Controller.Sip.Headers;

namespace Controller.Sip.Tests.Headers;

public sealed class HeaderCatalogueTests
{
    [Fact]
    public void One_row_for_each_id_in_order()
    {
        Assert.Equal(Enum.GetValues<HeaderId>().Skip(1), HeaderCatalogue.Rows.Select(row => row.Id));
        Assert.Equal(HeaderCatalogue.Rows.Length, HeaderCatalogue.Rows.Select(row => row.Name.ToLowerInvariant()).Distinct().Count());
        Assert.DoesNotContain(HeaderCatalogue.Rows, row => row.List && row.Once);
    }

    // RFC 3261 section 7.3.1: "field names are always case-insensitive"; 7.3.3: compact forms.
    [Fact]
    public void Every_name_is_found_in_any_case_and_no_near_miss()
    {
        foreach (var row in HeaderCatalogue.Rows)
        {
            Assert.Equal(row.Id, HeaderCatalogue.Parse(row.Utf8Name));
            Assert.Equal(row.Id, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(row.Name.ToUpperInvariant())));
            Assert.Equal(row.Id, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(row.Name.ToLowerInvariant())));
            Assert.Equal(HeaderId.Unknown, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(row.Name + "x")));
            Assert.Equal(HeaderId.Unknown, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes("x" + row.Name)));
            Assert.Same(row, HeaderCatalogue.Row(row.Id));
        }
    }

    // The IANA registry's compact forms.
    [Theory]
    [InlineData("v", HeaderId.Via)]
    [InlineData("f", HeaderId.From)]
    [InlineData("t", HeaderId.To)]
    [InlineData("i", HeaderId.CallId)]
    [InlineData("m", HeaderId.Contact)]
    [InlineData("l", HeaderId.ContentLength)]
    [InlineData("c", HeaderId.ContentType)]
    [InlineData("e", HeaderId.ContentEncoding)]
    [InlineData("k", HeaderId.Supported)]
    [InlineData("s", HeaderId.Subject)]
    [InlineData("x", HeaderId.SessionExpires)]
    [InlineData("r", HeaderId.ReferTo)]
    [InlineData("b", HeaderId.ReferredBy)]
    [InlineData("a", HeaderId.AcceptContact)]
    [InlineData("j", HeaderId.RejectContact)]
    [InlineData("d", HeaderId.RequestDisposition)]
    [InlineData("o", HeaderId.Event)]
    [InlineData("u", HeaderId.AllowEvents)]
    [InlineData("n", HeaderId.IdentityInfo)]
    [InlineData("y", HeaderId.Identity)]
    public void Compact_forms(string letter, HeaderId id)
    {
        Assert.Equal(id, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(letter)));
        Assert.Equal(id, HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(letter.ToUpperInvariant())));
    }

    [Fact]
    public void Letters_without_a_header()
    {
        foreach (var letter in "ghpqwz1%")
        {
            Assert.Equal(HeaderId.Unknown, HeaderCatalogue.Parse([(byte)letter]));
        }

        Assert.Equal(HeaderId.Unknown, HeaderCatalogue.Parse([]));
        Assert.Equal(HeaderId.Unknown, HeaderCatalogue.Parse([0xFF]));
    }

    [Theory]
    [InlineData(HeaderId.Via, HeaderRelay.Own)]
    [InlineData(HeaderId.Contact, HeaderRelay.Own)]
    [InlineData(HeaderId.ProxyAuthorization, HeaderRelay.Own)]
    [InlineData(HeaderId.Replaces, HeaderRelay.Own)]
    [InlineData(HeaderId.UserAgent, HeaderRelay.Drop)]
    [InlineData(HeaderId.Warning, HeaderRelay.Drop)]
    // RFC 7315 section 5.6, RFC 7044 section 10, RFC 3325 section 5.
    [InlineData(HeaderId.PChargingVector, HeaderRelay.Trusted)]
    [InlineData(HeaderId.HistoryInfo, HeaderRelay.Party)]
    [InlineData(HeaderId.PAssertedIdentity, HeaderRelay.AssertedParty)]
    [InlineData(HeaderId.PPreferredIdentity, HeaderRelay.Drop)]
    [InlineData(HeaderId.SessionId, HeaderRelay.Pass)]
    [InlineData(HeaderId.CallInfo, HeaderRelay.Link)]
    [InlineData(HeaderId.Subject, HeaderRelay.Pass)]
    [InlineData(HeaderId.Reason, HeaderRelay.Pass)]
    [InlineData(HeaderId.ContentType, HeaderRelay.Pass)]
    [InlineData(HeaderId.Identity, HeaderRelay.Verbatim)]
    [InlineData(HeaderId.Unknown, HeaderRelay.Pass)]
    public void How_it_crosses_to_the_other_leg(HeaderId id, HeaderRelay relay) => Assert.Equal(relay, HeaderCatalogue.Row(id).Relay);
}
