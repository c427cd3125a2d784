using Controller.Sharding.Runtime;

namespace Controller.Sharding.Tests.Runtime;

public sealed class SettingsSourceTests
{
    private sealed record Two(int One, int Other);

    [Fact]
    public async Task Those_who_change_different_parts_lose_nothing_of_each_other()
    {
        const int Times = 20_000;
        SettingsSource<Two> settings = new(new Two(0, 0));
        await Task.WhenAll(
            Task.Run(() => Repeat(() => settings.Swap(now => now with { One = now.One + 1 }))),
            Task.Run(() => Repeat(() => settings.Swap(now => now with { Other = now.Other + 1 }))));
        Assert.Equal(new Two(Times, Times), settings.Current);

        static void Repeat(Action swap)
        {
            for (int i = 0; i < Times; i++)
            {
                swap();
            }
        }
    }
}
