using System.Diagnostics;
using Controller.Sharding.Model;

namespace Controller.Cluster.Addresses;

/// <summary>
/// Holds the floating addresses that are this node's: renews them, on a thread of its own, while the node is trusted. The kernel takes back what is not renewed:
/// a process that is killed, stopped or cut off loses its addresses without anybody's help, and about when the others may take them (docs/adr/0026).
/// </summary>
public sealed class AddressLease : IDisposable
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>After taking: neighbours that missed one hear the next, and the last comes when the kernel of a stopped holder has given the address up.</summary>
    private static readonly TimeSpan[] AnnounceAfter = [TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(2000)];

    private readonly IFloatingAddresses _addresses;
    private readonly IReadOnlyDictionary<string, string> _devices;
    private readonly ITrust _trust;
    private readonly Action<string> _report;
    private readonly Dictionary<string, Held> _held = [];
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _closed;

    /// <param name="devices">By address, all that may ever be taken; each is checked.</param>
    /// <param name="report">Told, once for each change, why an address cannot be held.</param>
    /// <exception cref="AddressException">One line for the user.</exception>
    public AddressLease(IFloatingAddresses addresses, IReadOnlyDictionary<string, string> devices, ITrust trust, Action<string> report)
    {
        foreach ((string address, string device) in devices)
        {
            addresses.Check(address, device);
        }

        (_addresses, _devices, _trust, _report) = (addresses, devices, trust, report);
        _thread = new Thread(Run) { IsBackground = true, Name = "addresses" };
        _thread.Start();
    }

    /// <summary>It is ours: it is taken, and held until <see cref="Drop"/>. Returns at once.</summary>
    public void Take(string address)
    {
        lock (_gate)
        {
            _held.TryAdd(address, new Held(_devices[address]));
        }

        _wake.Set();
    }

    /// <summary>It is gone from this host when this returns.</summary>
    public void Drop(string address)
    {
        lock (_gate)
        {
            if (_held.Remove(address, out Held? held))
            {
                Release(address, held);
            }
        }

        // The kernel removes with the first address of a network also those that came to it later: they are taken again at once.
        _wake.Set();
    }

    /// <summary>Drops them all.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        foreach ((string address, Held held) in _held)
        {
            Release(address, held);
        }
    }

    private void Run()
    {
        while (!_closed)
        {
            TimeSpan next = RenewEvery;
            lock (_gate)
            {
                foreach ((string address, Held held) in _held)
                {
                    if (_trust.Holds && Hold(address, held) && held.UntilAnnouncement is { } wait && wait < next)
                    {
                        next = wait;
                    }
                }
            }

            _wake.WaitOne(next);
        }
    }

    /// <returns>False: it is not held.</returns>
    private bool Hold(string address, Held held)
    {
        try
        {
            _addresses.Take(address, held.Device);
            held.Began();
            if (held.UntilAnnouncement <= TimeSpan.Zero)
            {
                held.Announcements++;
                _addresses.Announce(address, held.Device);
            }

            held.Trouble = null;
            return true;
        }
        catch (AddressException failure)
        {
            if (held.Trouble != failure.Message)
            {
                _report(failure.Message);
            }

            held.Trouble = failure.Message;
            return false;
        }
    }

    private void Release(string address, Held held)
    {
        try
        {
            _addresses.Drop(address, held.Device);
        }
        catch (AddressException failure)
        {
            // It goes by itself, a little later.
            _report(failure.Message);
        }
    }

    private sealed class Held(string device)
    {
        private long _since;

        public string Device => device;

        public int Announcements { get; set; }

        public string? Trouble { get; set; }

        /// <summary>Null: none is left to make, or it has not been taken yet. Not negative.</summary>
        public TimeSpan? UntilAnnouncement
        {
            get
            {
                if (_since == 0 || Announcements >= AnnounceAfter.Length)
                {
                    return null;
                }

                TimeSpan left = AnnounceAfter[Announcements] - Stopwatch.GetElapsedTime(_since);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }

        public void Began() => _since = _since == 0 ? Stopwatch.GetTimestamp() : _since;
    }
}
