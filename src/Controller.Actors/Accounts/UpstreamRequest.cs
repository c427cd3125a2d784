using System.Globalization;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Accounts;

/// <summary>A REGISTER of our own: RFC 3261 section 10.2.</summary>
internal static class UpstreamRequest
{
    /// <param name="old">A Contact URI of ours that is to go with it; empty: none.</param>
    /// <param name="seconds">0: the binding is taken away.</param>
    public static byte[] Of(AccountTurn turn, string requestUri, Flow flow, string branch, uint cseq, string contact, string old, long seconds)
    {
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];

        // 10.2: "From: … it is equal to the To header field unless the request is a third-party registration". "All registrations from a UAC SHOULD use the
        // same Call-ID header field value for registrations sent to a particular registrar."
        var leg = new Leg
        {
            Number = 0,
            State = LegState.Calling,
            CallIdValue = turn.CallIdValue,
            LocalTag = turn.LocalTag,
            LocalParty = $"<{turn.State.AddressOfRecord}>",
            RemoteParty = $"<{turn.State.AddressOfRecord}>",
            RemoteTarget = requestUri,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = contact,
            Realm = listener.Realm,
        };
        string expires = seconds.ToString(CultureInfo.InvariantCulture);
        SipWriter writer = Requests.Begin(SipMethod.Register, leg, branch, cseq).Header(HeaderId.Contact, $"<{contact}>;expires={expires}");

        // 10.2.2: a binding is taken away by "specifying an expiration interval of "0" for that contact address": the address that we had before, in one request.
        if (old.Length > 0)
        {
            writer.Header(HeaderId.Contact, $"<{old}>;expires=0");
        }

        // RFC 3327 section 5.1: a UA that can do with a Path says so.
        return writer.Header(HeaderId.Expires, expires).Header(HeaderId.Supported, "path"u8).Finish();
    }
}
