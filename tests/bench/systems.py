"""The systems that are measured. Each starts in a network namespace of its own, which its database, the callers and the callees share."""
import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import load
import machine
from database import Database

ROOT = load.ROOT
HERE = Path(__file__).resolve().parent
NODE = ROOT / "src/Controller.Host/bin/Release/net10.0/Controller.Host.dll"
KAMAILIO_MEMORY = ["-m", "512", "-M", "16"]


class System:
    """What is common to them: processes with names, and whether a database is one of them."""
    address, to = "127.0.0.1", "127.0.0.1:5060"
    ports = (5060, 5070)  # where it receives

    def __init__(self, folder):
        self.folder, self.processes, self.database = folder, {}, None

    def with_database(self):
        self.database = Database(self.folder, self.address)
        self.processes["postgres"] = self.database.process
        return self.database

    def start(self):
        """Returns when calls can be offered."""

    def metrics(self):
        """What the nodes say of themselves, one dictionary a node."""
        return []

    def end(self):
        for name, process in self.processes.items():
            if name != "postgres":
                machine.end(process)
        if self.database:
            self.database.end()


class Direct(System):
    """SIPp to SIPp: what the measuring itself takes."""
    title, to = "SIPp directly to SIPp", f"127.0.0.1:{load.FAR_PORT}"


class Relay(System):
    """What no system can be below that stores before it sends (relay.c)."""
    title = "durable relay that decides nothing"

    def start(self):
        machine.run("cc", "-O2", "-o", self.folder / "relay", HERE / "relay.c")
        self.processes["relay"] = machine.start([self.folder / "relay", self.folder / "log"])
        machine.wait_for(lambda: all(machine.listens(port) for port in self.ports), "relay", process=self.processes["relay"])


class Kamailio(System):
    title, more = "Kamailio, dialogs in memory", []

    def start(self):
        # -DD: in the foreground, with workers; one process whose descendants are all of it.
        command = ["kamailio", "-DD", "-E", "-f", HERE / "kamailio.cfg", *KAMAILIO_MEMORY, "-Y", self.folder, *self.more]
        self.processes["kamailio"] = machine.start(command, stdout=subprocess.DEVNULL, stderr=open(self.folder / "kamailio.log", "w"), cwd=self.folder)
        machine.wait_for(lambda: machine.listens(5060), "Kamailio", process=self.processes["kamailio"])


class KamailioDatabase(Kamailio):
    title, more = "Kamailio, dialogs in PostgreSQL", ["-A", "WITH_DB"]

    def start(self):
        self.with_database().for_kamailio()
        super().start()


class Node(System):
    title, names = "Controller, SQLite", ("controller",)
    _command = None

    def start(self):
        self.start_node(self.names[0], ["--config", self.configuration(), *self.settings()])

    def configuration(self):
        return ROOT / "hocon/bench.conf"

    def settings(self):
        return ["--set", f"controller.node.data-dir={self.folder}/data"]

    def start_node(self, name, arguments, prefix=()):
        self._command, log = [*prefix, "dotnet", NODE, *arguments], self.folder / f"{name}.log"
        process = self._execute(name)
        try:
            machine.wait_for(lambda: any(line.startswith("ready") for line in log.open()), name, process=process)
        except RuntimeError as failure:
            raise RuntimeError(f"{failure}\n{log.read_text()[-2000:]}") from None

    def restart(self):
        """The node that was started last, which has ended; returns at once."""
        return self._execute(list(self.processes)[-1])

    def _execute(self, name):
        log = self.folder / f"{name}.log"
        self.processes[name] = machine.start(self._command, stdout=log.open("w"), stderr=subprocess.STDOUT, cwd=self.folder)
        return self.processes[name]

    def metrics(self):
        return [self.metrics_of(number) for number, _ in enumerate(self.names, 1)]

    def metrics_of(self, number):
        """Of the node with this number, the first is 1."""
        return _metrics("http://127.0.0.1:8080/metrics")


class NodePostgres(Node):
    title = "Controller, PostgreSQL"

    def settings(self):
        connection = self.with_database().for_controller()
        return [*super().settings(), *(part for setting in ("kind=postgres", f'postgres.connection="{connection}"', "postgres.allow-single=true")
                                       for part in ("--set", f"controller.journal.{setting}"))]


class ThreeNodes(Node):
    """Three machines behind a bridge, each a network namespace; database, callers and callees are on the bridge. One of them has the address that is called."""
    title = "Controller, three nodes, PostgreSQL"
    address, to, token = "10.64.0.1", "10.64.0.100:5060", "bench"
    names, more = ("node1", "node2", "node3"), []
    _holders = ()

    def start(self):
        machine.run("ip", "link", "add", "name", "bench", "type", "bridge", "forward_delay", "0")
        machine.run("ip", "addr", "add", f"{self.address}/24", "dev", "bench")
        machine.run("ip", "link", "set", "bench", "up")
        connection = self.with_database().for_controller()
        self._holders = [self._machine(number) for number, _ in enumerate(self.names, 1)]
        for number, (name, holder) in enumerate(zip(self.names, self._holders), 1):
            settings = [f"node.id={number}", f"node.name={name}", f'journal.postgres.connection="{connection}"',
                        f'node.data-dir="{self.folder}/{name}"', f'cluster.link.listen="10.64.0.1{number}:7601"',
                        f'cluster.link.advertise="10.64.0.1{number}:7601"', f'admin.listen="10.64.0.1{number}:8080"', f'admin.token="{self.token}"', *self.more]
            self.start_node(name, ["--config", HERE / "three.conf", *(part for setting in settings for part in ("--set", f"controller.{setting}"))],
                            prefix=["nsenter", f"--net=/proc/{holder.pid}/ns/net"])
            machine.wait_for(lambda: self._is_settled(self._nodes()), "the cluster's balance")

    def metrics_of(self, number):
        return _metrics(f"http://10.64.0.1{number}:8080/metrics", self.token)

    def end(self):
        super().end()
        for holder in self._holders:
            machine.end(holder)

    def _machine(self, number):
        """A namespace lives as long as a process in it."""
        holder = machine.start(["unshare", "--net", "sleep", "infinity"])
        own = Path("/proc/self/ns/net").readlink()
        machine.wait_for(lambda: Path(f"/proc/{holder.pid}/ns/net").readlink() != own, "a namespace", process=holder)
        machine.run("ip", "link", "add", "name", f"machine{number}", "type", "veth", "peer", "name", "eth0", "netns", holder.pid)
        machine.run("ip", "link", "set", f"machine{number}", "master", "bench", "up")
        inside = ["nsenter", f"--net=/proc/{holder.pid}/ns/net", "ip"]
        machine.run(*inside, "addr", "add", f"10.64.0.1{number}/24", "dev", "eth0")
        machine.run(*inside, "link", "set", "eth0", "up")
        machine.run(*inside, "link", "set", "lo", "up")
        return holder

    def _is_settled(self, nodes):
        """Whether the next one may start, or what is measured."""
        shards = [node["shards"] for node in nodes]
        return len(nodes) == len(self.processes) - 1 and all(node["state"] == "up" for node in nodes) and (len(nodes) < 3 or max(shards) - min(shards) <= 1)

    def _nodes(self):
        try:
            return json.loads(_get("http://10.64.0.11:8080/api/v1/cluster", self.token))["nodes"]
        except (urllib.error.URLError, TimeoutError):
            return []


class OneAndAnother(ThreeNodes):
    """Two machines: the first has every shard and the address; the second waits for its death, for nothing is moved for balance."""
    title = "Controller, one node and a survivor, PostgreSQL"
    names, more = ("node1", "node2"), ["cluster.rebalance-after=1d"]

    def _is_settled(self, nodes):
        return len(nodes) == len(self.processes) - 1 and all(node["state"] == "up" for node in nodes) and [node["shards"] for node in nodes][:2] in ([256], [256, 0])


SYSTEMS = {"direct": Direct, "relay": Relay, "kamailio": Kamailio, "kamailio-postgres": KamailioDatabase,
           "sqlite": Node, "postgres": NodePostgres, "three": ThreeNodes}


def _get(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    return urllib.request.urlopen(request, timeout=10).read().decode()


def _metrics(url, token=None):
    lines = (line.rpartition(" ") for line in _get(url, token).splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}
