using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Kill;

/// <summary>How one call of a storm runs, on both sides. It is written into the user part of the Request-URI, so the callee knows it too.</summary>
/// <param name="Kind">
/// bye-a and bye-b: answered, ended by the caller or the callee; re-a and re-b: the same after a re-INVITE of that side;
/// reject: 486; cancel: given up by the caller after it rang.
/// </param>
internal sealed record CallScript(string Name, string Kind, int RingMs, int TalkMs)
{
    private static readonly string[] Kinds = ["bye-a", "bye-b", "re-a", "re-b", "reject", "cancel"];

    public string User => $"{Name}.{Kind}.{RingMs}.{TalkMs}";

    public string ExpectedResult => Kind switch { "reject" => "rejected", "cancel" => "cancelled", _ => "answered" };

    public int ExpectedStatus => Kind switch { "reject" => 486, "cancel" => 487, _ => 200 };

    public static CallScript Draw(Random random, string name) => new(name, Kinds[random.Next(Kinds.Length)], random.Next(300), random.Next(500));

    public static CallScript Of(PartyCall call)
    {
        string[] parts = call.User.Split('.');
        return new CallScript(parts[0], parts[1], int.Parse(parts[2]), int.Parse(parts[3]));
    }

    public void Prepare(PartyCall caller) => caller.OnPhase = call =>
    {
        switch (Kind, call.Phase)
        {
            case ("cancel", CallPhase.Ringing):
                call.After(RingMs, ringing => ringing.Cancel());
                break;
            case ("bye-a", CallPhase.Established):
                call.After(TalkMs, talking => talking.Bye());
                break;
            case ("re-a", CallPhase.Established):
                call.OnRenegotiated = renegotiated => renegotiated.Bye();
                call.After(TalkMs, talking => talking.Reinvite());
                break;
        }
    };

    /// <summary>What the callee does with it.</summary>
    public static void Play(PartyCall callee)
    {
        CallScript script = Of(callee);
        callee.Ring();
        callee.OnPhase = call =>
        {
            if (call.Phase == CallPhase.Established && script.Kind is "bye-b" or "re-b")
            {
                call.OnRenegotiated = renegotiated => renegotiated.Bye();
                call.After(script.TalkMs, talking => script.EndFromCallee(talking));
            }
        };
        if (script.Kind == "reject")
        {
            callee.After(script.RingMs, call => call.Reject(486));
        }
        else if (script.Kind != "cancel")
        {
            callee.After(script.RingMs, call => call.Answer());
        }
    }

    /// <summary>Whether the caller's side has come to the end the script asked for.</summary>
    public bool IsOver(PartyCall caller) => caller.Phase == CallPhase.Ended && Kind switch
    {
        "bye-a" or "re-a" => caller.ByeStatus != 0,
        "bye-b" or "re-b" => caller.EndedByRemote,
        "cancel" => caller.CancelStatus > 0,
        _ => true,
    };

    private void EndFromCallee(PartyCall call)
    {
        if (Kind == "re-b")
        {
            call.Reinvite();
        }
        else
        {
            call.Bye();
        }
    }
}
