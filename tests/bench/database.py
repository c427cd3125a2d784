"""A PostgreSQL of the run's own, in its folder. As durable as it is by default: fsync and synchronous_commit stay on."""
import os
import subprocess
from pathlib import Path

import machine

SCHEMA = Path("/usr/share/kamailio/postgres")  # Debian's kamailio-postgres-modules
SETTINGS = "max_connections = 100\nshared_buffers = 128MB\nlog_min_messages = fatal\ntrack_commit_timestamp = on\n"


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


class Database:
    port = 5432

    def __init__(self, folder, address="127.0.0.1"):
        self._home, self._address, self._bin = Path(folder) / "postgres", address, binaries()
        self._home.mkdir()
        # The server refuses to run as root.
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig", "KILL"] if os.geteuid() == 0 else []
        if self._as:
            machine.run("chown", "postgres", self._home)
        data = self._home / "data"
        self._run("initdb", "-D", data, "-U", "controller", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C")
        with open(data / "postgresql.conf", "a") as settings:
            settings.write(SETTINGS)
        with open(data / "pg_hba.conf", "a") as clients:
            clients.write(f"host all all {address}/24 trust\n")
        # setpriv executes the server: the process is the postmaster.
        self.process = machine.start(self._as + [self._bin / "postgres", "-D", data, "-h", address, "-p", self.port, "-k", self._home],
                                     cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        machine.wait_for(lambda: self._call("pg_isready", *self._here).returncode == 0, "PostgreSQL", process=self.process)

    @property
    def _here(self):
        return ["-h", self._address, "-p", self.port]

    def for_controller(self):
        self.ask("postgres", "CREATE DATABASE controller")
        return f"Host={self._address};Port={self.port};Username=controller;Database=controller"

    def for_kamailio(self):
        self.ask("postgres", "CREATE ROLE kamailio LOGIN")
        self.ask("postgres", "CREATE DATABASE kamailio OWNER kamailio")
        for part in ("standard", "dialog"):
            self._run("psql", *self._here, "-U", "kamailio", "-d", "kamailio", "-q", "-f", SCHEMA / f"{part}-create.sql")

    def ask(self, database, sql):
        return self._run("psql", *self._here, "-U", "controller", "-d", database, "-qtAc", sql).stdout.decode().strip()

    def commits(self, database):
        return int(self.ask(database, f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{database}'"))

    def end(self):
        machine.end(self.process, how=2)  # SIGINT: a fast shutdown

    def _run(self, name, *arguments):
        done = self._call(name, *arguments)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stderr.decode().strip()}")
        return done

    def _call(self, name, *arguments):
        return subprocess.run([*self._as, str(self._bin / name), *map(str, arguments)], cwd="/", capture_output=True, check=False)
