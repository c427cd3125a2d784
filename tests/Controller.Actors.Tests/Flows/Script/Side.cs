using System.Text;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>
/// A party's end of one dialog (RFC 3261 section 12): what it may say in it, in the words of a script. Before there is a dialog, the end of the request
/// that will make it.
/// </summary>
internal sealed class Side(Scenario scenario, Party party, string callId, string localTag, string localParty, string remoteParty)
{
    private readonly List<ClientTransaction> _invites = [];
    private uint _cseq;
    private uint _rseq;
    private bool _described;

    public Party Party { get; } = party;
    public string CallId { get; } = callId;
    public string LocalTag { get; } = localTag;
    public string RemoteTag { get; private set; } = "";
    public string RemoteTarget { get; set; } = "";
    public string LocalParty { get; } = localParty;
    public string RemoteParty { get; } = remoteParty;
    public string[] Routes { get; private set; } = [];
    public Description Media { get; } = new(party);
    public ReliableResponse Reliable { get; } = new();

    /// <summary>It has sent or got a BYE, or its INVITE was refused.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Answered, and not hung up.</summary>
    public bool IsUp { get; private set; }

    /// <summary>The dialog as a Replaces header has to name it for whoever is at its other end (RFC 3891 section 6.1).</summary>
    public string Named => $"{CallId};to-tag={RemoteTag};from-tag={LocalTag}";

    /// <summary>The other end of this dialog, as a Refer-To names it when it is to be replaced there (RFC 3891 section 1).</summary>
    public string Replacing => $"{RemoteTarget}?Replaces={Uri.EscapeDataString(Named)}";

    /// <summary>The last reliable provisional response that came, for a PRACK.</summary>
    public FlowMessage? Provisional { get; private set; }

    /// <summary>The newest INVITE of its own.</summary>
    public ClientTransaction Invite => _invites[^1];

    /// <summary>The end of a request that arrived outside any dialog.</summary>
    public static Side Asked(Scenario scenario, Party party, FlowMessage request) => new(
        scenario, party, request.CallId, party.NewName("tag"), WithoutTag(request.Header("To")), WithoutTag(request.Header("From")))
    {
        RemoteTag = request.FromTag,
        RemoteTarget = request.Contact,
        Routes = [.. request.Headers("Record-Route")],
    };

    /// <summary>Another dialog of the same INVITE: it was forked behind this party (the callee's proxy), which answers for both.</summary>
    public Side Forks(string name)
    {
        var fork = new Side(scenario, Party, CallId, $"tag-{name.ToLowerInvariant()}", LocalParty, RemoteParty) { RemoteTag = RemoteTag, RemoteTarget = RemoteTarget, Routes = Routes };
        Party.Sides.Add(fork);
        Party.Forks(this, fork);
        return fork;
    }

    public bool Holds(FlowMessage request) => request.CallId == CallId && request.ToTag == LocalTag && (RemoteTag.Length == 0 || request.FromTag == RemoteTag);

    // What a caller says.
    public void Cancels() => scenario.Step(() =>
    {
        FlowMessage invite = Invite.Request;
        string head = $"CANCEL {invite.Uri} SIP/2.0\r\nVia: {invite.Header("Via")}\r\nMax-Forwards: 70\r\nFrom: {invite.Header("From")}\r\nTo: {invite.Header("To")}\r\n"
            + $"Call-ID: {CallId}\r\nCSeq: {invite.CSeq} CANCEL\r\n";
        Party.Send(new ClientTransaction(this, FlowMessage.Of(head, "")));
    });

    /// <summary>13.2.2.4: the ACK for the newest 2xx, with the answer if that had the offer.</summary>
    public void Acks(ClientTransaction? of = null) => scenario.Step(() =>
    {
        ClientTransaction invite = of ?? _invites.Last(client => client.Accepted is not null);
        string body = !invite.Request.HasSession && invite.Accepted!.HasSession ? Media.Answer(invite.Accepted.Body) : "";
        invite.Ack = Message("ACK", invite.Request.CSeq, [], body);
        Party.Send(invite.Ack);
    });

    /// <param name="offer">It makes an offer of its own (RFC 3262 section 5).</param>
    public void Pracks(bool offer = false) => scenario.Step(() =>
    {
        string[] rack = [$"RAck: {Provisional!.Header("RSeq")} {Provisional.CSeq} INVITE"];
        SendRequest("PRACK", "", rack, offer ? Media.Offer("") : !Invite.Request.HasSession && Provisional.HasSession ? Media.Answer(Provisional.Body) : "", "application/sdp");
    });

    /// <summary>The same INVITE again, in a new transaction: after a challenge, a redirection, a 422 (RFC 3261 section 8.1.3.5).</summary>
    public void InvitesAgain(params string[] headers) => scenario.Step(() => SendInvite(Invite.Request.Uri, Invite.Request.HasSession, headers));

    // What a callee says.

    /// <param name="sdp">A description in a response that is not reliable is a preview of the answer; in a reliable one it is the answer, or the offer.</param>
    public void Rings(int status = 180, bool sdp = false, bool reliable = false) => scenario.Step(() =>
    {
        ServerTransaction invite = Initial();
        List<string> headers = reliable ? ["Require: 100rel", $"RSeq: {++_rseq}"] : [];
        FlowMessage response = Response(invite, status, headers, sdp ? Describe(invite.Request, reliable) : "");
        if (reliable)
        {
            Reliable.Start(response, _rseq, scenario.World.Now);
        }

        Party.Send(invite, response);
    });

    /// <summary>200 to the INVITE that made this side; the description if it has not been given in a reliable response.</summary>
    public void Answers(params string[] headers) => scenario.Step(() =>
    {
        ServerTransaction invite = Initial();
        IsUp = true;
        Party.Send(invite, Response(invite, 200, headers, _described ? "" : Describe(invite.Request, reliable: true)));
    });

    public void Refuses(int status, params string[] headers) => scenario.Step(() =>
    {
        IsOver |= Party.Pending(this).First().Request.ToTag.Length == 0;
        Respond(Party.Pending(this).First(), status, headers);
    });

    // What either says.
    public void Reinvites(string direction = "", bool offer = true, string[]? headers = null) => scenario.Step(() =>
    {
        Media.Direction = direction;
        SendInvite("", offer, headers ?? []);
    });

    /// <summary>RFC 3311; without a description if <paramref name="direction"/> is null.</summary>
    public void Updates(string? direction = "", params string[] headers) => scenario.Step(() =>
        SendRequest("UPDATE", "", headers, direction is null ? "" : Media.Offer(direction), "application/sdp"));

    /// <summary>2xx to whatever it was asked within the dialog, with the answer to its offer.</summary>
    public void Accepts(int status = 200, params string[] headers) => scenario.Step(() =>
    {
        ServerTransaction asked = Party.Pending(this).First(server => !server.IsInvite || server.Request.ToTag.Length > 0);
        string body = asked.Request.HasSession ? Media.Answer(asked.Request.Body) : asked.IsInvite ? Media.Offer("") : "";
        Party.Send(asked, Response(asked, status, headers, body));
    });

    public void Asks(string method, string[]? headers = null, string body = "", string type = "text/plain") =>
        scenario.Step(() => SendRequest(method, "", headers ?? [], body, type));

    public void Refers(string to, params string[] headers) => Asks("REFER", [$"Refer-To: <{to}>", .. headers]);

    /// <param name="state">Of the implicit subscription (RFC 3515 section 2.4.4): active;expires=60, terminated;reason=noresource.</param>
    /// <param name="subscription">Which one of several in the dialog: refer;id=93809824 (section 2.4.6).</param>
    public void Notifies(string statusLine, string state, string subscription = "refer") =>
        Asks("NOTIFY", [$"Event: {subscription}", $"Subscription-State: {state}"], statusLine + "\r\n", "message/sipfrag;version=2.0");

    public void HangsUp() => scenario.Step(() =>
    {
        End();
        SendRequest("BYE", "", [], "", "");
    });

    public void Forget() => End();

    // How it is said.
    private void End()
    {
        IsOver = true;
        IsUp = false;
    }

    public void SendInvite(string uri, bool offer, string[] headers)
    {
        FlowMessage message = Message("INVITE", ++_cseq, headers, offer ? Media.Offer(Media.Direction) : "", uri: uri);
        var client = new ClientTransaction(this, message);
        _invites.Add(client);
        Party.Send(client);
    }

    public void SendRequest(string method, string uri, string[] headers, string body, string type) =>
        Party.Send(new ClientTransaction(this, Message(method, ++_cseq, headers, body, type, uri)));

    public void Respond(ServerTransaction server, int status, IEnumerable<string> headers, string body = "") => Party.Send(server, Response(server, status, headers, body));

    /// <summary>A response to a request of this side.</summary>
    public void Response(ClientTransaction client, FlowMessage response)
    {
        if (client.IsInvite && response.Status >= 300)
        {
            // 17.1.1.3: "The ACK request constructed by the client transaction MUST contain values for the Call-ID, From, and Request-URI that are equal".
            FlowMessage invite = client.Request;
            string head = $"ACK {invite.Uri} SIP/2.0\r\nVia: {invite.Header("Via")}\r\nMax-Forwards: 70\r\nFrom: {invite.Header("From")}\r\nTo: {response.Header("To")}\r\n"
                + $"Call-ID: {CallId}\r\nCSeq: {invite.CSeq} ACK\r\n";
            Party.Send(FlowMessage.Of(head, ""));
        }

        if (response.Status >= 200)
        {
            Assert.True(client.Final == 0 || client.Final == response.Status || (client.IsInvite && client.Final < 300 && response.ToTag != RemoteTag), $"{Party.Name} gets {response.Title} after {client.Final}");
            client.Final = response.Status;
            IsOver |= client.Request.ToTag.Length == 0 && response.Status >= 300 && response.Status is not (401 or 407 or 422 or 302);
        }
        else
        {
            client.Provisional = response.Status;
        }

        if (response.Status is > 100 and < 300)
        {
            Confirmed(client, response);
        }
    }

    private void Confirmed(ClientTransaction client, FlowMessage response)
    {
        if (RemoteTag.Length > 0 && response.ToTag != RemoteTag)
        {
            // 13.2.2.4, 12.1: another To tag is another dialog of the same INVITE.
            Side? other = Party.Sides.Find(side => side.CallId == CallId && side.LocalTag == LocalTag && side.RemoteTag == response.ToTag);
            if (other is null)
            {
                other = new Side(scenario, Party, CallId, LocalTag, LocalParty, RemoteParty) { _cseq = _cseq };
                other._invites.Add(new ClientTransaction(other, client.Request));
                Party.Sides.Add(other);
            }

            other.Confirmed(other._invites[0], response);
            return;
        }

        RemoteTag = response.ToTag;
        if (client.Request.ToTag.Length == 0)
        {
            Routes = [.. response.Headers("Record-Route").Reverse()];
        }

        if (response.Contact.Length > 0 && client.Request.Method is "INVITE" or "UPDATE" or "SUBSCRIBE" or "REFER")
        {
            RemoteTarget = response.Contact;
        }

        if (response.Header("RSeq").Length > 0)
        {
            Provisional = response;
        }

        if (client.IsInvite && response.Status >= 200)
        {
            client.Accepted = response;
            IsUp |= !IsOver;
            if (client.Ack is not null)
            {
                // 13.2.2.4: the ACK "MUST be passed … every time a retransmission of the 2xx final response arrives".
                Party.Send(client.Ack);
            }
        }
    }

    /// <summary>A request for this side.</summary>
    public void Request(ServerTransaction server)
    {
        FlowMessage request = server.Request;
        if (request.Contact.Length > 0 && request.Method is "INVITE" or "UPDATE")
        {
            RemoteTarget = request.Contact;
        }

        switch (request.Method)
        {
            case "BYE":
                End();
                Respond(server, 200, []);
                foreach (ServerTransaction open in Party.Pending(this).ToArray())
                {
                    if (Party.Servers.Any(fork => fork != open && fork.Request == open.Request && fork.Status < 200))
                    {
                        // The proxy in front of the forks keeps it to itself as long as another one may answer (16.7).
                        open.Status = 487;
                        continue;
                    }

                    // 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog. It is RECOMMENDED that a 487".
                    Respond(open, 487, []);
                }

                break;
            case "PRACK":
                Reliable.Acknowledged(request.Header("RAck"));
                Respond(server, 200, [], request.HasSession && Party.Pending(this).Any(invite => invite.IsInvite && invite.Request.HasSession) ? Media.Answer(request.Body) : "");
                break;
            case not "NOTIFY" and not "INFO" and not "MESSAGE" when IsOver:
                // RFC 5407 appendix D: in the mortal state all but BYE is refused.
                Respond(server, 481, []);
                break;
            case "INVITE" or "UPDATE" when request.ToTag.Length > 0 && Party.Clients.Any(client => client.Side == this && client.Final == 0 && client.Request.ToTag.Length > 0 && client.Request.Method is "INVITE" or "UPDATE"):
                // 14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a 491".
                Respond(server, 491, []);
                break;
            case "INFO" or "MESSAGE" or "NOTIFY":
                Respond(server, 200, []);
                break;
        }
    }

    private ServerTransaction Initial() => Party.Pending(this).First(server => server.IsInvite);

    private string Describe(FlowMessage invite, bool reliable)
    {
        _described |= reliable;
        return invite.HasSession ? Media.Answer(invite.Body) : Media.Offer("");
    }

    private FlowMessage Message(string method, uint cseq, IEnumerable<string> headers, string body, string type = "application/sdp", string uri = "")
    {
        var head = new StringBuilder($"{method} {(uri.Length > 0 ? uri : RemoteTarget)} SIP/2.0\r\nVia: SIP/2.0/{Party.Transport} {Party.Address};branch=z9hG4bK-{Party.NewName("branch")}\r\nMax-Forwards: 70\r\n");
        foreach (string route in Routes)
        {
            head.Append($"Route: {route}\r\n");
        }

        bool inDialog = RemoteTag.Length > 0 && uri.Length == 0;
        head.Append($"From: {LocalParty};tag={LocalTag}\r\nTo: {RemoteParty}{(inDialog ? ";tag=" + RemoteTag : "")}\r\nCall-ID: {CallId}\r\nCSeq: {cseq} {method}\r\n");
        if (method is not ("ACK" or "BYE" or "CANCEL" or "PRACK"))
        {
            head.Append($"Contact: <{Party.Contact}>\r\n");
        }

        foreach (string line in (method is "INVITE" or "UPDATE" ? Party.Always : []).Concat(headers))
        {
            head.Append(line).Append("\r\n");
        }

        return FlowMessage.Of(head.ToString(), body, type);
    }

    private FlowMessage Response(ServerTransaction server, int status, IEnumerable<string> headers, string body)
    {
        FlowMessage request = server.Request;
        string tag = status > 100 && request.ToTag.Length == 0 ? ";tag=" + LocalTag : "";
        var head = new StringBuilder($"SIP/2.0 {status} {Phrases.Of(status)}\r\n");
        foreach (string via in request.Headers("Via"))
        {
            head.Append($"Via: {via}\r\n");
        }

        bool dialog = request.Method is "INVITE" or "UPDATE" or "SUBSCRIBE" or "REFER" && status is > 100 and < 300;
        if (dialog && Party.RecordRoute.Length > 0 && request.ToTag.Length == 0)
        {
            head.Append($"Record-Route: {Party.RecordRoute}\r\n");
        }

        head.Append($"From: {request.Header("From")}\r\nTo: {request.Header("To")}{tag}\r\nCall-ID: {request.CallId}\r\nCSeq: {request.CSeq} {request.Method}\r\n");
        if (dialog)
        {
            head.Append($"Contact: <{Party.Contact}>\r\n");
        }

        foreach (string line in (dialog ? Party.Always : []).Concat(headers))
        {
            head.Append(line).Append("\r\n");
        }

        return FlowMessage.Of(head.ToString(), body);
    }

    private static string WithoutTag(string party) => party.Split(";tag=")[0];
}
