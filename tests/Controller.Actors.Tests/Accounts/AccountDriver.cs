using System.Buffers;
using System.Net;
using System.Text;
using Controller.Actors.Accounts;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Accounts;

/// <summary>One account under a virtual clock; what it stores is kept, so that it can be taken over at any moment, also before or after its requests have left.</summary>
internal sealed class AccountDriver
{
    public const string Aor = "sip:49301234@carrier.test";
    private static readonly AccountEventCodec s_codec = new();

    public static readonly IPEndPoint Registrar = new(IPAddress.Parse("198.51.100.20"), 5080);

    public AccountDriver(ControllerSettings? settings = null)
    {
        Settings = settings ?? Configured(One);
        Self = ActorKeys.ForAccount(Settings.Secret.Span, "uas", Aor);
    }

    public static AccountSettings One { get; } = new(Aor) { ContactUser = "49301234", User = "u", Password = "p" };

    public ControllerSettings Settings { get; set; }
    public ActorId Self { get; }
    public Instant Now { get; private set; } = new(1_700_000_000_000);
    public AccountState State { get; private set; } = AccountState.Empty;
    public bool Stopped { get; private set; }

    /// <summary>The one row that tells all; null: nothing is stored.</summary>
    public byte[]? Row { get; private set; }

    public List<Sent> Wire { get; } = [];
    public List<CallEffect> LastEffects { get; } = [];
    public List<CallEffect.CountRegistration> Counted { get; } = [];
    public Sent Last => Wire[^1];

    public static ControllerSettings Configured(AccountSettings? account, params string[] endpoints)
    {
        ControllerSettings one = CallDriver.OneTrunk(endpoints);
        return one with { Trunks = one.Trunks.SetItem("uas", one.Trunks["uas"] with { Accounts = account is null ? [] : [account] }) };
    }

    public static string Challenge(string nonce, bool stale = false) => $"WWW-Authenticate: Digest realm=\"carrier.test\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"{(stale ? ", stale=true" : "")}\r\n";

    public void Wake() => Give(new CallInput.AccountWoken("uas", Aor));

    /// <summary>The registrar answers the last request.</summary>
    public void Answer(int status, string extra = "", Sent? request = null)
    {
        Sent to = request ?? Last;
        string response = $"SIP/2.0 {status} Whatever\r\nVia: {to.Header("Via")}\r\nFrom: {to.Header("From")}\r\nTo: {to.Header("To")};tag=reg\r\n"
            + $"Call-ID: {to.Header("Call-ID")}\r\nCSeq: {to.Header("CSeq")}\r\n{extra}Content-Length: 0\r\n\r\n";
        Give(new CallInput.ResponseReceived(SipMessage.Copy(Encoding.Latin1.GetBytes(response)), to.To));
    }

    /// <summary>It grants what was asked for.</summary>
    public void Grant(int seconds = 3600) => Answer(200, $"Contact: <sip:49301234@203.0.113.2:5060>;expires={seconds}\r\n");

    /// <summary>Registered, by way of a challenge.</summary>
    public void Register()
    {
        Wake();
        Answer(401, Challenge("n1"));
        Grant();
    }

    /// <summary>Until the next attempt begins.</summary>
    public void Refresh() => Elapse(State.NextAt.Since(Now));

    public void Elapse(TimeSpan time)
    {
        Instant end = Now.After(time);
        while (!Stopped && Account.NextDue(State) is var due && due <= end)
        {
            Now = due > Now ? due : Now;
            Give(CallInput.TimerDue.Instance);
        }

        Now = end;
    }

    public void Give(CallInput input)
    {
        Decision<AccountState, AccountEvent, CallEffect> decision = Account.Decide(State, input, new ActorContext<ControllerSettings>(Self, Now, Settings));

        // The law of IActor: the next state is the fold of the events.
        Assert.Same(decision.Next, decision.Events.Aggregate(State, Account.Evolve));

        AccountEvent[] stored = [.. decision.Events.Where(happened => Account.DurabilityOf(happened) != Durability.Volatile)];
        if (stored.Length > 0)
        {
            var into = new ArrayBufferWriter<byte>();
            s_codec.Encode(stored, into);
            Assert.All(stored, happened => Assert.True(s_codec.Supersedes(happened)));
            Row = into.WrittenSpan.ToArray();
        }

        Stopped = decision.Stop;
        State = Stopped ? AccountState.Empty : decision.Next;
        Row = Stopped ? null : Row;
        LastEffects.Clear();
        LastEffects.AddRange(decision.Effects);
        Counted.AddRange(decision.Effects.OfType<CallEffect.CountRegistration>());
        Wire.AddRange(decision.Effects.OfType<CallEffect.Send>().Select(send => new Sent(Now, send.To, send.Bytes.ToArray(), stored.Length > 0)));
    }

    /// <summary>Another node takes it over, after a while in which nothing happens.</summary>
    public void CrashAndRecover(TimeSpan away = default)
    {
        Now = Now.After(away);
        State = Row is null ? AccountState.Empty : s_codec.Decode(Row).Aggregate(AccountState.Empty, Account.Evolve);
        Give(CallInput.Recovered.Instance);
    }

    /// <summary>The last decision was never stored: nothing of it has happened.</summary>
    public void Undo(byte[]? row, AccountState state, int sent)
    {
        (Row, State) = (row, state);
        Wire.RemoveRange(sent, Wire.Count - sent);
    }

    public void Resolve(params string[] addresses) => Give(new CallInput.Resolved(
        State.Lookup, [.. addresses.Select(address => new Flow(SipTransport.Udp, 1, new IPEndPoint(IPAddress.Parse(address), 5060)))]));
}
