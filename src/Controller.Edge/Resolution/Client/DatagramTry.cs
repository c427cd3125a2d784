using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Resolution.Client;

/// <summary>Over UDP. The socket is not connected, so that what another address sends is seen and counted.</summary>
internal sealed class DatagramTry : Try
{
    /// <exception cref="SocketException">It could not be sent.</exception>
    public DatagramTry(IPEndPoint server, DnsQuestion question, bool hasOptions, ResolutionInstruments instruments)
        : base(new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false }, server, question, hasOptions, instruments)
    {
        try
        {
            // Port 0: the system draws one.
            Socket.Bind(new IPEndPoint(server.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
            Socket.SendTo(DnsQuery.Write(Id, question, hasOptions), server);
        }
        catch (SocketException)
        {
            Dispose();
            throw;
        }
    }

    public override bool IsConnecting => false;

    public override Heard Read(byte[] buffer, out DnsMessage? message)
    {
        EndPoint from = new IPEndPoint(Socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        int length = Socket.ReceiveFrom(buffer, ref from);
        return IsOurs(buffer.AsSpan(0, length), from, out message) ? Heard.Answer : Heard.Nothing;
    }

    public override void Connected()
    {
    }
}
