using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows;

/// <summary>Every flow, over both transports.</summary>
internal static class FlowCatalogue
{
    public static readonly IReadOnlyList<FlowScript> All = [.. Rfc3262.Flows, .. Rfc3311.Flows, .. Rfc3515.Flows, .. Rfc3665.Flows, .. Rfc3891.Flows, .. Rfc4028.Flows, .. Rfc5359.Flows, .. Rfc5359Replaces.Flows, .. Rfc5407.Flows, .. Rfc5407Appendices.Flows];

    public static TheoryData<string, SipTransport> Names
    {
        get
        {
            var names = new TheoryData<string, SipTransport>();
            foreach (FlowScript flow in All)
            {
                names.Add(flow.Name, SipTransport.Udp);
                names.Add(flow.Name, SipTransport.Tcp);
            }

            return names;
        }
    }

    public static TheoryData<string> Flows => [.. All.Select(flow => flow.Name)];

    public static FlowScript Find(string name) => All.Single(flow => flow.Name == name);
}
