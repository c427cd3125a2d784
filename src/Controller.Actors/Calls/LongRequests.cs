using System.Collections.Immutable;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls;

/// <summary>
/// RFC 3261 section 18.1.1: "If a request is within 200 bytes of the path MTU, or if it is larger than 1300 bytes and the path MTU is unknown, the request MUST be
/// sent using an RFC 2914 congestion controlled transport protocol, such as TCP."
/// <para>
/// A request that begins something on a trunk and is too long is made anew, for TCP: its Via, its Contact and the flow of its dialog are those of TCP from the first
/// byte on. What was decided is the order of the targets, which is in the events of the call.
/// </para>
/// </summary>
internal static class LongRequests
{
    /// <summary>The request is too long for where the target at the head of the list is about to get it.</summary>
    public static bool IsTooLong(ControllerSettings settings, Target target, Flow flow, int length) =>
        !target.IsUdpOnly && flow.Transport == SipTransport.Udp && settings.TrunkOf(target.Trunk) is { } trunk && length > trunk.MaxUdpLength;

    /// <summary>
    /// The targets with those by TCP before those by UDP of the same next hop: what a look-up has found, else the same address and port. The others stay behind:
    /// "if the attempt to establish the connection generates either an ICMP Protocol Not Supported, or results in a TCP reset, the element SHOULD retry the request,
    /// using UDP." Null if no TCP leads there.
    /// </summary>
    /// <param name="flow">Where the first of them was about to be tried.</param>
    public static ImmutableArray<Target>? ByTcp(ControllerSettings settings, ImmutableArray<Target> targets, Flow flow)
    {
        int same = 1 + targets.Skip(1).TakeWhile(target => target.IsAlternative).Count();
        Target head = targets[0] with { Flow = flow, Host = "", Transport = flow.Transport, Listener = flow.Listener, AnyTransport = false };
        Target[] hop = [head, .. targets.Take(same).Skip(1)];
        Target[] streams = [.. hop.Where(target => target.Transport == SipTransport.Tcp)];
        bool isFound = streams.Length > 0;
        if (!isFound)
        {
            if (ListenerLike(settings, flow) is not { } listener)
            {
                return null;
            }

            streams = [head with { Flow = new Flow(SipTransport.Tcp, listener, flow.Remote), Transport = SipTransport.Tcp, Listener = listener }];
        }

        IEnumerable<Target> ordered = streams.Concat(hop.Where(target => target.Transport != SipTransport.Tcp));
        return
        [
            .. ordered.Select((target, i) => target with
            {
                // Another address of the name may have a TCP of its own.
                IsUdpOnly = target.IsUdpOnly || (target.Transport == SipTransport.Udp && (isFound || ReferenceEquals(target, head))),
                IsAlternative = i > 0 || head.IsAlternative,
                IsRedirected = i == 0 && head.IsRedirected,
            }),
            .. targets.Skip(same),
        ];
    }

    /// <summary>The connection to the target at the head of the list could not be had, and the next one is the same by UDP: no code of retry-on has a say in that.</summary>
    public static bool IsSentAgain(ImmutableArray<Target> targets, Leg? failed, int status, bool isResponse) =>
        !isResponse && status == 503 && failed is { Flow.Transport: SipTransport.Tcp } && !targets.IsEmpty && targets[0] is { IsAlternative: true, Transport: SipTransport.Udp };

    /// <summary>A TCP listener of the same realm and the same family.</summary>
    private static int? ListenerLike(ControllerSettings settings, Flow flow)
    {
        for (int i = 0; i < settings.Listeners.Length; i++)
        {
            ListenerSettings one = settings.Listeners[i];
            if (one.Transport == SipTransport.Tcp && one.Realm == settings.Listeners[flow.Listener].Realm && one.Listen.AddressFamily == flow.Remote.AddressFamily)
            {
                return i;
            }
        }

        return null;
    }
}
