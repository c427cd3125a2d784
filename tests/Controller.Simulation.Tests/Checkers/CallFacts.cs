using Controller.Actors.Calls.Events;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>The committed events of one call, as what they allow to be sent.</summary>
internal sealed class CallFacts
{
    private readonly HashSet<(ulong, int)> _bytes = [];
    private readonly Dictionary<int, string> _callIds = [];
    private int _winner;

    /// <summary>Server transactions of which the call has taken responsibility (<see cref="PartyText.ServerKey"/>).</summary>
    public HashSet<string> Accepted { get; } = [];
    public string InviteKey { get; private set; } = "";

    /// <summary>Call-IDs of legs that have answered.</summary>
    public HashSet<string> Answered { get; } = [];

    /// <summary>The call, answered or not, is over.</summary>
    public bool Over { get; private set; }

    /// <summary>Its dialog is the call's: the caller's, or the callee's who answered first.</summary>
    public bool IsOfCall(string callId) => callId == _callIds.GetValueOrDefault(0) || callId == _callIds.GetValueOrDefault(_winner);

    /// <summary>Our tags of early dialogs that the caller has left by a BYE, or that were terminated.</summary>
    public HashSet<string> Left { get; } = [];

    /// <summary>The caller's INVITE has its final response.</summary>
    public bool Decided { get; private set; }

    public bool Holds(ReadOnlySpan<byte> message) => _bytes.Contains(Fingerprint.Of(message));

    public void Add(IEnumerable<CallEvent> events)
    {
        foreach (CallEvent happened in events)
        {
            Add(happened);
        }
    }

    private void Add(CallEvent happened)
    {
        switch (happened)
        {
            case CallEvent.Received e:
                InviteKey = e.Branch;
                Accepted.Add(InviteKey);
                _callIds[0] = e.Caller.CallIdValue;
                break;
            case CallEvent.LegTried e:
                Keep(e.Invite);
                _callIds[e.Leg.Number] = e.Leg.CallIdValue;
                break;
            case CallEvent.LegRang e:
                Keep(e.Response);
                break;
            case CallEvent.LegAnswered e:
                Keep(e.Response);
                (Decided, _winner) = (true, e.Leg);
                Mark(Answered, e.Leg);
                break;
            case CallEvent.LegAnsweredLate e:
                Mark(Answered, e.Leg);
                break;
            case CallEvent.Refused e:
                Keep(e.Response);
                (Decided, Over) = (true, true);
                break;
            case CallEvent.Acknowledged e:
                Keep(e.Ack);
                break;
            case CallEvent.RequestAccepted e:
                Accepted.Add(e.Branch);
                break;
            case CallEvent.RequestSent e:
                Keep(e.Request);
                break;
            case CallEvent.RequestAnswered e:
                Keep(e.Response);
                if (e.Status < 300)
                {
                    Mark(Answered, e.Leg);
                }

                break;
            case CallEvent.SecondAnswerHungUp e:
                Keep(e.Request);
                Mark(Answered, e.Leg);
                break;
            case CallEvent.EarlyDialogEnded e:
                Left.Add(e.CallerTag);
                break;
            case CallEvent.Ended:
                Over = true;
                break;
        }
    }

    private void Mark(HashSet<string> where, int leg)
    {
        if (_callIds.TryGetValue(leg, out string? callId))
        {
            where.Add(callId);
        }
    }

    private void Keep(ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _bytes.Add(Fingerprint.Of(bytes.Span));
        }
    }
}
