using System.Net;
using System.Net.Sockets;

namespace Controller.Interop.Tests.Parties;

internal sealed class DatagramSocket : IPartySocket
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _buffer = new byte[65536];
    private EndPoint _source = new IPEndPoint(IPAddress.Any, 0);

    public DatagramSocket(IPEndPoint local)
    {
        _socket.ReceiveBufferSize = 8 << 20;
        _socket.Bind(local);
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }
    public string Transport => "UDP";
    public bool IsReliable => false;

    public void Send(byte[] bytes, IPEndPoint to) => _socket.SendTo(bytes, to);

    public bool Reaches(IPEndPoint to) => true;

    public IPEndPoint? TakeBroken() => null;

    public bool Wait(int milliseconds) => _socket.Poll(milliseconds * 1000, SelectMode.SelectRead);

    public void Receive(PartyMessage take)
    {
        int length = _socket.ReceiveFrom(_buffer, ref _source);
        take(_buffer.AsSpan(0, length), (IPEndPoint)_source);
    }

    public void Dispose() => _socket.Dispose();
}
