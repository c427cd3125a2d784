using System.Collections.Concurrent;
using Controller.Cluster.Addresses;

namespace Controller.Cluster.Tests.Addresses;

/// <summary>When an address is taken, announced and let go; the kernel's side is in <see cref="LinuxAddressesTests"/>.</summary>
public sealed class AddressLeaseTests : IDisposable
{
    private static readonly Dictionary<string, string> Devices = new() { ["a/24"] = "eth0", ["b/24"] = "eth1" };

    private readonly Recorded _addresses = new();
    private readonly Leaseholder.Switch _trust = new() { Holds = true };
    private readonly ConcurrentQueue<string> _reports = new();
    private readonly AddressLease _lease;

    public AddressLeaseTests() => _lease = new AddressLease(_addresses, Devices, _trust, _reports.Enqueue);

    public void Dispose()
    {
        _lease.Dispose();
        _addresses.Dispose();
    }

    [Fact]
    public void What_may_be_held_is_checked_before_anything_is()
    {
        Assert.Equal(["check a/24 eth0", "check b/24 eth1"], _addresses.Calls);
        using var refusing = new Recorded { Fails = "no such device" };
        Assert.Equal("no such device", Assert.Throws<AddressException>(() => new AddressLease(refusing, Devices, _trust, _reports.Enqueue)).Message);
    }

    [Fact]
    public void It_is_renewed_and_announced_four_times_until_it_is_dropped()
    {
        _lease.Take("b/24");
        _addresses.WaitFor("announce b/24 eth1", 4);
        _addresses.WaitFor("take b/24 eth1", _addresses.Count("take b/24 eth1") + 3);
        _lease.Drop("b/24");
        Assert.Equal("drop b/24 eth1", _addresses.Calls.Last());

        // Another one that is taken later shows that the first is not renewed any more.
        _lease.Take("a/24");
        int before = _addresses.Count("take b/24 eth1");
        _addresses.WaitFor("take a/24 eth0", 4);
        Assert.Equal((before, 4, 0), (_addresses.Count("take b/24 eth1"), _addresses.Count("announce b/24 eth1"), _reports.Count));
    }

    [Fact]
    public void Without_trust_nothing_is_renewed_and_with_it_again()
    {
        _lease.Take("a/24");
        _addresses.WaitFor("take a/24 eth0", 2);
        _trust.Holds = false;
        // One turn may have asked for trust before.
        _lease.Take("b/24");
        _trust.WaitUntilAsked(2);
        int before = _addresses.Calls.Count;
        _trust.WaitUntilAsked(6);
        Assert.Equal(before, _addresses.Calls.Count);
        _trust.Holds = true;
        _addresses.WaitFor("take b/24 eth1", 1);
    }

    [Fact]
    public void Trouble_is_told_once_and_the_address_taken_when_it_is_over()
    {
        _addresses.Fails = "the device is gone";
        _lease.Take("a/24");
        _addresses.WaitFor("take a/24 eth0", 4);
        Assert.Equal(["the device is gone"], _reports);
        Assert.Equal(0, _addresses.Count("announce a/24 eth0"));
        _addresses.Fails = null;
        _addresses.WaitFor("announce a/24 eth0", 1);
        _lease.Dispose();
        Assert.Equal("drop a/24 eth0", _addresses.Calls.Last());
    }

    private sealed class Recorded : IFloatingAddresses, IDisposable
    {
        private readonly SemaphoreSlim _happened = new(0);

        public ConcurrentQueue<string> Calls { get; } = new();

        public string? Fails { get; set; }

        public void Check(string address, string device) => Note("check", address, device);

        public void Take(string address, string device) => Note("take", address, device);

        public void Announce(string address, string device) => Note("announce", address, device);

        public void Drop(string address, string device) => Note("drop", address, device);

        public int Count(string call) => Calls.Count(made => made == call);

        public void WaitFor(string call, int times)
        {
            while (Count(call) < times)
            {
                Assert.True(_happened.Wait(TimeSpan.FromSeconds(20)), $"{call} has happened {Count(call)} times");
            }
        }

        public void Dispose() => _happened.Dispose();

        private void Note(string what, string address, string device)
        {
            Calls.Enqueue($"{what} {address} {device}");
            _happened.Release();
            if (Fails is { } reason)
            {
                throw new AddressException(reason);
            }
        }
    }
}
