using System.Buffers.Binary;
using System.Net.Sockets;
using Controller.Cluster.Membership;

namespace Controller.Cluster.Links;

/// <summary>The exchange of <see cref="Hello"/> on a fresh connection: blocking, bounded in time and size.</summary>
internal sealed class Handshake(LinkOptions options)
{
    // A stranger may send anything: the hello of a far later version still fits.
    private const int MaxHelloBytes = 1024;

    /// <param name="refusal">Why not, if the result is false; null: the connection broke, or what came is no hello.</param>
    public bool Dial(Socket socket, Incarnation to, out string? refusal)
    {
        Bound(socket);
        Hello ours = Ours(to);
        FrameBuffer frame = new();
        Hello.Write(ours, frame);
        socket.Send(frame.Written.Span);
        Hello? theirs = Receive(socket, out refusal);
        if (theirs is null)
        {
            return false;
        }

        refusal = Hello.Objection(ours, theirs) ?? (theirs.From == to ? null : $"it is {theirs.From}, not {to}");
        Unbound(socket);
        return refusal is null;
    }

    /// <summary>What a connection that was accepted says of itself; null if it says nothing that can be understood.</summary>
    public Hello? Accept(Socket socket)
    {
        Bound(socket);
        return Receive(socket, out _);
    }

    /// <summary>Why this node has no link with whoever said it; null: it has.</summary>
    public string? Objection(Hello theirs) =>
        Hello.Objection(Ours(theirs.From), theirs) ?? (theirs.To == options.Self ? null : $"this is {options.Self}, not {theirs.To}");

    public void Welcome(Socket socket, Hello theirs)
    {
        FrameBuffer frame = new();
        Hello.Write(Ours(theirs.From), frame);
        socket.Send(frame.Written.Span);
        Unbound(socket);
    }

    public static void Refuse(Socket socket, string reason)
    {
        FrameBuffer frame = new();
        Hello.WriteRefusal(reason, frame);
        socket.Send(frame.Written.Span);
    }

    private static Hello? Receive(Socket socket, out string? refusal)
    {
        refusal = null;
        Span<byte> octets = stackalloc byte[MaxHelloBytes];
        if (!Fill(socket, octets[..FrameCodec.LengthBytes]))
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(octets);
        return length is < 1 or > MaxHelloBytes || !Fill(socket, octets[..length]) ? null : Hello.Read(octets[..length], out refusal);
    }

    private static bool Fill(Socket socket, Span<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int received = socket.Receive(octets);
            if (received == 0)
            {
                return false;
            }

            octets = octets[received..];
        }

        return true;
    }

    private Hello Ours(Incarnation to) => new(Hello.CurrentVersion, options.Identity, options.Self, to, options.Level);

    private void Bound(Socket socket) => socket.ReceiveTimeout = socket.SendTimeout = (int)options.Handshake.TotalMilliseconds;

    private static void Unbound(Socket socket) => socket.ReceiveTimeout = socket.SendTimeout = 0;
}
