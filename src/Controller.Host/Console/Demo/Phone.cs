using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Host.Console.Demo;

/// <summary>The smallest user agent over UDP that can show a call: it registers, calls, answers, hangs up. It repeats nothing: loopback loses nothing.</summary>
public sealed class Phone : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly BlockingCollection<SipMessage> _received = [];
    private readonly IPEndPoint _controller;
    private readonly Ladder _ladder;
    private readonly bool _isLeft;
    private readonly Thread _reader;

    public Phone(string name, string domain, string password, IPEndPoint controller, Ladder ladder, bool isLeft)
    {
        (Name, Domain, Password, _controller, _ladder, _isLeft) = (name, domain, password, controller, ladder, isLeft);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = (IPEndPoint)_socket.LocalEndPoint!;
        _reader = new Thread(Read) { IsBackground = true, Name = "phone " + name };
        _reader.Start();
    }

    public string Name { get; }
    public string Domain { get; }
    public string Password { get; }
    public IPEndPoint Address { get; }
    public string Contact => $"<sip:{Name}@{Address}>";

    public void Send(byte[] message)
    {
        // Before it leaves: whatever it causes is drawn below it.
        _ladder.Message(_isLeft, toRight: _isLeft, LabelOf(SipMessage.Copy(message)));
        _socket.SendTo(message, _controller);
    }

    /// <summary>The next message that <paramref name="wanted"/> accepts; others are dropped.</summary>
    /// <exception cref="DemoException">It does not come in time.</exception>
    public SipMessage Await(string what, Func<SipMessage, bool> wanted)
    {
        long end = Environment.TickCount64 + 4000;
        while (_received.TryTake(out SipMessage? message, (int)Math.Max(0, end - Environment.TickCount64)))
        {
            if (wanted(message))
            {
                return message;
            }
        }

        throw new DemoException($"{Name} waited 4 s for {what}");
    }

    public void Dispose()
    {
        _socket.Dispose();
        _reader.Join();
        _received.Dispose();
    }

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);

    private static string LabelOf(SipMessage message)
    {
        _ = CSeq.TryParse(message.Value(HeaderId.CSeq), out CSeq cseq, out _);
        return message.IsRequest
            ? $"{Text(message.MethodText)} ({cseq.Number})"
            : $"{message.StatusCode} {Text(message.ReasonPhrase)} ({cseq.Method.Name()} {cseq.Number})";
    }

    private void Read()
    {
        byte[] buffer = new byte[65536];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                int length = _socket.ReceiveFrom(buffer, ref from);
                SipMessage message = SipMessage.Copy(buffer.AsSpan(0, length));
                _ladder.Message(_isLeft, toRight: !_isLeft, LabelOf(message));
                _received.Add(message);
            }
            catch (FormatException)
            {
                // Not SIP: the wait for what should have come says so.
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
