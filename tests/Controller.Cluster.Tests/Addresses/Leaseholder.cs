using Controller.Cluster.Addresses;
using Controller.Cluster.Addresses.Linux;
using Controller.Sharding.Model;

namespace Controller.Cluster.Tests.Addresses;

/// <summary>A process that holds an address: to be killed, stopped, and told what to do.</summary>
internal static class Leaseholder
{
    public static int Run(string address, string device)
    {
        var trust = new Switch { Holds = true };
        try
        {
            using var lease = new AddressLease(new LinuxAddresses(), new Dictionary<string, string> { [address] = device }, trust, Console.Error.WriteLine);
            lease.Take(address);
            Console.WriteLine("ready");
            while (Console.ReadLine() is { } command)
            {
                switch (command)
                {
                    case "drop":
                        lease.Drop(address);
                        break;
                    default:
                        trust.Holds = command == "trust";
                        break;
                }

                Console.WriteLine(command);
            }

            return 0;
        }
        catch (AddressException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    internal sealed class Switch : ITrust
    {
        private volatile bool _holds;
        private int _asked;

        public bool Holds
        {
            get
            {
                Interlocked.Increment(ref _asked);
                return _holds;
            }

            set => _holds = value;
        }

        /// <summary>Until it has been asked so many times more.</summary>
        public void WaitUntilAsked(int times)
        {
            int before = Volatile.Read(ref _asked);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _asked) >= before + times, TimeSpan.FromSeconds(20)));
        }
    }
}
