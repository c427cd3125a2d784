using Controller.Sip.Transport;

namespace Controller.Host.Admin.Rendering;

/// <summary>A flow in one word of transport and one of address: <c>tcp 192.0.2.7:40112</c>.</summary>
public static class FlowText
{
    public static string Of(Flow flow) => $"{flow.Transport.UriToken()} {flow.Remote}";
}
