using Controller.Actors.Calls.State;
using Controller.Sip.Transport;
using Google.Protobuf;

namespace Controller.Actors.Calls.Events;

/// <summary>Parts of a call as other actors store them within what is theirs. Bytes are wrapped, not copied: they are immutable from here on.</summary>
internal static class StoredParts
{
    internal static Wire.Target ToWire(Target target)
    {
        var stored = new Wire.Target
        {
            Uri = Text(target.Uri),
            RemoteParty = Text(target.RemoteParty),
            Host = Text(target.Host),
            Port = (uint)target.Port,
            Transport = (uint)target.Transport,
            Listener = (uint)target.Listener,
            Trunk = Text(target.Trunk),
            Replaces = Text(target.Replaces),
            Redirected = target.IsRedirected,
            AnyTransport = target.AnyTransport,
            Alternative = target.IsAlternative,
            UdpOnly = target.IsUdpOnly,
        };
        if (target.Flow is { } flow)
        {
            stored.Flow = ToWire(flow);
        }

        return stored;
    }

    internal static Wire.Leg ToWire(Leg leg)
    {
        var wire = new Wire.Leg
        {
            Number = (uint)leg.Number,
            State = (uint)leg.State,
            CallId = Text(leg.CallIdValue),
            LocalTag = Text(leg.LocalTag),
            RemoteTag = Text(leg.RemoteTag),
            LocalParty = Text(leg.LocalParty),
            RemoteParty = Text(leg.RemoteParty),
            RemoteTarget = Text(leg.RemoteTarget),
            LocalCseq = leg.LocalCSeq,
            RemoteCseq = leg.RemoteCSeq,
            Flow = ToWire(leg.Flow),
            SentBy = Text(leg.SentBy),
            Contact = Text(leg.Contact),
            Realm = Text(leg.Realm),
            Trunk = Text(leg.Trunk),
            Capabilities = (uint)leg.Capabilities,
        };
        wire.RouteSet.AddRange(leg.RouteSet.Select(Text));
        return wire;
    }

    internal static Wire.Flow ToWire(Flow flow) => new()
    {
        Transport = (uint)flow.Transport,
        Listener = (uint)flow.Listener,
        Address = ByteString.CopyFrom(flow.Remote.Address.GetAddressBytes()),
        Port = (uint)flow.Remote.Port,
        Connection = flow.Connection,
        ReconnectPort = (uint)flow.ReconnectPort,
    };

    internal static ByteString Text(string latin1) => latin1.Length == 0 ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(Latin1.Octets(latin1));

    internal static ByteString Bytes(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
