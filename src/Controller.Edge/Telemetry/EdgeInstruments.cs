using System.Diagnostics.Metrics;
using Controller.Actors.Trunks;
using Controller.Sip.Framing;
using Controller.Sip.Transport;

namespace Controller.Edge.Telemetry;

/// <summary>What the edge counts: meter "Controller.Edge". Counting is one interlocked addition; reading happens when somebody observes.</summary>
internal sealed class EdgeInstruments : IDisposable
{
    public const string MeterName = "Controller.Edge";

    private const int Transports = (int)SipTransport.Wss + 1;

    private readonly Meter _meter = new(MeterName);
    private readonly long[] _received = new long[Transports];
    private readonly long[] _receivedBytes = new long[Transports];
    private readonly long[] _sent = new long[Transports];
    private readonly long[] _sentBytes = new long[Transports];
    private readonly long[] _sendFailures = new long[Transports];
    private readonly long[] _connections = new long[Transports];
    private readonly CountByName<DropReason> _dropped = new();
    private readonly CountByName<RejectionReason> _malformed = new();
    private readonly CountByName<CloseReason> _closed = new();
    private readonly long[] _answered = new long[700];
    private readonly Counter<long> _trunkAnswers;
    private readonly Counter<long> _registrations;
    private long _dispatchRefused;
    private long _unknownEmissions;
    private long _lookUps;
    private long _lookUpsFailed;

    public EdgeInstruments(Func<long> poolOverflows)
    {
        PerTransport("edge.messages.received", "Messages that arrived, before any of them is judged.", _received);
        PerTransport("edge.bytes.received", "Octets that arrived.", _receivedBytes);
        PerTransport("edge.messages.sent", "Messages handed to the network.", _sent);
        PerTransport("edge.bytes.sent", "Octets handed to the network.", _sentBytes);
        PerTransport("edge.send.failures", "Messages that could not be handed to the network.", _sendFailures);
        _meter.CreateObservableGauge("edge.connections", () => Read(_connections), description: "Stream connections that are open.");
        _meter.CreateObservableCounter("edge.connections.closed", () => _closed.Read("reason"), description: "Stream connections that ended.");
        _meter.CreateObservableCounter(
            "edge.messages.rejected", () => _dropped.Read("reason").Concat(_malformed.Read("reason")),
            description: "Messages that no actor saw: dropped, or answered because they are malformed.");
        _meter.CreateObservableCounter("edge.messages.answered", ReadAnswered, description: "Requests that the edge answered without state.");
        _meter.CreateObservableCounter("edge.dispatch.refused", () => Volatile.Read(ref _dispatchRefused), description: "Inputs that the actors did not take.");
        _meter.CreateObservableCounter(
            "edge.emissions.unknown", () => Volatile.Read(ref _unknownEmissions), description: "Messages of other nodes that this version cannot read.");
        _trunkAnswers = _meter.CreateCounter<long>("edge.trunk.answers", description: "What trunks with limits have said to legs that wanted to use them.");
        _registrations = _meter.CreateCounter<long>("edge.trunk.registrations", description: "Attempts to register accounts of trunks that have ended, by what was said last.");
        _meter.CreateObservableCounter("edge.resolutions", () => Volatile.Read(ref _lookUps), description: "Host names asked for.");
        _meter.CreateObservableCounter(
            "edge.resolutions.failed", () => Volatile.Read(ref _lookUpsFailed), description: "Host names that led nowhere in time.");
        _meter.CreateObservableCounter(
            "edge.receive.pool.overflows", poolOverflows, description: "Receive buffers made because all pooled ones were out.");
    }

    public Meter Meter => _meter;

    public void Received(SipTransport transport, int bytes)
    {
        Interlocked.Increment(ref _received[(int)transport]);
        Interlocked.Add(ref _receivedBytes[(int)transport], bytes);
    }

    public void Sent(SipTransport transport, int bytes)
    {
        Interlocked.Increment(ref _sent[(int)transport]);
        Interlocked.Add(ref _sentBytes[(int)transport], bytes);
    }

    public void SendFailed(SipTransport transport)
    {
        // A flow out of a journal may name what this version does not know.
        int at = (int)transport < Transports ? (int)transport : 0;
        Interlocked.Increment(ref _sendFailures[at]);
    }

    public void Dropped(DropReason reason) => _dropped.Add((int)reason);

    public void Malformed(RejectionReason reason) => _malformed.Add((int)reason);

    public void Answered(int status)
    {
        if ((uint)status < (uint)_answered.Length)
        {
            Interlocked.Increment(ref _answered[status]);
        }
    }

    public void DispatchRefused() => Interlocked.Increment(ref _dispatchRefused);

    public void TrunkAnswered(string trunk, TrunkVerdict verdict) =>
        _trunkAnswers.Add(1, new("trunk", trunk), new("verdict", verdict switch { TrunkVerdict.Granted => "granted", TrunkVerdict.Full => "full", TrunkVerdict.Down => "down", _ => "too-fast" }));

    public void Registered(string trunk, int status, bool isRegistered) =>
        _registrations.Add(1, new("trunk", trunk), new("status", status), new("result", isRegistered ? "registered" : "failed"));

    public void UnknownEmission() => Interlocked.Increment(ref _unknownEmissions);

    public void Opened(SipTransport transport) => Interlocked.Increment(ref _connections[(int)transport]);

    public void Closed(SipTransport transport) => Interlocked.Decrement(ref _connections[(int)transport]);

    public void Closed(CloseReason reason) => _closed.Add((int)reason);

    public void LookedUp(bool found)
    {
        Interlocked.Increment(ref _lookUps);
        if (!found)
        {
            Interlocked.Increment(ref _lookUpsFailed);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void PerTransport(string name, string description, long[] counts) =>
        _meter.CreateObservableCounter(name, () => Read(counts), description: description);

    private static IEnumerable<Measurement<long>> Read(long[] counts)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            long count = Volatile.Read(ref counts[i]);
            if (count != 0 || i is (int)SipTransport.Udp or (int)SipTransport.Tcp)
            {
                string name = i == 0 ? "unknown" : ((SipTransport)i).UriToken();
                yield return new Measurement<long>(count, new KeyValuePair<string, object?>("transport", name));
            }
        }
    }

    private IEnumerable<Measurement<long>> ReadAnswered()
    {
        for (int status = 0; status < _answered.Length; status++)
        {
            long count = Volatile.Read(ref _answered[status]);
            if (count != 0)
            {
                yield return new Measurement<long>(count, new KeyValuePair<string, object?>("status", status));
            }
        }
    }
}
