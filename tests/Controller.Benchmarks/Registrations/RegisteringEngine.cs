using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Controller.Actors;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tests.Registrations;
using Controller.Actors.Tokens;
using Controller.Benchmarks.Gate;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Benchmarks.Registrations;

/// <summary>The engine with users who are registered, and who refresh: so many at a time, then the next ones. The clock stands still, so that no nonce grows old.</summary>
internal sealed class RegisteringEngine : IEffectInterpreter<RegistrationEffect>, IDisposable
{
    public const int InFlight = 64;
    private const int Users = 1024;
    private const string Domain = "example.test", Password = "wonderland";

    private readonly bool _pumped;
    private readonly ActorSystem _system;
    private readonly ActorId[] _actors;
    private readonly string[] _nonces = new string[Users];
    private readonly uint[] _counts = new uint[Users];
    private readonly ReadOnlyMemory<byte>[] _answers = new ReadOnlyMemory<byte>[InFlight];
    private readonly SemaphoreSlim _allAnswered = new(0);
    private readonly List<(ActorId Actor, byte[] Request)> _ready = [];
    private int _answered, _wanted, _next;

    /// <param name="pumped">All of it on the caller's thread; the journal has to commit on the thread that appends. Else a loop has a thread, and the journal its own.</param>
    public RegisteringEngine(IJournal journal, bool pumped)
    {
        _pumped = pumped;
        ReadOnlyMemory<byte> secret = journal.Claim([]).Secret;
        ControllerSettings settings = new Registrar().Settings with { Secret = secret };
        settings = settings with
        {
            Registrar = settings.Registrar with
            {
                Algorithms = [DigestAlgorithm.Md5],
                Users = Enumerable.Range(0, Users).ToImmutableDictionary(Name, _ => new UserSettings(Password)),
            },
        };
        _actors = [.. Enumerable.Range(0, Users).Select(user => ActorKeys.ForAddressOfRecord(secret.Span, $"{Name(user)}@{Domain}"))];
        _system = new ActorSystem(new EngineOptions { Pumped = pumped, Loops = 1 }, journal, new SingleNodePlacement(), new StillClock());
        _system.Register<Registration, RegistrationState, RegistrationInput, RegistrationEvent, RegistrationEffect, ControllerSettings>(
            ActorKinds.Registration, new RegistrationEventCodec(), this, new SettingsSource<ControllerSettings>(settings), PassivationPolicy.Never);
        _system.Start();
        for (int user = 0; user < Users; user++)
        {
            SipMessage challenge = Ask(user);
            Assert.True(DigestChallenge.TryParse(challenge.Value(HeaderId.WwwAuthenticate), out DigestChallenge parsed));
            _nonces[user] = Encoding.ASCII.GetString(parsed.Nonce);
            Assert.Equal(200, Ask(user).StatusCode);
        }
    }

    /// <summary>Writes the next requests, credentials included: that is a telephone's work.</summary>
    public void MakeReady(int refreshes)
    {
        _ready.Clear();
        for (int i = 0; i < refreshes; i++)
        {
            int user = _next++ % Users;
            _ready.Add((_actors[user], Request(user)));
        }
    }

    /// <summary>Sends them, and has the answer to each.</summary>
    public void Refresh()
    {
        for (int done = 0; done < _ready.Count; done += InFlight)
        {
            Send(_ready.GetRange(done, Math.Min(InFlight, _ready.Count - done)));
        }

        Assert.Equal(200, SipMessage.Copy(_answers[0].Span).StatusCode);
    }

    public void Release(ActorId actor, RegistrationEffect effect, Instant decidedAt)
    {
        if (effect is RegistrationEffect.Send send)
        {
            _answers[_answered++] = send.Bytes;
            if (_answered == _wanted && !_pumped)
            {
                _allAnswered.Release();
            }
        }
    }

    public void Dispose() => _system.Dispose();

    private static string Name(int user) => string.Create(CultureInfo.InvariantCulture, $"user{user}");

    private SipMessage Ask(int user)
    {
        Send([(_actors[user], Request(user))]);
        return SipMessage.Copy(_answers[0].Span);
    }

    private void Send(List<(ActorId Actor, byte[] Request)> requests)
    {
        (_answered, _wanted) = (0, requests.Count);
        foreach ((ActorId actor, byte[] request) in requests)
        {
            Assert.True(_system.Tell(actor, new RegistrationInput.RegisterReceived(SipMessage.Copy(request), Registrar.Phone)));
        }

        if (!_pumped)
        {
            Assert.True(_allAnswered.Wait(20_000), "not all were answered");
            return;
        }

        while (_answered < _wanted)
        {
            Assert.True(_system.Pump(), "not all were answered");
        }
    }

    private byte[] Request(int user)
    {
        uint count = ++_counts[user];
        string credentials = _nonces[user] is { } nonce
            ? Registrar.Authorize(nonce, count, Name(user), Password, DigestAlgorithm.Md5) + "\r\n"
            : "";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"REGISTER sip:{Domain} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK{user}x{count}\r\nMax-Forwards: 70\r\nFrom: <sip:{Name(user)}@{Domain}>;tag=f{user}\r\nTo: <sip:{Name(user)}@{Domain}>\r\nCall-ID: {user}@192.0.2.4\r\nCSeq: {count} REGISTER\r\nContact: <sip:{Name(user)}@192.0.2.4:5060>;expires=600\r\nUser-Agent: a telephone\r\n{credentials}Content-Length: 0\r\n\r\n"));
    }
}
