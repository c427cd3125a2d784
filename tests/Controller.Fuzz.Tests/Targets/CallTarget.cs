using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tests.Topology;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>
/// A call between two parties who stutter, lie and repeat themselves. The input is what arrived, in order: one octet for its kind, four for its length, itself.
/// What is stored must be readable and fold, what is sent must be a message.
/// </summary>
internal sealed class CallTarget : Target
{
    private const int Steps = 24;

    private enum Kind : byte { FromCaller, FromCallee, TimePasses, Recovered, HangUp, TransportFailed }

    public override string Name => "call";

    public override byte[] Next(Random random)
    {
        var input = new ArrayBufferWriter<byte>();
        var caller = new Speaker(new Side('a', random), random) { Local = "<sip:ann@a.example>", Remote = "<sip:+15551234@203.0.113.1>" };
        var callee = new Speaker(new Side('b', random), random);
        caller.Side.CallId = "a-call@192.0.2.10";
        var call = new Driven();
        try
        {
            Add(Kind.FromCaller, caller.Request("INVITE", "Supported: 100rel, timer, 199\r\n", "sdp", "parts", "none"));
            for (int step = 0; step < Steps; step++)
            {
                Step();
            }
        }
        catch (Exception) when (input.WrittenCount > 0)
        {
            // Run meets it again.
        }

        return input.WrittenSpan.ToArray();

        void Step()
        {
            if (call.Heard.Count > 0 && random.Next(8) != 0)
            {
                (bool byCaller, SipMessage message) = random.Next(6) == 0 ? call.Heard.Peek() : call.Heard.Dequeue();
                Answer(byCaller ? caller : callee, byCaller ? Kind.FromCaller : Kind.FromCallee, message);
                return;
            }

            (Speaker who, Kind from) = random.Next(2) == 0 ? (caller, Kind.FromCaller) : (callee, Kind.FromCallee);
            switch (random.Next(12))
            {
                case 0:
                    Add(Kind.TimePasses, BitConverter.GetBytes(random.Next(100_000)));
                    break;
                case 1:
                    Add(random.Next(4) == 0 ? Kind.HangUp : Kind.Recovered, Array.Empty<byte>());
                    break;
                case 2:
                    Add(Kind.TransportFailed, Array.Empty<byte>());
                    break;
                case 3 when from == Kind.FromCaller:
                    Add(from, who.Cancel());
                    break;
                default:
                    string[] methods = ["INVITE", "UPDATE", "INFO", "BYE", "REFER", "NOTIFY", "PRACK", "MESSAGE", "OPTIONS", "SUBSCRIBE", "FROB", "ACK"];
                    Add(from, who.Request(methods[random.Next(methods.Length)], random.Next(3) == 0 ? "RAck: 1 1 INVITE\r\nRefer-To: <sip:x@192.0.2.1?Replaces=a%3Bto-tag%3Db>\r\nEvent: refer\r\n" : "", "sdp", "none", "parts", "fragment"));
                    break;
            }
        }

        void Answer(Speaker who, Kind from, SipMessage message)
        {
            if (!message.IsRequest)
            {
                who.RemoteTag = Driven.Tag(message, Sip.Headers.HeaderId.To) is { Length: > 0 } tag ? tag : who.RemoteTag;
                if (message.Method == SipMethod.Invite && message.StatusCode >= 200)
                {
                    Add(from, who.Ack(message.StatusCode, !who.InviteOffered));
                }

                return;
            }

            if (message.Method == SipMethod.Invite && from == Kind.FromCallee && callee.RemoteTag.Length == 0)
            {
                callee.Local = Encoding.Latin1.GetString(message.Value(Sip.Headers.HeaderId.To));
                callee.Remote = Encoding.Latin1.GetString(message.Value(Sip.Headers.HeaderId.From)).Split(";tag=")[0];
                callee.RemoteTag = Driven.Tag(message, Sip.Headers.HeaderId.From);
                callee.Side.CallId = Encoding.Latin1.GetString(message.Value(Sip.Headers.HeaderId.CallId));
            }

            int[] statuses = [100, 180, 183, 183, 199, 200, 200, 200, 200, 202, 302, 401, 408, 422, 481, 486, 491, 500, 503, 603];
            Add(from, who.Response(message, statuses[random.Next(statuses.Length)], random.Next(3) == 0 ? "Require: 100rel\r\nRSeq: 1\r\nMin-SE: 90\r\nRetry-After: 1\r\n" : "", "sdp", "none", "parts"));
        }

        void Add(Kind kind, object said)
        {
            byte[] octets = said as byte[] ?? Encoding.Latin1.GetBytes((string)said);
            if (said is string && random.Next(3) == 0)
            {
                octets = Mutation.Of(octets, Seeds.Messages, random);
            }

            Span<byte> head = input.GetSpan(5);
            head[0] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], octets.Length);
            input.Advance(5);
            input.Write(octets);
            call.Give((byte)kind, octets);
        }
    }

    public override void Run(byte[] input)
    {
        var call = new Driven();
        for (ReadOnlySpan<byte> rest = input; rest.Length >= 5;)
        {
            int length = Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(rest[1..]), 0, rest.Length - 5);
            call.Give(rest[0], rest.Slice(5, length).ToArray());
            rest = rest[(5 + length)..];
        }
    }

    /// <summary>The call under test, behind the same door as in a node: what the edge refuses does not reach it.</summary>
    private sealed class Driven
    {
        private static readonly CallEventCodec Codec = new();
        private static readonly ControllerSettings Settings = CallDriver.OneTrunk();
        private static readonly ActorId Self = ActorKeys.ForCallId(Settings.Secret.Span, "a-call@192.0.2.10"u8);

        private CallState _state = CallState.Empty;
        private CallState _stored = CallState.Empty;
        private Instant _now = new(1_700_000_000_000);
        private string _branch = "";

        public Queue<(bool ToCaller, SipMessage Message)> Heard { get; } = new();

        public void Give(byte kind, byte[] octets)
        {
            switch ((Kind)(kind % 6))
            {
                case Kind.TimePasses:
                    _now = _now.After(TimeSpan.FromMilliseconds(octets.Length < 4 ? 1 : BitConverter.ToUInt32(octets) % 1_000_000));
                    Decide(CallInput.TimerDue.Instance);
                    break;
                case Kind.Recovered:
                    _state = _stored;
                    Decide(CallInput.Recovered.Instance);
                    break;
                case Kind.HangUp:
                    Decide(CallInput.HangUp.Instance);
                    break;
                case Kind.TransportFailed:
                    Decide(new CallInput.TransportFailed(_branch, "refused"));
                    break;
                default:
                    bool caller = kind % 6 == (byte)Kind.FromCaller;
                    var flow = new Sip.Transport.Flow(Sip.Transport.SipTransport.Udp, caller ? 0 : 1, caller ? CallDriver.Caller : CallDriver.Callee);
                    if (Admitted(octets) is { } message)
                    {
                        Decide(message.IsRequest ? new CallInput.RequestReceived(message, flow) : new CallInput.ResponseReceived(message, flow));
                    }

                    break;
            }
        }

        public static string Tag(SipMessage message, Sip.Headers.HeaderId id) =>
            Sip.Headers.NameAddr.TryParse(message.Value(id), out Sip.Headers.NameAddr party) ? Encoding.Latin1.GetString(party.Tag) : "";

        private static SipMessage? Admitted(byte[] octets)
        {
            var message = new SipMessage();
            return DatagramFraming.Parse(octets, message, SipLimits.Default, out _) == ParseOutcome.Done && MessageScreening.Check(message) == RejectionReason.None
                && (!message.IsRequest || RequestScreening.Answer(message, Capabilities.Rules, out _) == 0)
                ? SipMessage.Copy(message.Raw)
                : null;
        }

        private void Decide(CallInput input)
        {
            _now = _now.After(TimeSpan.FromMilliseconds(20));
            Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(_state, input, new ActorContext<ControllerSettings>(Self, _now, Settings));
            _state = decision.Stop ? CallState.Empty : decision.Next;
            Store(decision);
            _ = Call.NextDue(_state);
            foreach (CallEffect effect in decision.Effects)
            {
                if (effect is CallEffect.Send send)
                {
                    SipMessage message = SipMessage.Copy(send.Bytes.Span);
                    CheckGood(message);
                    _branch = send.Branch.Length > 0 ? send.Branch : _branch;
                    Heard.Enqueue((send.To.Listener == 0, message));
                }
            }
        }

        private void Store(in Decision<CallState, CallEvent, CallEffect> decision)
        {
            if (decision.Stop)
            {
                _stored = CallState.Empty;
            }
            else if (decision.Events.Any(happened => Call.DurabilityOf(happened) != Durability.Volatile))
            {
                var row = new ArrayBufferWriter<byte>();
                Codec.Encode(decision.Events.AsSpan(), row);
                _stored = Codec.Decode(row.WrittenSpan).Aggregate(_stored, Call.Evolve);
            }
        }
    }
}
