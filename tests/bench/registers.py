"""Users that refresh their registrations with digest: what a REGISTER costs the whole node, at rising rates until one is not clean."""
import json
import time

import load
import report
import single
from systems import Node, NodePostgres

USERS, PASSWORD = 5000, "wonderland"
OF_A_USER = 20  # REGISTERs with credentials for one challenge: load.SCENARIOS/register.xml
RATES = [1000, 2000, 5000, 8000, 10000, 12000, 15000, 20000]
WARM_RATE = 1000
COLUMNS = ["system", "REGISTERs/s", "processor time of a REGISTER", "database's", "clean", "failed", "retransmitted", "until the 200 p50 / p95 / p99",
           "of all processors: system, its database, SIPp", "dropped: system, SIPp"]


class Registrar:
    """A node of ours with users."""

    def configuration(self):
        users = "\n".join(f"    user{number} {{ password = {PASSWORD} }}" for number in range(USERS))
        file = self.folder / "register.conf"
        file.write_text(f'{super().configuration().read_text()}\ncontroller.registrar {{\n  authenticate = true\n  domains = ["example.test"]\n  users {{\n{users}\n  }}\n}}\n')
        return file


class Sqlite(Registrar, Node):
    pass


class Postgres(Registrar, NodePostgres):
    pass


SYSTEMS = {"sqlite": Sqlite, "postgres": Postgres}


def measure(task):
    with single.running(task["system"], systems=SYSTEMS, warm=0) as run:
        users = run.folder / "users.csv"
        users.write_text("SEQUENTIAL\n" + "".join(f"user{number};[authentication username=user{number} password={PASSWORD}]\n" for number in range(USERS)))
        offer = lambda rate, seconds: _figures(run.offer(rate // OF_A_USER, seconds, scenario=load.SCENARIOS / "register.xml", more=["-inf", users]))
        if task["warm"]:
            offer(WARM_RATE, task["warm"])
        for rate in task["rates"]:
            if not (figures := offer(rate, task["seconds"]))["clean"]:
                time.sleep(single.REST)
                figures = offer(rate, task["seconds"])
            print(json.dumps(figures), flush=True)
            if not figures["clean"]:
                break


def _figures(run):
    """Of REGISTERs, where SIPp counts users."""
    return {**run, "rate": run["rate"] * OF_A_USER, "offered": run["offered"] * OF_A_USER, "clean": run["failed"] == 0 and run["retransmitted"] < 0.001 * run["offered"] * OF_A_USER,
            "us_per_register": report.own(run) / OF_A_USER, "database_us_per_register": run["processes"].get("postgres", {}).get("us_per_call", 0) / OF_A_USER}


def line(figures):
    return (f"{figures['rate']} REGISTERs/s: {'clean' if figures['clean'] else 'not clean'}, {figures['failed']} users failed, {figures['retransmitted']} retransmitted, "
            f"{figures['us_per_register']:.0f} µs a REGISTER")


def table(runs):
    """A row a run."""
    percent = lambda figures, *names: ", ".join(f"{figures['share'].get(name, 0) * 100:.0f} %" for name in names)
    return report.markdown(COLUMNS, [[
        SYSTEMS[run["system"]].title, f"{run['rate']}", f"{run['us_per_register']:.0f} µs",
        f"{run['database_us_per_register']:.0f} µs" if run["database_us_per_register"] else "–", "yes" if run["clean"] else "no", f"{run['failed']}", f"{run['retransmitted']}",
        " / ".join(f"{run['setup_ms'][key]:.0f}" for key in ("p50", "p95", "p99")) + " ms" if run["setup_ms"] else "–",
        percent(run, "controller", "postgres", "callers"), f"{run['dropped']['system']}, {run['dropped']['callers']}"] for run in runs])
