using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Registrations;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Registrations;

public sealed class BindingTests
{
    private readonly Registrar _registrar = Registrar.Open();

    [Fact]
    public void The_answer_is_golden()
    {
        SipMessage answer = _registrar.Register("Contact: \"Al\" <sip:alice@192.0.2.4:5070;transport=udp>;q=0.7;expires=600;x=\"a;expires=1\"");

        Assert.Equal(
            "SIP/2.0 200 OK\r\n" +
            "Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK1\r\n" +
            "From: <sip:alice@example.test>;tag=f1\r\n" +
            "To: <sip:alice@example.test>;tag=" + Controller.Actors.Tokens.Tags.Make(_registrar.Settings.Secret.Span, _registrar.Self.Key, 0, "c1@192.0.2.4"u8) + "\r\n" +
            "Call-ID: c1@192.0.2.4\r\n" +
            "CSeq: 1 REGISTER\r\n" +
            "Contact: <sip:alice@192.0.2.4:5070;transport=udp>;q=0.7;x=\"a;expires=1\";expires=600\r\n" +
            "Content-Length: 0\r\n\r\n",
            Registrar.Text(answer));
        Binding binding = Assert.Single(_registrar.State.Bindings);
        Assert.Equal(
            new Binding("sip:alice@192.0.2.4:5070;transport=udp", ";q=0.7;x=\"a;expires=1\"", Registrar.Phone, _registrar.Now.After(TimeSpan.FromSeconds(600)), null, null, 700, "c1@192.0.2.4", 1),
            binding);
        Assert.Equal("alice@example.test", _registrar.State.AddressOfRecord);
    }

    // RFC 3261 section 10.3 step 8: "The response MUST contain Contact header field values enumerating all current bindings."
    [Fact]
    public void A_query_lists_what_is_left_of_each_and_stores_nothing()
    {
        _registrar.Register("Contact: <sip:a@192.0.2.4>;expires=100, <sip:b@192.0.2.5>;expires=200");
        _registrar.Now = _registrar.Now.After(TimeSpan.FromMilliseconds(60_500));
        SipMessage answer = _registrar.Register("");

        Assert.Equal(["<sip:a@192.0.2.4>;expires=40", "<sip:b@192.0.2.5>;expires=140"], Registrar.Lines(answer, HeaderId.Contact));
        Assert.DoesNotContain(_registrar.Last.Events, happened => Registration.DurabilityOf(happened) != Durability.Volatile);
    }

    // RFC 3261 section 10.2.1.1 and 10.3 step 7: the parameter, else the header, else the registrar's own.
    [Theory]
    [InlineData("Contact: <sip:a@h>;expires=120\r\nExpires: 240", 120)]
    [InlineData("Contact: <sip:a@h>\r\nExpires: 240", 240)]
    [InlineData("Contact: <sip:a@h>", 3600)]
    [InlineData("Contact: <sip:a@h>;expires=99999", 3600)]
    [InlineData("Contact: <sip:a@h>;expires=99999999999999999999", 3600)]
    [InlineData("Contact: <sip:a@h>;expires=soon", 3600)]
    [InlineData("Contact: <sip:a@h>\r\nExpires: soon", 3600)]
    public void The_interval_is_chosen_by_the_rfc(string headers, int seconds)
    {
        Assert.Equal(200, _registrar.Register(headers).StatusCode);
        Assert.Equal(_registrar.Now.After(TimeSpan.FromSeconds(seconds)), Assert.Single(_registrar.State.Bindings).ExpiresAt);
    }

    // RFC 3261 section 10.3 step 7: "[...] MAY reject the registration with a response of 423 (Interval Too Brief). This response MUST contain
    // a Min-Expires header field that states the minimum expiration interval the registrar is willing to honor."
    [Fact]
    public void Too_brief_is_refused_with_the_minimum()
    {
        SipMessage answer = _registrar.Register("Contact: <sip:a@h>;expires=59");
        Assert.Equal(423, answer.StatusCode);
        Assert.Equal("60", Encoding.ASCII.GetString(answer.Value(HeaderId.MinExpires)));
        Assert.Empty(_registrar.Last.Events);
        Assert.Equal(200, _registrar.Register("Contact: <sip:a@h>;expires=60").StatusCode);
    }

    // RFC 3261 section 19.1.4: host and parameter names are compared without case, the user with it; a port is part of the URI.
    [Theory]
    [InlineData("sip:alice@PHONE.example.test;Transport=UDP", 1)]
    [InlineData("sip:%61lice@phone.example.test;transport=udp", 1)]
    [InlineData("sip:Alice@phone.example.test;transport=udp", 2)]
    [InlineData("sip:alice@phone.example.test:5060;transport=udp", 2)]
    public void Contacts_are_compared_as_uris(string second, int bindings)
    {
        _registrar.Register("Contact: <sip:alice@phone.example.test;transport=udp>");
        _registrar.Register($"Contact: <{second}>");
        Assert.Equal(bindings, _registrar.State.Bindings.Length);
    }

    [Fact]
    public void A_refresh_replaces_interval_and_flow()
    {
        Flow first = new(SipTransport.Tcp, 0, new IPEndPoint(IPAddress.Parse("192.0.2.4"), 40000), 7);
        Flow second = first with { Remote = new IPEndPoint(IPAddress.Parse("192.0.2.4"), 40001), Connection = 8 };
        _registrar.Register("Contact: <sip:a@h>", flow: first);
        Assert.Equal(first, _registrar.State.Bindings[0].Flow);
        _registrar.Now = _registrar.Now.After(TimeSpan.FromSeconds(1000));
        _registrar.Register("Contact: <sip:a@h>", flow: second);

        Binding binding = Assert.Single(_registrar.State.Bindings);
        Assert.Equal(second, binding.Flow);
        Assert.Equal(_registrar.Now.After(TimeSpan.FromSeconds(3600)), binding.ExpiresAt);
    }

    [Fact]
    public void Zero_removes_one_and_the_others_stay()
    {
        _registrar.Register("Contact: <sip:a@h>, <sip:b@h>");
        SipMessage answer = _registrar.Register("Contact: <sip:a@h>;expires=0");
        Assert.Equal(["<sip:b@h>;expires=3600"], Registrar.Lines(answer, HeaderId.Contact));
        Assert.Equal(["sip:b@h"], _registrar.State.Bindings.Select(binding => binding.Contact));
    }

    [Fact]
    public void A_star_removes_all_and_the_actor_ends_when_nothing_is_left_to_remember()
    {
        _registrar.Register("Contact: <sip:a@h>, <sip:b@h>");
        SipMessage answer = _registrar.Register("Contact: *\r\nExpires: 0");
        Assert.Equal(200, answer.StatusCode);
        Assert.False(answer.Has(HeaderId.Contact));
        Assert.Empty(_registrar.State.Bindings);
        Assert.False(_registrar.Last.Stop);

        _registrar.Now = Registration.NextDue(_registrar.State);
        Assert.Equal(1_700_000_032_000, _registrar.Now.Milliseconds);
        Assert.True(_registrar.Take(Registration.TimerDue).Stop);
    }

    // RFC 3261 section 10.3 step 6: "If the request has additional Contact fields or an expiration time other than zero, the request is
    // invalid, and the server MUST return a 400 (Invalid Request) and skip the remaining steps."
    [Theory]
    [InlineData("Contact: *")]
    [InlineData("Contact: *\r\nExpires: 10")]
    [InlineData("Contact: *, <sip:a@h>\r\nExpires: 0")]
    public void A_star_with_anything_else_is_invalid(string headers)
    {
        _registrar.Register("Contact: <sip:a@h>");
        SipMessage answer = _registrar.Register(headers);
        Assert.Equal((400, "Invalid Request"), (answer.StatusCode, Encoding.ASCII.GetString(answer.ReasonPhrase)));
        Assert.Single(_registrar.State.Bindings);
    }

    // RFC 3261 section 10.3 step 7: "If the value is higher than that of the existing binding, it MUST update or remove the binding as
    // above. If not, the update MUST be aborted and the request fails."
    [Theory]
    [InlineData("Contact: <sip:a@h>")]
    [InlineData("Contact: <sip:a@h>;expires=0")]
    [InlineData("Contact: <sip:new@h>, <sip:a@h>")]
    [InlineData("Contact: *\r\nExpires: 0")]
    public void An_older_request_of_the_same_call_id_changes_nothing_at_all(string headers)
    {
        _registrar.Register("Contact: <sip:a@h>", cseq: 10);
        ImmutableArray<Binding> before = _registrar.State.Bindings;
        Assert.Equal(500, _registrar.Register(headers, cseq: 9).StatusCode);
        Assert.Equal(before, _registrar.State.Bindings);
        Assert.Equal(200, _registrar.Register(headers, callId: "another", cseq: 9).StatusCode);
    }

    // RFC 3261 section 17.2.2: the final response is retransmitted "whenever a retransmission of the request is received".
    [Fact]
    public void A_retransmission_gets_the_same_octets_for_32_seconds()
    {
        byte[] request = _registrar.Request("Contact: <sip:a@h>");
        string first = Registrar.Text(_registrar.Send(request));
        _registrar.Now = _registrar.Now.After(TimeSpan.FromMilliseconds(31_999));
        Assert.Equal(first, Registrar.Text(_registrar.Send(request)));
        Assert.Empty(_registrar.Last.Events);

        _registrar.Now = _registrar.Now.After(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["<sip:a@h>;expires=3568"], Registrar.Lines(_registrar.Send(request), HeaderId.Contact));
    }

    [Fact]
    public void A_retransmission_after_a_crash_finds_its_work_done()
    {
        byte[] request = _registrar.Request("Contact: <sip:a@h>");
        string first = Registrar.Text(_registrar.Send(request));
        _registrar.Crash(_registrar.Last.Events.OfType<RegistrationEvent.BindingsReplaced>());
        Assert.Equal(first, Registrar.Text(_registrar.Send(request)));
        Assert.DoesNotContain(_registrar.Last.Events, happened => happened is RegistrationEvent.BindingsReplaced);
    }

    [Fact]
    public void A_retransmission_from_elsewhere_is_not_told_the_bindings_of_before()
    {
        byte[] request = _registrar.Request("Contact: <sip:a@h>;expires=100");
        _registrar.Send(request);
        _registrar.Now = _registrar.Now.After(TimeSpan.FromSeconds(10));
        _registrar.Send(request, Registrar.Phone with { Remote = new IPEndPoint(IPAddress.Parse("203.0.113.9"), 5060) });
        Assert.NotEmpty(_registrar.Last.Next.Bindings);
        Assert.Equal(["<sip:a@h>;expires=90"], Registrar.Lines(_registrar.Answer(), HeaderId.Contact));
    }

    [Fact]
    public void More_bindings_than_allowed_are_refused_whole()
    {
        _registrar.With(registrar => registrar with { MaxBindings = 2 });
        Assert.Equal(200, _registrar.Register("Contact: <sip:a@h>, <sip:b@h>").StatusCode);
        Assert.Equal(403, _registrar.Register("Contact: <sip:c@h>").StatusCode);
        Assert.Equal(2, _registrar.State.Bindings.Length);
        Assert.Equal(200, _registrar.Register("Contact: <sip:a@h>;expires=0, <sip:c@h>").StatusCode);
        Assert.Equal(["sip:b@h", "sip:c@h"], _registrar.State.Bindings.Select(binding => binding.Contact));
    }

    [Theory]
    [InlineData("Contact: <sip:a@h>;q=1.5")]
    [InlineData("Contact: <sip:a@h>;q=half")]
    [InlineData("Contact: <sip:a@h>;reg-id=0")]
    [InlineData("Contact: <mailto:a@h>")]
    [InlineData("Contact: <sip:>")]
    public void A_malformed_contact_is_refused(string headers)
    {
        Assert.Equal(400, _registrar.Register(headers).StatusCode);
        Assert.Empty(_registrar.Last.Events);
    }

    // RFC 3261 section 10.3 step 5: "If the address-of-record is not valid for the domain in the Request-URI, the registrar MUST send a 404"
    [Theory]
    [InlineData("<sip:alice@elsewhere.test>", 404)]
    [InlineData("<sip:nobody@example.test>", 404)]
    [InlineData("<sip:example.test>", 404)]
    [InlineData("<sip:alice@EXAMPLE.test>", 200)]
    [InlineData("<sip:alice@127.0.0.1>", 200)]
    public void Only_addresses_of_ours_can_be_bound(string to, int status) =>
        Assert.Equal(status, _registrar.Register("Contact: <sip:a@h>", to: to).StatusCode);

    // RFC 5626 section 6: a flow is known by instance and reg-id; "it MUST add the Require header field with an "outbound" option-tag".
    [Fact]
    public void A_flow_binding_is_replaced_by_instance_and_reg_id()
    {
        const string instance = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
        SipMessage answer = _registrar.Register($"Supported: path, outbound\r\nContact: <sip:a@192.0.2.4:1>;{instance};reg-id=1");
        Assert.Equal("outbound", Encoding.ASCII.GetString(answer.Value(HeaderId.Require)));
        _registrar.Register($"Supported: outbound\r\nContact: <sip:a@192.0.2.4:2>;{instance};reg-id=1");
        _registrar.Register($"Supported: outbound\r\nContact: <sip:a@192.0.2.4:3>;{instance};reg-id=2");

        Assert.Equal(["sip:a@192.0.2.4:2", "sip:a@192.0.2.4:3"], _registrar.State.Bindings.Select(binding => binding.Contact));
        Assert.Equal(["<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"], _registrar.State.Bindings.Select(binding => binding.Instance).Distinct());
        Assert.Equal([1, 2], _registrar.State.Bindings.Select(binding => binding.RegId));
    }

    [Fact]
    public void Without_support_for_outbound_a_reg_id_means_nothing()
    {
        const string instance = "+sip.instance=\"<urn:uuid:1>\"";
        SipMessage answer = _registrar.Register($"Contact: <sip:a@192.0.2.4:1>;{instance};reg-id=1");
        _registrar.Register($"Contact: <sip:a@192.0.2.4:2>;{instance};reg-id=1");
        Assert.False(answer.Has(HeaderId.Require));
        Assert.Equal(2, _registrar.State.Bindings.Length);
    }

    // RFC 5626 section 6: 439 (First Hop Lacks Outbound Support)
    [Fact]
    public void A_flow_through_a_proxy_that_keeps_none_is_refused()
    {
        SipMessage answer = _registrar.Register(
            "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKx\r\nSupported: outbound\r\nContact: <sip:a@h>;+sip.instance=\"<urn:uuid:1>\";reg-id=1");
        Assert.Equal(439, answer.StatusCode);
    }

    [Fact]
    public void A_call_finds_what_has_not_expired_the_preferred_first()
    {
        var call = new ActorId(ActorKinds.Call, 5);
        _registrar.Register("Contact: <sip:a@h>;q=0.1;expires=100, <sip:b@h>;expires=60, <sip:c@h>;q=0.9;expires=100");
        _registrar.Now = _registrar.Now.After(TimeSpan.FromSeconds(60));
        _registrar.Take(new RegistrationInput.LookUp(call, 3));

        var told = Assert.IsType<RegistrationEffect.TellBindings>(Assert.Single(_registrar.Last.Effects));
        Assert.Equal((call, 3), (told.Call, told.Lookup));
        Assert.Equal(["sip:c@h", "sip:a@h"], told.Bindings.Select(binding => binding.Contact));
    }

    [Fact]
    public void A_call_to_nobody_is_told_so_and_leaves_no_actor()
    {
        _registrar.Take(new RegistrationInput.LookUp(new ActorId(ActorKinds.Call, 5), 1));
        Assert.Empty(Assert.IsType<RegistrationEffect.TellBindings>(Assert.Single(_registrar.Last.Effects)).Bindings);
        Assert.True(_registrar.Last.Stop);
    }

    [Fact]
    public void Expiry_needs_no_row_and_the_last_one_ends_the_actor()
    {
        _registrar.Register("Contact: <sip:a@h>;expires=60, <sip:b@h>;expires=120");
        for (int due = 32; due != 0;)
        {
            Assert.Equal(1_700_000_000_000 + (due * 1000L), Registration.NextDue(_registrar.State).Milliseconds);
            _registrar.Now = Registration.NextDue(_registrar.State);
            _registrar.Take(Registration.TimerDue);
            Assert.All(_registrar.Last.Events, happened => Assert.Equal(Durability.Volatile, Registration.DurabilityOf(happened)));
            Assert.Equal(due == 120, _registrar.Last.Stop);
            due = due switch { 32 => 60, 60 => 120, _ => 0 };
        }

        Assert.Equal(Instant.Never, Registration.NextDue(_registrar.State));
    }

    [Fact]
    public void What_expired_while_no_node_was_up_is_gone_after_recovery()
    {
        _registrar.Register("Contact: <sip:a@h>;expires=60");
        RegistrationEvent[] stored = [.. _registrar.Last.Events.OfType<RegistrationEvent.BindingsReplaced>()];
        _registrar.Now = _registrar.Now.After(TimeSpan.FromSeconds(61));
        _registrar.Crash(stored);
        Assert.True(_registrar.Last.Stop);
        Assert.Empty(_registrar.Last.Effects);
    }
}
