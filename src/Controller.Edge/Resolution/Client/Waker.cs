using System.Net;
using System.Net.Sockets;

namespace Controller.Edge.Resolution.Client;

/// <summary>Ends the wait of the thread that watches sockets. <see cref="Wake"/> may be called by any thread.</summary>
internal sealed class Waker : IDisposable
{
    private readonly byte[] _one = new byte[1];
    private int _isAwake;

    public Waker()
    {
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        Socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Socket.Connect(Socket.LocalEndPoint!);
    }

    /// <summary>Can be read once there is something to do.</summary>
    public Socket Socket { get; }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            try
            {
                Socket.Send([1]);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The thread looks by itself now and then; or it has ended.
            }
        }
    }

    /// <summary>By the thread that was woken, before it looks at what there is to do.</summary>
    public void Awoken()
    {
        Volatile.Write(ref _isAwake, 0);
        try
        {
            while (Socket.Available > 0)
            {
                Socket.Receive(_one);
            }
        }
        catch (SocketException)
        {
            // Nothing to read.
        }
    }

    public void Dispose() => Socket.Dispose();
}
