using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: limits of a call.</summary>
internal static class CallBinding
{
    public static CallSettings Bind(KnownValues known)
    {
        var defaults = new CallSettings();
        var calls = new CallSettings
        {
            MaxDuration = known.Get("calls.max-duration", defaults.MaxDuration),
            NoAnswer = known.Get("calls.no-answer", defaults.NoAnswer),
            SessionExpires = known.Get("calls.session-expires", defaults.SessionExpires),
            MinSe = known.Get("calls.min-se", defaults.MinSe),
        };

        // RFC 4028 section 7.1: "the Session-Expires header field ... MUST be greater than or equal to the value of the Min-SE".
        if (calls.MinSe > calls.SessionExpires)
        {
            known.Report("calls.session-expires", $"{calls.SessionExpires.TotalSeconds:0}s is less than calls.min-se ({calls.MinSe.TotalSeconds:0}s); expected at least as much");
        }

        return calls;
    }
}
