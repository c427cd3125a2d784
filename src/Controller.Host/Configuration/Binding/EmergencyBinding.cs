using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: emergency numbers.</summary>
internal static class EmergencyBinding
{
    public static EmergencySettings Bind(KnownValues known, IEnumerable<string> trunks)
    {
        var emergency = new EmergencySettings
        {
            Numbers = [.. known.Get<object[]>("emergency.numbers", []).Cast<string>()],
            Trunks = [.. known.Get<object[]>("emergency.to", []).Cast<string>()],
            RetryOn = [.. known.Get<object[]>("emergency.retry-on", []).Cast<int>()],
        };
        foreach (string trunk in emergency.Trunks)
        {
            TargetBinding.MustExist(known, "emergency.to", trunk, trunks, "");
        }

        if (emergency.Numbers.IsEmpty != emergency.Trunks.IsEmpty)
        {
            known.Report("emergency", "numbers and to belong together; expected both or neither");
        }

        return emergency;
    }
}
