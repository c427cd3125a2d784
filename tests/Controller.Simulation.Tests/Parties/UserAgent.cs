using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>What any user agent has, caller or callee: an address, names of its own, its transactions and dialogs; and how it writes its messages.</summary>
internal abstract class UserAgent
{
    private readonly IPEndPoint _controller;
    private int _branches;

    /// <param name="mark">Stands in everything that is this side's own (Call-ID, tag, branch, Contact, product) and must never be seen on the other side.</param>
    protected UserAgent(SimulatedWorld world, int call, string mark, IPEndPoint address, IPEndPoint controller, PartyScript script)
    {
        (World, Call, Mark, Address, _controller, Script) = (world, call, mark, address, controller, script);
        Name = mark + " -> node";
    }

    public int Call { get; }
    public string Mark { get; }

    /// <summary>As it stands in the ladder.</summary>
    public string Name { get; }
    public IPEndPoint Address { get; }
    public PartyScript Script { get; }
    public string CallId { get; protected set; } = "";
    public List<Ask> Asks { get; } = [];
    public List<Serve> Serves { get; } = [];
    public List<PartyDialog> Dialogs { get; } = [];

    protected SimulatedWorld World { get; }
    protected string LocalParty { get; set; } = "";
    protected string RemoteParty { get; set; } = "";

    protected string Contact => $"sip:{Mark}@{Address}{(Script.Tcp ? ";transport=tcp" : "")}";

    protected string Allow => Script.AllowsUpdate ? "Allow: INVITE, ACK, CANCEL, BYE, PRACK, INFO, UPDATE\r\n" : "Allow: INVITE, ACK, CANCEL, BYE, PRACK, INFO\r\n";

    public void Send(byte[] bytes) => World.Network.FromParty(this, _controller, bytes);

    /// <summary>Timers B and F of a request.</summary>
    public abstract void Unanswered(Ask ask);

    /// <summary>No ACK came within 64*T1.</summary>
    public abstract void Unacknowledged(Serve serve);

    protected void Reply(Serve serve, int status, string? session = null, string extra = "")
    {
        string more = status < 300 && serve.Method is SipMethod.Invite or SipMethod.Update ? Allow + extra : extra;
        serve.Answer(status, PartyText.Response(serve.Request, status, serve.Dialog?.LocalTag ?? $"{Mark}none", Contact, Mark, session, more));
    }

    /// <summary>A description that differs from the last one: its version is one higher (RFC 3264 section 8).</summary>
    protected string Offer(PartyDialog dialog)
    {
        dialog.OfferSent = true;
        return PartyText.Session(Mark, Address, ++dialog.Version);
    }

    /// <summary>The description that was sent last, or the first one.</summary>
    protected string Same(PartyDialog dialog) => PartyText.Session(Mark, Address, dialog.Version = Math.Max(dialog.Version, 1));

    protected void Must(bool holds, string rule, string otherwise)
    {
        if (!holds)
        {
            throw new ViolationException(rule, $"{Mark}: {otherwise}");
        }
    }

    protected Ask Request(PartyDialog dialog, SipMethod method, string? session, string extra = "", bool isAnswer = false)
    {
        uint cseq = ++dialog.LocalCSeq;
        string branch = NewBranch();
        var ask = new Ask(World, this, branch, method, cseq, Text(dialog, method, cseq, branch, session, extra), dialog) { HasOffer = session is not null && !isAnswer };
        return Begin(ask);
    }

    protected Ask Begin(Ask ask)
    {
        Asks.Add(ask);
        ask.Start();
        return ask;
    }

    protected byte[] Text(PartyDialog dialog, SipMethod method, uint cseq, string branch, string? session, string extra = "")
    {
        string more = method is SipMethod.Invite or SipMethod.Update ? Allow + extra : extra;
        return PartyText.Finish($"{method.Name()} {dialog.RemoteTarget} SIP/2.0\r\nVia: {ViaOf(branch)}\r\nMax-Forwards: 70\r\nFrom: {LocalParty};tag={dialog.LocalTag}\r\n"
            + $"To: {RemoteParty};tag={dialog.RemoteTag}\r\nCall-ID: {CallId}\r\nCSeq: {cseq} {method.Name()}\r\nContact: <{Contact}>\r\nUser-Agent: {Mark}\r\n{more}", session);
    }

    protected string ViaOf(string branch) => $"SIP/2.0/{(Script.Tcp ? "TCP" : "UDP")} {Address};branch={branch};rport";

    protected string NewBranch() => $"z9hG4bK{Mark}{++_branches}";

    protected void After(int milliseconds, Action action)
    {
        if (milliseconds >= 0)
        {
            World.Schedule.After(milliseconds, action);
        }
    }
}
