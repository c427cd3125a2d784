using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Trunks.Health;

/// <summary>
/// Whether the endpoints of the trunk are there: an OPTIONS to each now and then. One actor of the cluster has the trunk, so there is one prober; calls ask that
/// actor before they go there, so there is one verdict. What is damped: it takes several in a row to change it.
/// </summary>
internal static class Probing
{
    /// <summary>What has not answered by then is not there (and timer F would wait eight times as long).</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    /// <summary>A trunk that is not probed, and that no call has used, is nothing.</summary>
    public static void Woken(TrunkTurn turn, string name)
    {
        if (turn.SettingsOf(name)?.Health is not null)
        {
            turn.Open(name);
        }

        Reconcile(turn);
    }

    /// <summary>The endpoints that are configured, and no others; new ones begin spread over the interval, so that not all are asked at once.</summary>
    public static void Reconcile(TrunkTurn turn)
    {
        TrunkSettings? settings = turn.SettingsOf(turn.State.Name);
        ImmutableArray<string> wanted = settings?.Health is null ? [] : [.. Targets(turn, settings).Select(target => target.Uri).Distinct(StringComparer.Ordinal)];
        foreach (string gone in turn.State.Endpoints.Keys.Where(uri => !wanted.Contains(uri)).ToArray())
        {
            turn.Happened(new TrunkEvent.EndpointGone(gone));
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            if (!turn.State.Endpoints.TryGetValue(wanted[i], out EndpointHealth? known) || known.ProbeAt == Instant.Never)
            {
                TimeSpan wait = settings!.Health!.Every * i / wanted.Length;
                turn.Happened(new TrunkEvent.EndpointProbed(wanted[i], (known ?? new EndpointHealth()) with { ProbeAt = turn.Now.After(wait) }));
            }
        }
    }

    public static void Due(TrunkTurn turn)
    {
        foreach ((string uri, EndpointHealth endpoint) in turn.State.Endpoints)
        {
            if (endpoint.NextDue > turn.Now)
            {
                continue;
            }

            if (turn.SettingsOf(turn.State.Name)?.Health is not { } health)
            {
                turn.Happened(new TrunkEvent.EndpointGone(uri));
            }
            else if (endpoint.Open is { } open && open.GiveUpAt > turn.Now)
            {
                turn.Happened(new TrunkEvent.EndpointProbed(uri, endpoint with { Open = open.Repeated(turn.Now) }));
                turn.Send(open.Flow, open.Request, open.Branch);
            }
            else if (endpoint.Open is not null || endpoint.Lookup != 0)
            {
                Failed(turn, uri, endpoint, health);
            }
            else
            {
                Begin(turn, uri, endpoint, health);
            }
        }
    }

    /// <summary>RFC 3261 section 11.2: whoever answers an OPTIONS is there, whatever it says; but 503, and 408 of somebody before it, say that it is not.</summary>
    public static void Responded(TrunkTurn turn, SipMessage response)
    {
        if (response.StatusCode >= 200)
        {
            Answered(turn, Dialogs.ClientBranch(response), response.StatusCode is not (408 or 503));
        }
    }

    public static void TransportFailed(TrunkTurn turn, string branch) => Answered(turn, branch, answered: false);

    public static void Resolved(TrunkTurn turn, int lookup, ImmutableArray<Flow> flows)
    {
        foreach ((string uri, EndpointHealth endpoint) in turn.State.Endpoints)
        {
            if (endpoint.Lookup != lookup || turn.SettingsOf(turn.State.Name)?.Health is not { } health)
            {
                continue;
            }

            Next(turn, uri, endpoint, flows, health);
        }
    }

    private static void Answered(TrunkTurn turn, string branch, bool answered)
    {
        foreach ((string uri, EndpointHealth endpoint) in turn.State.Endpoints)
        {
            if (endpoint.Open?.Branch != branch || turn.SettingsOf(turn.State.Name)?.Health is not { } health)
            {
                continue;
            }

            if (answered)
            {
                Judge(turn, uri, endpoint, health, answered);
            }
            else
            {
                Failed(turn, uri, endpoint, health);
            }
        }
    }

    private static void Begin(TrunkTurn turn, string uri, EndpointHealth endpoint, TrunkHealthSettings health)
    {
        if (turn.SettingsOf(turn.State.Name) is not { } settings || Targets(turn, settings).FirstOrDefault(target => target.Uri == uri) is not { } target)
        {
            turn.Happened(new TrunkEvent.EndpointGone(uri));
        }
        else if (target.Flow is { } flow)
        {
            Next(turn, uri, endpoint, [flow], health);
        }
        else
        {
            int lookup = turn.State.Lookups + 1;
            turn.Happened(new TrunkEvent.EndpointProbed(uri, endpoint with { Lookup = lookup, ProbeAt = turn.Now.After(Patience(health)) }));
            turn.Resolve(lookup, target);
        }
    }

    /// <summary>A name is there if one of its targets is (RFC 3263 section 4.3): the next one is asked before the endpoint is judged.</summary>
    private static void Failed(TrunkTurn turn, string uri, EndpointHealth endpoint, TrunkHealthSettings health) =>
        Next(turn, uri, endpoint, endpoint.Open?.Rest ?? [], health);

    private static void Next(TrunkTurn turn, string uri, EndpointHealth endpoint, ImmutableArray<Flow> flows, TrunkHealthSettings health)
    {
        if (flows.IsEmpty)
        {
            Judge(turn, uri, endpoint, health, answered: false);
            return;
        }

        Flow flow = flows[0];
        uint number = Math.Max(endpoint.Probes + 1, (uint)(turn.Now.Milliseconds / 1000));
        (string branch, byte[] request) = ProbeRequest.Of(turn, uri, Place(turn, uri), flow, number);
        TimeSpan first = SipTimers.Default.T1;
        Instant repeatAt = flow.Transport.IsReliable() ? Instant.Never : turn.Now.After(first);
        turn.Happened(new TrunkEvent.EndpointProbed(uri, endpoint with
        {
            Probes = number,
            Lookup = 0,
            Open = new Probe(branch, flow, request, repeatAt, first, turn.Now.After(Patience(health)), flows.RemoveAt(0)),
        }));
        turn.Send(flow, request, branch);
    }

    private static void Judge(TrunkTurn turn, string uri, EndpointHealth endpoint, TrunkHealthSettings health, bool answered)
    {
        EndpointHealth next = endpoint with
        {
            Open = null,
            Lookup = 0,
            ProbeAt = turn.Now.After(health.Every),
            Unanswered = answered ? 0 : endpoint.Unanswered + 1,
            Answered = answered ? endpoint.Answered + 1 : 0,
        };
        turn.Happened(new TrunkEvent.EndpointProbed(uri, next));
        if (endpoint.IsDown ? next.Answered >= health.UpAfter : next.Unanswered >= health.DownAfter)
        {
            turn.Happened(new TrunkEvent.EndpointJudged(uri, !endpoint.IsDown, turn.Now));
        }
    }

    private static int Place(TrunkTurn turn, string uri) => turn.State.Endpoints.Keys.TakeWhile(each => each != uri).Count();

    private static TimeSpan Patience(TrunkHealthSettings health) => health.Every < s_patience ? health.Every : s_patience;

    private static IEnumerable<Target> Targets(TrunkTurn turn, TrunkSettings settings) =>
        settings.Endpoints.Select(peer => TrunkTargets.TargetAt(turn.Settings, settings, peer, "")).OfType<Target>();
}
