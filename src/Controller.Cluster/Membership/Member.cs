using Controller.Cluster.Links;
using Controller.Cluster.Shards;

namespace Controller.Cluster.Membership;

/// <summary>
/// One node's part in its cluster: what it believes of the others, what it asks of the arbiter, what it lets its engine do (failover.md sections 3 and 4).
/// It decides and does nothing: inputs come in, commands go out, the clock is an input. No coordinator: every member sees what the arbiter says and comes to
/// the same conclusions; where two do not, the arbiter lets one of them win.
/// <code>
///   joining ──(every member that is up hears us)──► up ──(drain)──► leaving ──(nothing left to give)──► down
///      any ──(the arbiter has us fenced)──► over
/// </code>
/// </summary>
/// <remarks>One thread. The same inputs at the same times give the same commands.</remarks>
public sealed class Member
{
    private static readonly TimeSpan EnterAgain = TimeSpan.FromMilliseconds(200);

    private readonly MemberContext _context;
    private readonly Suspicion _suspicion;
    private readonly HeldShards _held;
    private readonly Claims _claims;
    private readonly Moves _moves;
    private bool _draining;
    private bool _entering;
    private bool _left;
    private TimeSpan _enterAt = MemberContext.LongAgo;

    public Member(MemberOptions options, ShardTable table)
    {
        _context = new MemberContext(options, table);
        _suspicion = new Suspicion(_context);
        _held = new HeldShards(_context);
        _claims = new Claims(_context, _held);
        _moves = new Moves(_context, _held, _suspicion);
    }

    public MemberPhase Phase => _context.Phase;

    /// <summary>Every shard has a living owner, and what is ours is open.</summary>
    public bool IsSettled => _context.Phase == MemberPhase.Up && !_claims.Pending && _held.AllOpen;

    /// <summary>
    /// A tick before this time does nothing, unless something else comes first than signs of life: pulses of the others, and views of the arbiter in which nothing has
    /// changed but the beats. Those put it off. In the past if there is something to do.
    /// </summary>
    public TimeSpan QuietUntil =>
        _context.Over ? TimeSpan.MaxValue
        : _context.Phase != MemberPhase.Up || _draining || !_held.IsFollowed || !_claims.IsQuiet ? MemberContext.LongAgo
        : _moves.QuietUntil < _suspicion.QuietUntil ? _moves.QuietUntil : _suspicion.QuietUntil;

    /// <summary>Of the last answer of the arbiter.</summary>
    public ClusterView? View { get; private set; }

    /// <param name="now">On this node's monotonic clock; never less than before.</param>
    /// <returns>What is to be done, in this order. Valid until the next call.</returns>
    public IReadOnlyList<MemberCommand> Step(MemberInput input, TimeSpan now)
    {
        _context.Now = now;
        _context.Commands.Clear();
        if (_context.Over)
        {
            return _context.Commands;
        }

        Take(input);
        if (!_context.Over)
        {
            _held.Settle();
            _claims.Consider();
            Progress();
        }

        return _context.Commands;
    }

    private void Take(MemberInput input)
    {
        switch (input)
        {
            case MemberInput.Tick:
                _suspicion.OnTick();
                KeepAddresses();
                break;
            case MemberInput.Beaten beat:
                OnBeat(beat);
                break;
            case MemberInput.Heard heard:
                OnFrame(heard.Peer, heard.Frame);
                break;
            case MemberInput.LinkUp link:
                _suspicion.OnLinkUp(link.Peer);
                break;
            case MemberInput.LinkDown link:
                _suspicion.OnLinkDown(link.Peer);
                break;
            case MemberInput.Probed probed:
                _suspicion.OnProbed(probed.Peer, probed.Outcome);
                _suspicion.OnTick();
                break;
            case MemberInput.Accused accused:
                _suspicion.OnAccused(accused.Failed);
                break;
            case MemberInput.Fenced fenced:
                _suspicion.OnFenced(fenced.Suspect, fenced.Failed);
                break;
            case MemberInput.Claimed claimed:
                _claims.OnClaimed(claimed);
                break;
            case MemberInput.Released released:
                _moves.OnReleased(released.Shards);
                break;
            case MemberInput.HandedOff given:
                _moves.OnHandedOff(given);
                break;
            case MemberInput.Opened opened:
                OnOpened(opened);
                break;
            case MemberInput.Entered entered:
                OnEntered(entered);
                break;
            case MemberInput.Drain:
                _draining = true;
                break;
            case MemberInput.Replaced replaced:
                Die(replaced.Reason);
                break;
        }
    }

    private void KeepAddresses()
    {
        if (!_context.Trusted && _held.Addresses.Count > 0 && _suspicion.NobodyIsAnswered)
        {
            _context.Want(new MemberCommand.KeepAddresses(_context.Now + (_context.Options.SuspectAfter / 2)));
        }
    }

    private void OnBeat(MemberInput.Beaten beat)
    {
        View = beat.View;
        _context.Learn(beat.View);
        if (_context.Row(_context.Options.Self.Node) is not { Fenced: false } own || own.Incarnation != _context.Options.Self)
        {
            Die("another node has fenced this run");
            return;
        }

        TimeSpan until = beat.Asked + _context.Options.Trust;
        if (until > _context.TrustedUntil)
        {
            _context.TrustedUntil = until;
            _context.Want(new MemberCommand.Trust(until));
        }

        _held.Learn(beat.View.Shards, beat.View.Addresses);
        _suspicion.OnBeat(beat.View);
        _suspicion.OnTick();
    }

    private void OnFrame(Incarnation from, Frame frame)
    {
        switch (frame)
        {
            case Frame.Moves moves:
                _held.Learn(moves.Shards, moves.Addresses);
                break;
            case Frame.Moved moved:
                _held.Learn([moved.Shard], []);
                break;
            case Frame.Leaving:
                _context.LearnLeaving(from);
                break;
            case Frame.Opened opened:
                _moves.OnOpened(from, opened.Shards);
                break;
            case Frame.Fenced fenced when fenced.Node == _context.Options.Self:
                Die($"node {from} says that this run is fenced");
                return;
            case Frame.Fenced fenced:
                _context.LearnFenced(fenced.Node);
                break;
        }

        _suspicion.OnFrame(from, frame);
    }

    private void OnOpened(MemberInput.Opened opened)
    {
        _held.OnOpened(opened.Shards, opened.Failed);
        if (!_claims.OnOpened(opened.Actors) && !opened.Failed)
        {
            _context.Tell(new MemberNews.Received(opened.Shards.Length, opened.Actors, _held.Awaited(opened.Shards)));
            _context.Broadcast(new Frame.Opened([.. opened.Shards.Select(fence => new OwnedShard(fence.Shard, _context.Options.Self, fence.Epoch))]));
        }
    }

    private void OnEntered(MemberInput.Entered entered)
    {
        _entering = false;
        if (entered.Failed)
        {
            _enterAt = _context.Now + EnterAgain;
        }
        else
        {
            _context.Enter(entered.Phase);
            _context.Tell(new MemberNews.PhaseIs(entered.Phase));
            if (entered.Phase == MemberPhase.Leaving)
            {
                _context.Broadcast(new Frame.Leaving());
            }

            if (entered.Phase == MemberPhase.Down)
            {
                Leave();
            }
        }
    }

    /// <summary>From one phase of its life to the next.</summary>
    private void Progress()
    {
        if (_context.Over || !_context.Trusted)
        {
            return;
        }

        switch (_context.Phase)
        {
            case MemberPhase.Joining when _draining:
                Enter(MemberPhase.Down);
                break;
            case MemberPhase.Joining when _suspicion.HearsAll:
                Enter(MemberPhase.Up);
                break;
            case MemberPhase.Up when _draining:
                Enter(MemberPhase.Leaving);
                break;
            case MemberPhase.Leaving when _moves.Idle && IsEmpty && _moves.AllTaken:
                Enter(MemberPhase.Down);
                break;
            case MemberPhase.Leaving when _moves.Idle && NobodyTakes:
                // What is left stays in our name: our next run, or whoever comes up, takes it.
                Leave();
                break;
        }

        _moves.Consider(_claims.Pending);
    }

    private bool IsEmpty => _held.Count == 0 && _held.Addresses.Count == 0;

    private bool NobodyTakes =>
        (_held.Count == 0 || _context.Owners().Count == 0) && (_held.Addresses.Count == 0 || _context.Edges().Count == 0);

    private void Enter(MemberPhase phase)
    {
        if (!_entering && _context.Now >= _enterAt)
        {
            _entering = true;
            _context.Want(new MemberCommand.Enter(phase));
        }
    }

    private void Leave()
    {
        if (!_left)
        {
            _left = true;
            _context.Over = true;
            _context.Broadcast(new Frame.Goodbye());
            _context.Want(new MemberCommand.Leave());
        }
    }

    private void Die(string reason)
    {
        _context.Over = true;
        _context.Want(new MemberCommand.Die(reason));
    }
}
