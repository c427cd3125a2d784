using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Cluster.Limits;

/// <summary>A carrier's endpoint that can be there or not: it answers OPTIONS, is busy for every call, and writes down who asked.</summary>
internal sealed class ProbedEndpoint : IDisposable
{
    private readonly UdpClient _socket;
    private readonly Thread _loop;
    private readonly Lock _gate = new();
    private readonly List<(TimeSpan At, string CallId)> _probes = [];
    private readonly HashSet<string> _invited = [];
    private readonly List<string> _odd = [];

    public ProbedEndpoint(IPAddress here)
    {
        _socket = new UdpClient(new IPEndPoint(here, 0));
        _loop = new Thread(Loop) { IsBackground = true, Name = "probed" };
        _loop.Start();
    }

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    /// <summary>Whether it says anything.</summary>
    public volatile bool IsThere = true;

    /// <summary>When each OPTIONS came for the first time.</summary>
    public IReadOnlyList<(TimeSpan At, string CallId)> Probes
    {
        get
        {
            lock (_gate)
            {
                return [.. _probes];
            }
        }
    }

    /// <summary>How many calls came.</summary>
    public int Invited
    {
        get
        {
            lock (_gate)
            {
                return _invited.Count;
            }
        }
    }

    /// <summary>What came and is no message of SIP.</summary>
    public IReadOnlyList<string> Odd
    {
        get
        {
            lock (_gate)
            {
                return [.. _odd];
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _loop.Join();
    }

    private void Loop()
    {
        try
        {
            while (true)
            {
                IPEndPoint? from = null;
                byte[] datagram = _socket.Receive(ref from);
                try
                {
                    Take(WireMessage.Parse(datagram), from);
                }
                catch (FormatException wrong)
                {
                    lock (_gate)
                    {
                        _odd.Add($"{wrong.Message}, from {from}: {Convert.ToHexString(datagram)}");
                    }
                }
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Take(WireMessage request, IPEndPoint from)
    {
        lock (_gate)
        {
            if (request.Method == "OPTIONS" && _probes.All(probe => probe.CallId != request.CallId))
            {
                _probes.Add((Stopwatch.GetElapsedTime(0), request.CallId));
            }
            else if (request.Method == "INVITE")
            {
                _invited.Add(request.CallId);
            }
        }

        if (IsThere && request.Method is "OPTIONS" or "INVITE")
        {
            _socket.Send(Encoding.Latin1.GetBytes(
                $"SIP/2.0 {(request.Method == "INVITE" ? "486 Busy Here" : "200 OK")}\r\nVia: {request.TopVia}\r\nFrom: {request.Required("From")}\r\nTo: {request.Required("To")};tag=1\r\n" +
                $"Call-ID: {request.CallId}\r\nCSeq: {request.Required("CSeq")}\r\nContent-Length: 0\r\n\r\n"), from);
        }
    }
}
