using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Actors.Trunks;
using Controller.Edge.Flows;
using Controller.Edge.Listeners;
using Controller.Sharding.Model;
using Controller.Sharding.Wire;
using Controller.Sip.Framing;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Edge.Dispatch;

/// <summary>
/// The inputs of all kinds of actors as they travel: version, kind, content. A message travels as its octets and is framed and screened again where it
/// arrives. Timers and recoveries are a node's own. Thread-safe.
/// </summary>
public sealed class InputCodec : IInputCodec
{
    private const byte Version = 1;

    private readonly SipLimits _limits;
    private readonly ReceiveBuffers _buffers;

    /// <param name="limits">As the edge's: what it would not have let in is not read.</param>
    public InputCodec(SipLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        _buffers = new ReceiveBuffers(limits.MaxHeaderBytes + limits.MaxBodyBytes);
    }

    /// <summary>On the wire: append only, never renumber.</summary>
    private enum Kind : byte
    {
        Request = 1,
        Response = 2,
        Register = 3,
        TransportFailed = 4,
        LookUp = 5,
        BindingsFound = 6,
        DialogAsked = 7,
        DialogFound = 8,
        HangUp = 9,
        Resolved = 10,
        TrunkAsked = 11,
        TrunkAnswered = 12,
        TrunkFreed = 13,
        TrunkChecked = 14,
        TrunkWoken = 15,
        AccountWoken = 16,
    }

    public bool TryEncode(object input, IBufferWriter<byte> into)
    {
        OctetWriter writer = new(into);
        switch (input)
        {
            case CallInput.RequestReceived received:
                Message(ref writer, Kind.Request, received.Flow, received.Request);
                break;
            case CallInput.ResponseReceived received:
                Message(ref writer, Kind.Response, received.Flow, received.Response);
                break;
            case RegistrationInput.RegisterReceived received:
                Message(ref writer, Kind.Register, received.Flow, received.Request);
                break;
            case CallInput.TransportFailed failed:
                Begin(ref writer, Kind.TransportFailed);
                writer.Text(failed.Branch);
                writer.Text(failed.Reason);
                break;
            case RegistrationInput.LookUp lookUp:
                Begin(ref writer, Kind.LookUp);
                writer.Actor(lookUp.Call);
                writer.I32(lookUp.Lookup);
                break;
            case CallInput.BindingsFound found:
                Begin(ref writer, Kind.BindingsFound);
                writer.I32(found.Lookup);
                LookupWire.Write(ref writer, found.Bindings);
                break;
            case CallInput.DialogAsked asked:
                Begin(ref writer, Kind.DialogAsked);
                writer.Actor(asked.By);
                writer.I32(asked.Lookup);
                LookupWire.Write(ref writer, asked.Query);
                break;
            case CallInput.DialogFound found:
                Begin(ref writer, Kind.DialogFound);
                writer.I32(found.Lookup);
                LookupWire.Write(ref writer, found.Party);
                break;
            case CallInput.Resolved resolved:
                Begin(ref writer, Kind.Resolved);
                writer.I32(resolved.Lookup);
                LookupWire.Write(ref writer, resolved.Targets);
                break;
            case CallInput.TrunkAsked asked:
                Begin(ref writer, Kind.TrunkAsked);
                writer.Actor(asked.By);
                writer.I32(asked.Lookup);
                writer.I32(asked.Leg);
                writer.Text(asked.Trunk);
                writer.Bool(asked.IsUrgent);
                writer.Text(asked.Endpoint);
                break;
            case CallInput.TrunkWoken woken:
                Begin(ref writer, Kind.TrunkWoken);
                writer.Text(woken.Trunk);
                break;
            case CallInput.TrunkAnswered answered:
                Begin(ref writer, Kind.TrunkAnswered);
                writer.I32(answered.Lookup);
                writer.I32(answered.Leg);
                writer.Text(answered.Trunk);
                writer.U8((byte)answered.Verdict);
                break;
            case CallInput.TrunkFreed freed:
                Begin(ref writer, Kind.TrunkFreed);
                writer.Actor(freed.Call);
                writer.I32(freed.Leg);
                break;
            case CallInput.TrunkChecked @checked:
                Begin(ref writer, Kind.TrunkChecked);
                writer.Actor(@checked.Trunk);
                writer.I32(@checked.Leg);
                break;
            case CallInput.AccountWoken woken:
                Begin(ref writer, Kind.AccountWoken);
                writer.Text(woken.Trunk);
                writer.Text(woken.AddressOfRecord);
                break;
            case CallInput.HangUp:
                Begin(ref writer, Kind.HangUp);
                break;
            default:
                return false;
        }

        return true;
    }

    public bool TryDecode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out object input)
    {
        OctetReader reader = new(bytes);
        byte version = reader.U8();
        Kind kind = (Kind)reader.U8();
        input = version != Version ? null : kind switch
        {
            Kind.Request => Message(ref reader, isRequest: true, static (message, flow) => new CallInput.RequestReceived(message, flow)),
            Kind.Response => Message(ref reader, isRequest: false, static (message, flow) => new CallInput.ResponseReceived(message, flow)),
            Kind.Register => Message(ref reader, isRequest: true, static (message, flow) => new RegistrationInput.RegisterReceived(message, flow)),
            Kind.TransportFailed => new CallInput.TransportFailed(reader.Text(), reader.Text()),
            Kind.LookUp => new RegistrationInput.LookUp(reader.Actor(), reader.I32()),
            Kind.BindingsFound => new CallInput.BindingsFound(reader.I32(), LookupWire.Bindings(ref reader)),
            Kind.DialogAsked => new CallInput.DialogAsked(reader.Actor(), reader.I32(), LookupWire.Query(ref reader)),
            Kind.DialogFound => new CallInput.DialogFound(reader.I32(), LookupWire.Party(ref reader)),
            Kind.Resolved => new CallInput.Resolved(reader.I32(), LookupWire.Targets(ref reader)),
            Kind.TrunkAsked => new CallInput.TrunkAsked(reader.Actor(), reader.I32(), reader.I32(), reader.Text(), reader.Bool(), reader.Text()),
            Kind.TrunkWoken => new CallInput.TrunkWoken(reader.Text()),
            Kind.TrunkAnswered => new CallInput.TrunkAnswered(reader.I32(), reader.I32(), reader.Text(), (TrunkVerdict)reader.U8()),
            Kind.TrunkFreed => new CallInput.TrunkFreed(reader.Actor(), reader.I32()),
            Kind.TrunkChecked => new CallInput.TrunkChecked(reader.Actor(), reader.I32()),
            Kind.AccountWoken => new CallInput.AccountWoken(reader.Text(), reader.Text()),
            Kind.HangUp => CallInput.HangUp.Instance,
            _ => null,
        };
        if (input is not null && !reader.IsWhole)
        {
            input = null;
        }

        return input is not null;
    }

    private static void Begin(ref OctetWriter writer, Kind kind)
    {
        writer.U8(Version);
        writer.U8((byte)kind);
    }

    private static void Message(ref OctetWriter writer, Kind kind, Flow flow, SipMessage message)
    {
        Begin(ref writer, kind);
        FlowWire.Write(ref writer, flow);
        writer.Raw(message.Raw);
    }

    private object? Message(ref OctetReader reader, bool isRequest, Func<SipMessage, Flow, object> made)
    {
        Flow flow = FlowWire.Read(ref reader);
        ReadOnlySpan<byte> raw = reader.Rest();
        if (reader.Failed || raw.Length > _limits.MaxHeaderBytes + _limits.MaxBodyBytes)
        {
            return null;
        }

        SipMessage message = _buffers.Rent(raw.Length);
        Memory<byte> own = message.Buffer[..raw.Length];
        raw.CopyTo(own.Span);
        if (DatagramFraming.Parse(own, message, _limits, out _) == ParseOutcome.Done && message.IsRequest == isRequest
            && MessageScreening.Check(message) == RejectionReason.None)
        {
            return made(message, flow);
        }

        message.Release();
        return null;
    }
}
