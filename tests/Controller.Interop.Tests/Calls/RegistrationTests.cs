using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Calls;

/// <summary>The registrar and calls to what is registered, with scripted parties: what phones do not let a test see.</summary>
[Trait("Category", "Calls")]
public sealed class RegistrationTests : IDisposable
{
    /// <summary>No route but the one to registered users, so that what is not registered goes nowhere.</summary>
    private readonly TwoParties _parties = new("controller.registrar.algorithms = [sha-256, md5]\ncontroller.routes = [ { name = \"registered users\", match { domain = \"example.test\", registered = true }, to = registered } ]\n");
    private readonly Party _desk = new("desk-phone"), _mobile = new("mobile-phone");

    [Theory]
    [InlineData("MD5")]
    [InlineData("SHA-256")]
    public void A_party_registers_with_digest_and_is_called(string algorithm)
    {
        WireMessage registered = Register(_desk, algorithm);
        Assert.True(registered.Status == 200, registered.ToString());
        Assert.Contains(registered.All("Contact"), contact => contact.Contains(_desk.Address.ToString(), StringComparison.Ordinal));
        _desk.OnCall = call => { call.Ring(); call.Answer(); };
        PartyCall call = CallBob();
        _parties.Await(() => call.Phase == CallPhase.Established, 5, "answered");
        End(call);
        AssertNoViolation();
    }

    [Fact]
    public void A_wrong_password_is_challenged_again_and_binds_nothing()
    {
        WireMessage refused = new PartyRegistration(_desk, _parties.Node.Access, "bob", "guessed", "MD5").Send(600);
        Assert.True(refused.Status is 401 or 403, refused.ToString());
        PartyCall call = CallBob();
        _parties.Await(() => call.Status == 480, 5, "480: nothing is bound");
    }

    [Fact]
    public void All_bindings_ring_the_first_answer_wins_and_the_other_is_cancelled()
    {
        Assert.Equal(200, Register(_desk, "MD5").Status);
        Assert.Equal(200, Register(_mobile, "MD5").Status);
        _desk.OnCall = call => { call.Ring(); call.After(200, ringing => ringing.Answer()); };
        _mobile.OnCall = call => call.Ring();
        PartyCall call = CallBob();
        _parties.Await(() => call.Phase == CallPhase.Established, 5, "answered");
        _parties.Await(() => _mobile.Calls is [{ Status: 487, CancelStatus: 200, IsAcknowledged: true }], 5, "the other one cancelled");
        End(call);
        Assert.Single(_desk.Calls);
        AssertNoViolation();
    }

    [Fact]
    public void All_busy_is_busy()
    {
        Assert.Equal(200, Register(_desk, "MD5").Status);
        Assert.Equal(200, Register(_mobile, "MD5").Status);
        _desk.OnCall = _mobile.OnCall = call => call.Reject(486);
        PartyCall call = CallBob();
        _parties.Await(() => call.Status == 486, 5, "486");
        AssertNoViolation();
    }

    [Fact]
    public void Removed_bindings_and_unknown_users_are_told_apart()
    {
        PartyRegistration registration = new(_desk, _parties.Node.Access, "bob", "builder", "MD5");
        Assert.Equal(200, registration.Send(600).Status);
        Assert.Equal(200, registration.Send(0).Status);
        PartyCall gone = CallBob(), unknown = _parties.Caller.Call(_parties.Node.Access, "sip:nobody@example.test");
        _parties.Await(() => gone.Status == 480 && unknown.Status == 404, 5, "480 and 404");
    }

    /// <summary>RFC 3261 10.3 step 7: an interval "less than the registrar-configured minimum" may be refused with 423 and a Min-Expires.</summary>
    [Fact]
    public void Too_short_an_interval_is_423_with_the_minimum()
    {
        WireMessage brief = new PartyRegistration(_desk, _parties.Node.Access, "bob", "builder", "MD5").Send(5);
        Assert.Equal(423, brief.Status);
        Assert.Equal("60", brief.Header("Min-Expires"));
    }

    [Fact]
    public void Registrations_survive_a_kill()
    {
        Assert.Equal(200, Register(_desk, "SHA-256").Status);
        _parties.Node.Kill();
        _parties.Node.Start();
        Assert.Equal(1, _parties.Node.Admin.Get("/api/v1/registrations").GetProperty("total").GetInt32());
        _desk.OnCall = call => { call.Ring(); call.Answer(); };
        PartyCall call = CallBob();
        _parties.Await(() => call.Phase == CallPhase.Established, 5, "answered after the restart");
        End(call);
        AssertNoViolation();
    }

    public void Dispose()
    {
        _parties.Dispose();
        _desk.Dispose();
        _mobile.Dispose();
    }

    private WireMessage Register(Party party, string algorithm) => new PartyRegistration(party, _parties.Node.Access, "bob", "builder", algorithm).Send(600);

    private PartyCall CallBob() => _parties.Caller.Call(_parties.Node.Access, "sip:bob@example.test");

    private void End(PartyCall call)
    {
        lock (_parties.Caller.Gate)
        {
            call.Bye();
        }

        _parties.Await(() => call.ByeStatus == 200, 5, "ended");
    }

    private void AssertNoViolation()
    {
        // The phones are rung at their contact, not at a name the caller chose: what the caller and they show each other is checked by the trunk tests.
        string[] violations = [.. _parties.Caller.Checks.Violations.Concat(_desk.Checks.Violations).Concat(_mobile.Checks.Violations)
            .Where(violation => !violation.Contains("offer", StringComparison.Ordinal))];
        Assert.True(violations.Length == 0, string.Join("\n----\n", violations));
        _parties.Node.AssertNoStackTrace();
    }
}
