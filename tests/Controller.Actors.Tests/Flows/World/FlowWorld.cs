using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tests.Flows.Script;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Tests.Flows.World;

/// <summary>
/// A node's actors, their journal, a clock that stands still unless a script moves it, and a network that loses nothing unless it is told to.
/// The node can be killed between any two messages: what it had not sent is lost, what it had not committed is lost too.
/// </summary>
/// <remarks>
/// Over a stream, what a process had decided and not yet handed to the system when it died is repeated by nobody (RFC 3261 section 17.1.2.2: no timer E), and
/// the peer sees its connection closed in any case: there the node is killed between decisions only.
/// </remarks>
internal sealed class FlowWorld(ControllerSettings settings, bool datagrams, Sigkill? kill = null)
{
    private readonly Dictionary<ActorId, Cell> _cells = [];
    private readonly Queue<(ActorId To, object Input)> _tells = new();
    private readonly Dictionary<string, int> _firstMoments = [];
    private int _life;

    public ControllerSettings Settings { get; } = settings;
    public Instant Now { get; private set; } = new(1_700_000_000_000);
    public Network Network { get; } = new();
    public Ladder Ladder { get; } = new();
    public List<Party> Parties { get; } = [];
    public IReadOnlyCollection<Cell> Actors => _cells.Values;

    /// <summary>Moments at which the node could have been killed so far: before each message that it sent, and after each decision.</summary>
    public int Moments { get; private set; }
    public bool Killed { get; private set; }
    public int LostRows { get; private set; }
    public List<string> ChargingRecords { get; } = [];

    /// <summary>Called after each decision, when its effects are out.</summary>
    public Action<Cell>? Decided { get; set; }

    /// <summary>Everything under way arrives, and what it causes, until nothing is under way any more.</summary>
    public void Settle()
    {
        while (true)
        {
            if (_tells.TryDequeue(out (ActorId To, object Input) tell))
            {
                Give(CellOf(tell.To), tell.Input);
            }
            else if (Network.Next() is { } passage)
            {
                Arrive(passage);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Time passes: timers of the node and of the parties fire in their order.</summary>
    public void Elapse(TimeSpan time)
    {
        Instant end = Now.After(time);
        while (Due() is var due && due <= end)
        {
            Now = due > Now ? due : Now;
            if (Parties.Find(party => party.Due <= Now) is { } waiting)
            {
                waiting.WakeUp();
            }
            else if (_cells.Values.FirstOrDefault(cell => cell.Due <= Now) is { } cell)
            {
                Release(cell, cell.WakeUp(Now, Settings));
            }

            Settle();
        }

        Now = end;
    }

    /// <summary>The next time at which anything happens by itself.</summary>
    public Instant Due() => _cells.Values.Select(cell => cell.Due).Concat(Parties.Select(party => party.Due)).Append(Instant.Never).Min();

    /// <summary>What a party says leaves it.</summary>
    public void Send(Party from, FlowMessage message)
    {
        Passage passage = new(from, ToController: true, message, default!);
        Network.Add(passage, Ladder, Now);
    }

    private void Arrive(Passage passage)
    {
        Ladder.Arrived(passage, Now);
        _firstMoments.TryAdd(passage.Message.StartLine.Split(' ')[0], Moments);
        if (!passage.ToController)
        {
            passage.Party.Receive(passage.Message);
            return;
        }

        SipMessage message = SipMessage.Copy(passage.Message.Bytes);
        Flow flow = passage.Party.Flow();
        ReadOnlySpan<byte> secret = Settings.Secret.Span;
        if (message.IsRequest && message.Method == SipMethod.Register)
        {
            Assert.True(SipUri.TryParse(Encoding.Latin1.GetBytes(FlowMessage.UriIn(passage.Message.Header("To"))), out SipUri aor));
            Give(CellOf(ActorKeys.ForAddressOfRecord(secret, Settings.RegistrarAddress(aor))), new RegistrationInput.RegisterReceived(message, flow));
            return;
        }

        Give(CellOf(Addressee(message, passage.Message)), message.IsRequest ? new CallInput.RequestReceived(message, flow) : new CallInput.ResponseReceived(message, flow));
    }

    /// <summary>Which actor a message is for, as the edge knows: by a tag or a branch of ours, or by what it begins.</summary>
    private ActorId Addressee(SipMessage message, FlowMessage read)
    {
        ActorKind kind = !read.IsRequest ? Branches.KindOf(Encoding.Latin1.GetBytes(read.Branch))
            : read.ToTag.Length > 0 ? Tags.KindOf(Encoding.Latin1.GetBytes(read.ToTag))
            : read.Method == "SUBSCRIBE" ? ActorKinds.Subscription
            : read.Method is "MESSAGE" or "OPTIONS" or "PUBLISH" or "NOTIFY" ? ActorKinds.Exchange
            : ActorKinds.Call;
        ReadOnlySpan<byte> secret = Settings.Secret.Span;
        ReadOnlySpan<byte> callId = message.Value(HeaderId.CallId);
        return kind == ActorKinds.Call
            ? ActorKeys.ForCallId(secret, callId)
            : ActorKeys.ForCallId(secret, kind, callId, Encoding.Latin1.GetBytes(read.IsRequest ? read.FromTag : read.ToTag));
    }

    private Cell CellOf(ActorId id)
    {
        if (!_cells.TryGetValue(id, out Cell? cell))
        {
            cell = Cells.New(id);
            _cells.Add(id, cell);
        }

        return cell;
    }

    private void Give(Cell cell, object input) => Release(cell, cell.Give(input, Now, Settings));

    /// <summary>The commit is done: the effects are released in order, as long as nobody kills the node.</summary>
    private void Release(Cell cell, IReadOnlyList<object> effects)
    {
        int life = _life;

        // Stored in the outbox with the events of the decision, and delivered from there whatever happens.
        ChargingRecords.AddRange(effects.OfType<CallEffect.WriteChargingRecord>().Select(record => Encoding.UTF8.GetString(record.Json.Span)));
        foreach (object effect in effects.Where(effect => effect is not CallEffect.WriteChargingRecord))
        {
            if (datagrams)
            {
                Moment();
            }

            if (life != _life)
            {
                return;
            }

            Perform(cell.Id, effect);
        }

        Decided?.Invoke(cell);
        Moment();
    }

    private void Perform(ActorId actor, object effect)
    {
        switch (effect)
        {
            case CallEffect.Send send:
                Leave(actor, send.To, send.Bytes, send.Branch);
                break;
            case RegistrationEffect.Send send:
                Leave(actor, send.To, send.Bytes, "");
                break;
            case CallEffect.LookUpBindings lookUp:
                _tells.Enqueue((lookUp.Registration, new RegistrationInput.LookUp(actor, lookUp.Lookup)));
                break;
            case RegistrationEffect.TellBindings tell:
                _tells.Enqueue((tell.Call, new CallInput.BindingsFound(tell.Lookup, tell.Bindings)));
                break;
            case CallEffect.LookUpDialog lookUp:
                _tells.Enqueue((lookUp.Call, new CallInput.DialogAsked(actor, lookUp.Lookup, lookUp.Query)));
                break;
            case CallEffect.TellDialog tell:
                _tells.Enqueue((tell.Call, new CallInput.DialogFound(tell.Lookup, tell.Party)));
                break;
            case CallEffect.Tell tell:
                _tells.Enqueue((tell.To, tell.Input));
                break;
            case CallEffect.PassOver or CallEffect.CountRegistration or CallEffect.CountAttempt:
                // Nobody is looked up in these flows, and nothing is counted.
                break;
            default:
                throw new InvalidOperationException($"the world of the flows does not know {effect.GetType().Name}");
        }
    }

    private void Leave(ActorId sender, Flow to, ReadOnlyMemory<byte> bytes, string branch)
    {
        if (Parties.Find(party => party.IsReachedBy(to)) is { } party)
        {
            party.ConnectionFrom(to);
            Network.Add(new Passage(party, ToController: false, new FlowMessage(bytes.ToArray()), to), Ladder, Now);
        }
        else if (branch.Length > 0)
        {
            _tells.Enqueue((sender, new CallInput.TransportFailed(branch, "connection refused")));
        }
    }

    /// <summary>The moment after the first message that begins so had arrived somewhere.</summary>
    public int MomentOf(string start) => _firstMoments.GetValueOrDefault(start, -1);

    private void Moment()
    {
        if (Moments++ == kill?.At)
        {
            Killed = true;
            _life++;
            _tells.Clear();
            Ladder.Note("*** SIGKILL, restart ***");
            foreach (Party party in Parties)
            {
                party.ConnectionIsLost();
            }

            // All are read back before any of them acts.
            foreach (Cell cell in _cells.Values)
            {
                LostRows += kill!.Loses == Loss.None ? 0 : cell.LoseWhatIsNotCommitted(kill.Loses, Now);
            }

            foreach (Cell cell in _cells.Values.ToImmutableArray())
            {
                Release(cell, cell.Recover(Now, Settings));
            }
        }
    }
}

/// <param name="At">Which moment, counted from 0.</param>
internal sealed record Sigkill(int At, Loss Loses);

/// <summary>What of the journal is not there any more when the node comes back.</summary>
internal enum Loss
{
    None,

    /// <summary>What was written lazily and not committed yet.</summary>
    Lazy,

    /// <summary>All of it: no node of ours does that.</summary>
    Everything,
}
