#!/usr/bin/env python3
"""The daemons of real_daemons_*.toml, read. Run by itself it tells install_daemons.sh what to install.

One [[daemon]] of those files:
  name      of the host it gets; unique
  packages  from Debian; the first one's version is the truth
  ports     that must be found: "80", "U:53"
  product   as `services list` must say it
  version   how much of the package's version the daemon shows without credentials:
            "exact" (default), "minor" (two numbers), "major" (one), "none"
  truth     a command on the host's packages that says the true version, where the package's is another
  why       where one of these two needs a reason
  start     what root's shell runs on the host; it ends with exec, or stays itself
  lacks     what we would have to ask first. Told, and outside the bar; a failure on the day all is right without it
  layer     which set of packages it stands in (default "main"): mail and FTP servers exclude each other
  nmap      further words under which nmap knows the product
"""
import argparse
import dataclasses
import pathlib
import tomllib

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Daemon:
    name: str
    packages: list
    ports: list
    product: str
    start: str
    version: str = "exact"
    truth: str = ""
    why: str = ""
    lacks: str = ""
    layer: str = "main"
    nmap: list = dataclasses.field(default_factory=list)

    def places(self):
        """(transport, port) of each port."""
        return [("udp" if p.startswith("U:") else "tcp", int(p.split(":")[-1])) for p in self.ports]


def load():
    daemons = []
    for path in sorted(HERE.glob("real_daemons_*.toml")):
        daemons += [Daemon(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["daemon"]]
    names = [d.name for d in daemons]
    assert len(names) == len(set(names)), "two daemons of one name"
    assert all(d.version in ("exact", "minor", "major", "none") for d in daemons)
    return daemons


def packages_by_layer():
    """nmap stands in the layer main: it is measured beside us."""
    layers = {}
    for daemon in load():
        wanted = layers.setdefault(daemon.layer, ["nmap"] if daemon.layer == "main" else [])
        wanted += [p for p in daemon.packages if p not in wanted]
    return layers


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", action="store_true", help="a line for each layer: its name and its packages")
    if parser.parse_args().packages:
        for layer, packages in packages_by_layer().items():
            print(layer, *packages)
