using Controller.Actors;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Edge.Dispatch;

/// <summary>
/// Which actor a message is for, without a look-up. A Call-ID of ours says it; else a tag or a branch of ours says of which kind it is; what begins
/// something says it by its method.
/// </summary>
internal static class Addressee
{
    public static ActorId OfRequest(ReadOnlySpan<byte> secret, SipMessage request)
    {
        ReadOnlySpan<byte> toTag = Tag(request, HeaderId.To);
        ActorKind kind = toTag.IsEmpty ? Begun(request.Method) : Tags.KindOf(toTag);
        return Of(secret, kind, request, HeaderId.From);
    }

    /// <param name="branch">Of the top Via.</param>
    public static ActorId OfResponse(ReadOnlySpan<byte> secret, SipMessage response, ReadOnlySpan<byte> branch) =>
        Of(secret, Branches.KindOf(branch), response, HeaderId.To);

    private static ActorId Of(ReadOnlySpan<byte> secret, ActorKind kind, SipMessage message, HeaderId party)
    {
        ReadOnlySpan<byte> callId = message.Value(HeaderId.CallId);
        return kind == ActorKinds.Call ? ActorKeys.ForCallId(secret, callId) : ActorKeys.ForCallId(secret, kind, callId, Tag(message, party));
    }

    /// <summary>What a request outside a dialog begins.</summary>
    private static ActorKind Begun(SipMethod method) => method switch
    {
        SipMethod.Subscribe => ActorKinds.Subscription,
        SipMethod.Message or SipMethod.Options or SipMethod.Publish or SipMethod.Notify or SipMethod.Unknown => ActorKinds.Exchange,
        _ => ActorKinds.Call,
    };

    private static ReadOnlySpan<byte> Tag(SipMessage message, HeaderId id) =>
        NameAddr.TryParse(message.Value(id), out NameAddr party) ? party.Tag : default;
}
