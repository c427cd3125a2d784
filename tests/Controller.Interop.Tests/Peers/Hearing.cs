using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>Who hears whom, by the tones that they play.</summary>
internal static class Hearing
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    /// <summary>In the last half second heard, one tone holds most of the energy and the other hardly any.</summary>
    public static void Expect(IPhone phone, int tone, int other)
    {
        double heard = 0, wrong = 0;
        Eventually.True(
            () =>
            {
                double[] samples = phone.Heard();
                if (samples.Length < Wave.Rate)
                {
                    return false;
                }

                ReadOnlySpan<double> last = samples.AsSpan(samples.Length - (Wave.Rate / 2));
                (heard, wrong) = (Wave.Share(last, tone), Wave.Share(last, other));
                return heard > 0.8 && wrong < 0.05;
            },
            Soon,
            () => $"{tone} Hz is {heard:P0} and {other} Hz {wrong:P0} of what was heard in {phone.Heard().Length} samples\n{phone.Log}");
    }

    /// <summary>The tone is heard no more: nothing has come for a third of a second, or what has come is not it.</summary>
    public static void ExpectNoMore(IPhone phone, int tone)
    {
        Eventually.True(
            () =>
            {
                int before = phone.Heard().Length;
                Eventually.Elapse(TimeSpan.FromSeconds(0.35));
                double[] samples = phone.Heard();
                return samples.Length - before < Wave.Rate / 8 || Wave.Share(samples.AsSpan(samples.Length - (Wave.Rate / 8)), tone) < 0.05;
            },
            Soon,
            () => $"{tone} Hz is heard all the time\n{phone.Log}");
    }
}
