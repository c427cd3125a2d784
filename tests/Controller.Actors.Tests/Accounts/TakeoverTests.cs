using Controller.Actors.Accounts;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;

namespace Controller.Actors.Tests.Accounts;

/// <summary>Its node dies at any moment: the next owner is the same client.</summary>
public class TakeoverTests
{
    [Fact]
    public void A_request_without_an_answer_is_sent_again_byte_for_byte()
    {
        var account = new AccountDriver();
        account.Wake();
        account.CrashAndRecover(TimeSpan.FromSeconds(3));
        Assert.Equal(2, account.Wire.Count);
        Assert.Equal(account.Wire[0].Bytes, account.Last.Bytes);

        account.Answer(401, AccountDriver.Challenge("n1"));
        account.CrashAndRecover(TimeSpan.FromSeconds(3));
        Assert.Equal(account.Wire[2].Bytes, account.Last.Bytes);
        Assert.Equal("2 REGISTER", account.Last.Header("CSeq"));
        account.Grant();
        Assert.True(account.State.IsBound(account.Now));
        Assert.Single(account.Wire.Select(sent => sent.Header("Call-ID")).Distinct());
    }

    [Fact]
    public void What_was_sent_again_is_repeated_and_given_up_like_any_other()
    {
        var account = new AccountDriver();
        account.Wake();
        account.CrashAndRecover(TimeSpan.FromMinutes(10));
        account.Elapse(TimeSpan.FromSeconds(31.9));
        Assert.Equal(12, account.Wire.Count);
        Assert.Equal(AccountPhase.Registering, account.State.Phase);
        account.Elapse(TimeSpan.FromSeconds(0.1));
        Assert.Equal(408, account.State.LastStatus);
    }

    [Fact]
    public void Registered_it_waits_for_its_refresh_and_what_is_overdue_goes_at_once()
    {
        var account = new AccountDriver();
        account.Register();
        account.CrashAndRecover(TimeSpan.FromMinutes(1));
        Assert.Equal(2, account.Wire.Count);
        account.CrashAndRecover(TimeSpan.FromHours(2));
        Assert.Equal((3, "3 REGISTER"), (account.Wire.Count, account.Last.Header("CSeq")));

        // A count used twice would be a replay (RFC 7616 section 3.4).
        Assert.Contains("nc=00000002", account.Last.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_up_under_way_begins_again()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One, "sip:198.51.100.20:5080", "sip:carrier.test"));
        account.Wake();
        account.Answer(500);
        Assert.NotEqual(0, account.State.Lookup);

        // The answer was not stored: the request before it goes out again, and its answer comes again.
        account.CrashAndRecover();
        account.Answer(500);
        account.Resolve("198.51.100.31");
        account.Grant();
        Assert.True(account.State.IsBound(account.Now));
        Assert.Equal(2u, account.State.CSeq);
    }

    [Fact]
    public void A_look_up_that_began_with_the_end_of_something_else_begins_again()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(AccountDriver.One with { Registrar = "sip:other.test" });
        account.Elapse(TimeSpan.FromSeconds(5));
        account.Answer(200);
        Assert.IsType<CallEffect.Resolve>(Assert.Single(account.LastEffects));
        account.CrashAndRecover();
        Assert.IsType<CallEffect.Resolve>(Assert.Single(account.LastEffects));
        account.Resolve("198.51.100.31");
        Assert.Equal(("REGISTER sip:other.test SIP/2.0", "4 REGISTER"), (account.Last.StartLine, account.Last.Header("CSeq")));
    }

    [Fact]
    public void What_was_taken_out_of_the_configuration_meanwhile_is_taken_away_without_its_password()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(null);
        account.CrashAndRecover();
        Assert.Equal(("3 REGISTER", "0"), (account.Last.Header("CSeq"), account.Last.Header("Expires")));

        // Nobody knows the password any more: it runs out by itself.
        account.Answer(401, AccountDriver.Challenge("n2"));
        Assert.True(account.Stopped);
    }

    [Fact]
    public void Nothing_that_is_stored_has_the_password_in_it()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One with { Password = "tell-nobody" }));
        account.Register();
        Assert.True(account.Row!.AsSpan().IndexOf("tell-nobody"u8) < 0);
        Assert.DoesNotContain("tell-nobody", account.State.ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// At each of its inputs the node may die before the decision is stored, after that and before it is sent, or after it is sent. The registrar sees one client: one
    /// Call-ID, numbers that only grow but for repetitions, which are the same bytes; and in the end it is registered.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Killed_at_each_moment_it_is_one_client_that_ends_registered(int when)
    {
        for (int kill = 0; kill < 4; kill++)
        {
            var account = new AccountDriver();
            var registrar = new Registrar();
            for (int step = 0; step < 12 && !(account.State.IsBound(account.Now) && step > 6); step++)
            {
                int before = account.Wire.Count;
                byte[]? row = account.Row;
                AccountState state = account.State;
                registrar.Step(account);
                if (step != kill)
                {
                    registrar.Hear(account.Wire.Skip(before));
                }
                else if (when == 0)
                {
                    account.Undo(row, state, before);
                    account.CrashAndRecover(TimeSpan.FromSeconds(2));
                    registrar.Hear(account.Wire.Skip(before));
                }
                else
                {
                    registrar.Hear(when == 2 ? account.Wire.Skip(before) : []);
                    int sent = account.Wire.Count;
                    account.CrashAndRecover(TimeSpan.FromSeconds(2));
                    registrar.Hear(account.Wire.Skip(sent));
                }
            }

            Assert.True(account.State.IsBound(account.Now), $"killed at {kill}");
            Assert.True(registrar.IsBound);
        }
    }

    /// <summary>Challenges, accepts, and watches.</summary>
    private sealed class Registrar
    {
        private readonly Queue<Sent> _open = new();
        private readonly Dictionary<uint, byte[]> _seen = [];
        private string? _callId;

        public bool IsBound { get; private set; }

        public void Hear(IEnumerable<Sent> requests)
        {
            foreach (Sent request in requests.ToArray())
            {
                _callId ??= request.Header("Call-ID");
                Assert.Equal(_callId, request.Header("Call-ID"));
                uint number = AccountTests.Number(request);
                Assert.True(_seen.Count == 0 || number >= _seen.Keys.Max());
                Assert.Equal(request.Bytes, _seen.TryGetValue(number, out byte[]? first) ? first : request.Bytes);
                _seen[number] = request.Bytes;
                _open.Enqueue(request);
            }
        }

        /// <summary>The next thing that happens to the account.</summary>
        public void Step(AccountDriver account)
        {
            if (_open.TryDequeue(out Sent? request))
            {
                bool authorized = request.Has("Authorization") && AccountTests.IsRight(request, "p");
                account.Answer(authorized ? 200 : 401, authorized ? "Contact: <sip:49301234@203.0.113.2:5060>;expires=3600\r\n" : AccountDriver.Challenge("n1"), request);
                IsBound |= authorized;
            }
            else if (account.State.AddressOfRecord.Length == 0)
            {
                account.Wake();
            }
            else
            {
                account.Elapse(TimeSpan.FromSeconds(1));
            }
        }
    }
}
