"""What the system knows of processes, and processes that end with the one that started them."""
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_libc = ctypes.CDLL(None)


def start(command, last=signal.SIGKILL, **more):
    """A process that cannot outlive this one, even if this one is killed: it gets the last signal then (PR_SET_PDEATHSIG is 1)."""
    return subprocess.Popen([str(part) for part in command], preexec_fn=lambda: _libc.prctl(1, last), **more)


def end(process, how=signal.SIGTERM, limit=10):
    """Ends one process, by its id."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def wait_for(condition, what, limit=60, process=None):
    began = time.monotonic()
    while not condition():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what}: it ended with {process.returncode}")
        if time.monotonic() - began > limit:
            raise RuntimeError(f"{what}: not within {limit} s")
        time.sleep(0.05)


def listens(port, kind="udp"):
    """Whether somebody in this network namespace has the port."""
    return f":{port:04X} " in Path(f"/proc/net/{kind}").read_text()


def dropped(port, process="self"):
    """Datagrams that came when the receive buffer was full, of whoever has the port in the process's network namespace; 0 if nobody has it."""
    rows = [line.split() for line in _read(f"/proc/{process}/net/udp").splitlines()[1:]]
    return sum(int(row[-1]) for row in rows if row[1].endswith(f":{port:04X}"))


def family(root):
    """A process and all that descend from it."""
    found = [root]
    for parent in found:
        for task in _tasks(parent):
            found += [int(child) for child in _read(f"/proc/{parent}/task/{task}/children").split()]
    return found


def resident_kib(process):
    return _field(_read(f"/proc/{process}/status"), "VmRSS:")


class Usage:
    """Processor time and context switches of a process with its descendants so far, those that have ended and were waited for included."""

    def __init__(self, root):
        self.seconds = self.switches = self.peak_kib = 0
        for process in family(root):
            stat = _read(f"/proc/{process}/stat").rpartition(")")[2].split()
            if not stat:
                continue  # it has ended meanwhile
            self.seconds += sum(int(field) for field in stat[11:15]) / TICKS  # utime, stime and those of children that were waited for
            self.peak_kib += _field(_read(f"/proc/{process}/status"), "VmHWM:")
            self.switches += sum(_field(_read(f"/proc/{process}/task/{task}/status"), "ctxt_switches:") for task in _tasks(process))


def _tasks(process):
    try:
        return os.listdir(f"/proc/{process}/task")
    except FileNotFoundError:
        return []


def _read(path):
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _field(status, key):
    """The sum over the lines whose key ends so: voluntary and involuntary switches are two."""
    return sum(int(line.split()[1]) for line in status.splitlines() if line.split()[0].endswith(key))
