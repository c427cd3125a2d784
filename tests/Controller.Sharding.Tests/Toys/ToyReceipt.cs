using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Toys;

internal sealed class ToyReceipt(Action? settled = null, Action? refused = null) : IReceipt
{
    private int _settled;
    private int _refused;

    public (int Settled, int Refused) Calls => (Volatile.Read(ref _settled), Volatile.Read(ref _refused));

    public void Settled()
    {
        Interlocked.Increment(ref _settled);
        settled?.Invoke();
    }

    public void Refused()
    {
        Interlocked.Increment(ref _refused);
        refused?.Invoke();
    }
}
