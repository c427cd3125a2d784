using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using Controller.Sharding.Model;
using Controller.Sip.Transport;
using Google.Protobuf;

namespace Controller.Actors.Registrations;

/// <summary>registration.proto: what is stored of a registration.</summary>
public sealed class RegistrationEventCodec : IEventCodec<RegistrationEvent, RegistrationEffect>
{
    public void Encode(ReadOnlySpan<RegistrationEvent> events, IBufferWriter<byte> into)
    {
        var stored = new Wire.Events();
        foreach (RegistrationEvent happened in events)
        {
            stored.Events_.Add(happened is RegistrationEvent.BindingsReplaced replaced
                ? new Wire.Event { BindingsReplaced = ToWire(replaced) }
                : throw new ArgumentException($"{happened.GetType().Name} is not stored", nameof(events)));
        }

        stored.WriteTo(into);
    }

    public ImmutableArray<RegistrationEvent> Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            Wire.Events stored = Wire.Events.Parser.ParseFrom(payload);
            return [.. stored.Events_.Select(FromWire)];
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or ArgumentException)
        {
            throw new FormatException("not the stored events of a registration: " + failure.Message, failure);
        }
    }

    public bool Supersedes(RegistrationEvent happened) => happened is RegistrationEvent.BindingsReplaced;

    public ReadOnlyMemory<byte> OutboxOf(RegistrationEffect effect) => default;

    private static Wire.BindingsReplaced ToWire(RegistrationEvent.BindingsReplaced replaced)
    {
        var stored = new Wire.BindingsReplaced { AddressOfRecord = replaced.AddressOfRecord };
        foreach (Binding binding in replaced.Bindings)
        {
            stored.Bindings.Add(ToWire(binding));
        }

        foreach (UsedNonce nonce in replaced.Nonces)
        {
            stored.Nonces.Add(new Wire.UsedNonce { Nonce = nonce.Nonce, Nc = nonce.Nc, ForgetAt = nonce.ForgetAt.Milliseconds });
        }

        return stored;
    }

    private static Wire.Binding ToWire(Binding binding)
    {
        var stored = new Wire.Binding
        {
            Contact = binding.Contact,
            Parameters = binding.Parameters,
            Flow = ToWire(binding.Flow),
            ExpiresAt = binding.ExpiresAt.Milliseconds,
            Q = binding.Q,
            CallId = binding.CallIdValue,
            Cseq = binding.CSeq,
        };
        if (binding.Instance is { } instance)
        {
            stored.Instance = instance;
        }

        if (binding.RegId is { } regId)
        {
            stored.RegId = regId;
        }

        return stored;
    }

    private static Wire.Flow ToWire(Flow flow) => new()
    {
        Transport = (uint)flow.Transport,
        Listener = flow.Listener,
        Address = ByteString.CopyFrom(flow.Remote.Address.GetAddressBytes()),
        Port = flow.Remote.Port,
        Connection = flow.Connection,
        Scope = flow.Remote.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? flow.Remote.Address.ScopeId : 0,
    };

    private static RegistrationEvent FromWire(Wire.Event stored) => stored.KindCase switch
    {
        Wire.Event.KindOneofCase.BindingsReplaced => new RegistrationEvent.BindingsReplaced(
            stored.BindingsReplaced.AddressOfRecord,
            [.. stored.BindingsReplaced.Bindings.Select(FromWire)],
            [.. stored.BindingsReplaced.Nonces.Select(nonce => new UsedNonce(nonce.Nonce, nonce.Nc, new Instant(nonce.ForgetAt)))]),
        _ => throw new FormatException("an event of a registration that this version does not know"),
    };

    private static Binding FromWire(Wire.Binding stored) => new(
        stored.Contact, stored.Parameters, FromWire(stored.Flow), new Instant(stored.ExpiresAt), stored.HasInstance ? stored.Instance : null,
        stored.HasRegId ? stored.RegId : null, stored.Q, stored.CallId, stored.Cseq);

    private static Flow FromWire(Wire.Flow? stored)
    {
        if (stored is null || stored.Transport is < (uint)SipTransport.Udp or > (uint)SipTransport.Wss)
        {
            throw new FormatException("a binding without a flow that this version knows");
        }

        byte[] address = stored.Address.ToByteArray();
        IPAddress remote = address.Length == 16 ? new IPAddress(address, stored.Scope) : new IPAddress(address);
        return new Flow((SipTransport)stored.Transport, stored.Listener, new IPEndPoint(remote, stored.Port), stored.Connection);
    }
}
