using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Edge;
using Controller.Sharding.Embedded;
using Controller.Sharding.Runtime;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.FullStack;

/// <summary>
/// Real sockets, the real edge, the real engine with its threads. While the journal holds its commits back nothing is on the wire but what the table
/// "persist before send" lets go (its classes "–" and L); when they are let go, it comes.
/// </summary>
public sealed class NothingLeavesBeforeItIsDurable : IDisposable
{
    private readonly InMemoryJournal _journal = new();
    private readonly JumpingClock _clock = new();
    private readonly ActorSystem _system;
    private readonly EdgeNode _edge;
    private readonly Phone _caller = new();
    private readonly Phone _callee = new();
    private int _branches;

    public NothingLeavesBeforeItIsDurable()
    {
        var settings = new SettingsSource<ControllerSettings>(Settings([new ListenerSettings("lan", SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, 0), "127.0.0.1", 0)]));
        var options = new EngineOptions { Loops = 1, Shards = 4 };
        _system = new ActorSystem(options, _journal, new SingleNodePlacement(4), _clock);
        _edge = new EdgeNode(new EdgeOptions(), _system, settings, _clock);
        _system.Register<Call, CallState, CallInput, CallEvent, CallEffect, ControllerSettings>(ActorKinds.Call, new CallEventCodec(), _edge.CallEffects, settings, PassivationPolicy.Never);
        _system.Register<Registration, RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect, ControllerSettings>(
            ActorKinds.Registration, new RegistrationEventCodec(), _edge.RegistrationEffects, settings, PassivationPolicy.Never);
        _edge.Open();
        settings.Swap(Settings([.. _edge.Bound]));
        _system.Start();
        _edge.Start();
        (_caller.Node, _callee.Node) = (_edge.Bound[0].Listen, _edge.Bound[0].Listen);
    }

    [Fact]
    public void A_registration()
    {
        Held(() => _caller.Send(PartyText.Finish($"REGISTER sip:example.test SIP/2.0\r\n{Via(_caller)}From: <sip:bob@example.test>;tag=r\r\nTo: <sip:bob@example.test>\r\n"
            + $"Call-ID: reg\r\nCSeq: 1 REGISTER\r\nContact: <sip:bob@{_caller.Local}>\r\nExpires: 600\r\n", null)));
        Assert.Equal(200, _caller.Hear().StatusCode);
    }

    [Fact]
    public void A_call_from_INVITE_to_BYE()
    {
        // #1, #2
        Held(() => _caller.Send(FromCaller("INVITE", "sip:+1@127.0.0.1", "", 1, offer: true)));
        _caller.Hear("SIP/2.0 100", SipMethod.Invite);
        SipMessage invite = _callee.Hear("INVITE", SipMethod.Invite);

        // #4a: ringing without a session is class L, it does not wait.
        _journal.WithholdCommits();
        Answer(_callee, invite, 180);
        _caller.Hear("SIP/2.0 180", SipMethod.Invite);
        _journal.ReleaseCommits();

        // #4b
        Held(() => Answer(_callee, invite, 183, offer: true));
        _caller.Hear("SIP/2.0 183", SipMethod.Invite);

        // #6
        Held(() => Answer(_callee, invite, 200, offer: true));
        SipMessage answer = _caller.Hear("SIP/2.0 200", SipMethod.Invite);
        _callee.Hear("ACK", SipMethod.Ack);
        string remote = PartyText.Uri(answer, HeaderId.Contact);
        string tag = PartyText.Tag(answer, HeaderId.To);
        _caller.Send(FromCaller("ACK", remote, tag, 1));

        // #9, #10
        Held(() => _caller.Send(FromCaller("INVITE", remote, tag, 2, offer: true)));
        _caller.Hear("SIP/2.0 100", SipMethod.Invite);
        SipMessage again = _callee.Hear("INVITE", SipMethod.Invite);
        Held(() => Answer(_callee, again, 200, offer: true));
        _caller.Hear("SIP/2.0 200", SipMethod.Invite);
        _callee.Hear("ACK", SipMethod.Ack);
        _caller.Send(FromCaller("ACK", remote, tag, 2));

        // #12
        Held(() => _caller.Send(FromCaller("BYE", remote, tag, 3)));
        _caller.Hear("SIP/2.0 200", SipMethod.Bye);
        Answer(_callee, _callee.Hear("BYE", SipMethod.Bye), 200);
    }

    [Fact]
    public void A_call_that_is_cancelled()
    {
        byte[] first = FromCaller("INVITE", "sip:+1@127.0.0.1", "", 1, offer: true);
        _caller.Send(first);
        SipMessage invite = _callee.Hear("INVITE", SipMethod.Invite);
        Answer(_callee, invite, 180);
        _caller.Hear("SIP/2.0 180", SipMethod.Invite);

        // #14
        string branch = PartyText.Branch(SipMessage.Copy(first));
        Held(() => _caller.Send(PartyText.Finish($"CANCEL sip:+1@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {_caller.Local};branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:alice@{_caller.Local}>;tag=a\r\n"
            + $"To: <sip:+1@127.0.0.1>\r\nCall-ID: {CallId}\r\nCSeq: 1 CANCEL\r\n", null)));
        _caller.Hear("SIP/2.0 200", SipMethod.Cancel);
        _caller.Hear("SIP/2.0 487", SipMethod.Invite);
        _callee.Hear("CANCEL", SipMethod.Cancel);
    }

    [Fact]
    public void A_call_that_is_refused()
    {
        _caller.Send(FromCaller("INVITE", "sip:+1@127.0.0.1", "", 1, offer: true));
        SipMessage invite = _callee.Hear("INVITE", SipMethod.Invite);
        _caller.Hear("SIP/2.0 100", SipMethod.Invite);

        // #16
        Held(() => Answer(_callee, invite, 486));
        _caller.Hear("SIP/2.0 486", SipMethod.Invite);
        _callee.Hear("ACK", SipMethod.Ack);
    }

    /// <summary>failover.md 4.3.9: "a process may pause after the commit was acknowledged and before sendto, wake up a minute later"; "later it is a ghost INVITE".</summary>
    [Fact]
    public void What_was_committed_before_a_pause_of_forty_seconds_rings_for_nobody()
    {
        PauseAfter(SipMethod.Invite);
        _caller.Send(FromCaller("INVITE", "sip:+1@127.0.0.1", "", 1, offer: true));

        // 17.1.1.2: Timer B has fired meanwhile, and that is what the caller is told.
        SipMessage final = _caller.Hear("SIP/2.0 4", SipMethod.Invite);
        Assert.Equal(408, final.StatusCode);
        Assert.Empty(_callee.HeardBeforeMarkers());
    }

    [Fact]
    public void What_was_committed_before_a_pause_of_forty_seconds_changes_no_session()
    {
        _caller.Send(FromCaller("INVITE", "sip:+1@127.0.0.1", "", 1, offer: true));
        Answer(_callee, _callee.Hear("INVITE", SipMethod.Invite), 200, offer: true);
        SipMessage answer = _caller.Hear("SIP/2.0 200", SipMethod.Invite);
        _callee.Hear("ACK", SipMethod.Ack);
        string remote = PartyText.Uri(answer, HeaderId.Contact);
        string tag = PartyText.Tag(answer, HeaderId.To);
        _caller.Send(FromCaller("ACK", remote, tag, 1));
        _callee.HeardBeforeMarkers();

        PauseAfter(SipMethod.Invite);
        _caller.Send(FromCaller("INVITE", remote, tag, 2, offer: true));
        Assert.InRange(_caller.Hear("SIP/2.0 4", SipMethod.Invite).StatusCode, 400, 499);
        Assert.DoesNotContain(_callee.HeardBeforeMarkers(), static text => text.StartsWith("INVITE", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _edge.Dispose();
        _system.Dispose();
        _journal.Dispose();
        _caller.Dispose();
        _callee.Dispose();
    }

    /// <summary>The process stands still between the next commit that has such a request of ours in it and the sending of it.</summary>
    private void PauseAfter(SipMethod method)
    {
        bool paused = false;
        _journal.Committed = entries =>
        {
            bool has = entries.Where(entry => entry.Actor.Kind == ActorKinds.Call && !entry.Payload.IsEmpty)
                .SelectMany(entry => new CallEventCodec().Decode(entry.Payload.Span))
                .Any(happened => happened is CallEvent.LegTried || (happened is CallEvent.RequestSent sent && sent.Method == method));
            if (has && !paused)
            {
                paused = true;
                _clock.Jump(TimeSpan.FromSeconds(40));
            }
        };
    }

    private string CallId => $"call-{_caller.Local.Port}";

    /// <summary>While commits are held back, and something waits to be committed, nothing new may be heard.</summary>
    private void Held(Action act)
    {
        // What an earlier step left to be committed is not what is waited for here.
        Until(() => _journal.Withheld == 0, "the journal is at rest");
        _caller.HeardBeforeMarkers();
        _callee.HeardBeforeMarkers();
        _journal.WithholdCommits();
        act();
        Until(() => _journal.Withheld > 0, "something waits to be committed");
        Assert.Empty(_caller.HeardBeforeMarkers());
        Assert.DoesNotContain(_callee.HeardBeforeMarkers(), static text => !text.StartsWith("ACK", StringComparison.Ordinal));
        _journal.ReleaseCommits();
    }

    private static void Until(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"not within 10 s: {what}");
            Thread.Sleep(1);
        }
    }

    private string Via(Phone phone) => $"Via: SIP/2.0/UDP {phone.Local};branch=z9hG4bKstack{phone.Local.Port}x{++_branches}\r\nMax-Forwards: 70\r\n";

    private byte[] FromCaller(string method, string uri, string toTag, int cseq, bool offer = false) => PartyText.Finish(
        $"{method} {uri} SIP/2.0\r\n{Via(_caller)}From: <sip:alice@{_caller.Local}>;tag=a\r\nTo: <sip:+1@127.0.0.1>{(toTag.Length > 0 ? ";tag=" + toTag : "")}\r\n"
        + $"Call-ID: {CallId}\r\nCSeq: {cseq} {method}\r\nContact: <sip:alice@{_caller.Local}>\r\n", offer ? PartyText.Session("a", _caller.Local, cseq) : null);

    private static void Answer(Phone phone, SipMessage request, int status, bool offer = false) =>
        phone.Send(PartyText.Response(request, status, "b", $"sip:b@{phone.Local}", "phone", offer ? PartyText.Session("b", phone.Local, 1) : null));

    private ControllerSettings Settings(ImmutableArray<ListenerSettings> listeners) => new()
    {
        Version = 1,
        Shards = 4,
        Secret = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(),
        Listeners = listeners,
        Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("lan", new(Trusted: true)),
        Registrar = new RegistrarSettings { Domains = ["example.test"], Authenticate = false },
        Trunks = ImmutableDictionary<string, TrunkSettings>.Empty.Add("uas", new TrunkSettings
        {
            Name = "uas",
            Realm = "lan",
            Endpoints = [new TrunkPeerSettings($"sip:{_callee.Local}")],
        }),
        Routes = [new RouteSettings { Name = "all", Trunks = [new RouteTarget("uas")] }],
    };
}
