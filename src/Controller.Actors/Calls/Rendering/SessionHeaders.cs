using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>Session-Expires and Min-SE as we write them: of one leg, never what the other one said (RFC 4028).</summary>
internal static class SessionHeaders
{
    /// <summary>Whether the sender of a message knows session timers.</summary>
    public static bool IsSupported(SipMessage message) => PeerCapabilities.Supports(message, "timer"u8) || PeerCapabilities.Requires(message, "timer"u8);

    /// <summary>
    /// In an INVITE that sets a leg up: section 7.1. "It is RECOMMENDED that this parameter [refresher] not be included": the callee chooses.
    /// </summary>
    /// <param name="leastSeconds">What the callee has asked for in a 422; 0 if it has not.</param>
    public static SipWriter Asked(SipWriter into, CallSettings settings, int leastSeconds)
    {
        int least = Math.Max((int)settings.MinSe.TotalSeconds, leastSeconds);
        into.Header(HeaderId.Supported, "timer"u8);
        into.HeaderStart(HeaderId.SessionExpires).Append(Math.Max((int)settings.SessionExpires.TotalSeconds, least)).HeaderEnd();
        return into.HeaderStart(HeaderId.MinSe).Append(least).HeaderEnd();
    }

    /// <summary>
    /// In a request within the dialog: section 7.4. "The refresher parameter … SHOULD be set to 'uac' if the element sending the request is currently performing
    /// refreshes, and to 'uas' otherwise"; Min-SE is "the largest value amongst all Min-SE header field values" that the peer has named.
    /// </summary>
    public static SipWriter Refreshed(SipWriter into, SessionTimer? timer)
    {
        into.Header(HeaderId.Supported, "timer"u8);
        if (timer is not null)
        {
            into.HeaderStart(HeaderId.SessionExpires).Append(timer.Interval).Append(timer.WeRefresh ? ";refresher=uac"u8 : ";refresher=uas"u8).HeaderEnd();
            if (timer.MinSe > SessionTimer.Floor)
            {
                into.HeaderStart(HeaderId.MinSe).Append(timer.MinSe).HeaderEnd();
            }
        }

        return into;
    }

    /// <summary>
    /// In a 2xx: section 9. "The UAS MUST set the value of the refresher parameter in the Session-Expires header field in the 2xx response"; "If the refresher
    /// parameter … is set to 'uac', the UAS MUST place a Require header field into the response with the value 'timer'", and for 'uas' it SHOULD.
    /// </summary>
    /// <param name="timer">Null, or not shared with the peer: nothing is said.</param>
    /// <param name="supported">The request says that its sender knows session timers; a Session-Expires without that is a proxy's.</param>
    public static SipWriter Agreed(SipWriter into, SessionTimer? timer, bool supported)
    {
        into.Header(HeaderId.Supported, "timer"u8);
        if (timer is { IsMutual: true })
        {
            if (supported)
            {
                into.Header(HeaderId.Require, "timer"u8);
            }

            into.HeaderStart(HeaderId.SessionExpires).Append(timer.Interval).Append(timer.WeRefresh ? ";refresher=uas"u8 : ";refresher=uac"u8).HeaderEnd();
        }

        return into;
    }
}
