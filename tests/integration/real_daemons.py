#!/usr/bin/env python3
"""A census of real daemons from Debian: product and version right for each, by the package database.

Each daemon of real_daemons_*.toml runs on a host of its own (real_daemons_ground.py) from what
install_daemons.sh installed (`scripts/test --full`); without that it is skipped (status 77). Needs root for the
namespaces. By hand:
  real_daemons.py … --beside-nmap    also runs nmap -sV on the same hosts and ports, and prints both as a table
  real_daemons.py … --only a,b       these daemons
  real_daemons.py … --keep FILE      the register stays there, with every answer in it
"""
import json
import os
import pathlib
import re
import sys
import time
import xml.etree.ElementTree

import harness
import real_daemons_ground
import real_daemons_list

FEWEST = 60  # different daemons that a full run must have
PATIENCE_S = 240


def scope_text(hosts):
    addresses = ", ".join(f'"{h.ip}"' for h in hosts)
    return ('[authorisation]\nnumber = "测〔2026〕2号"\nissued_by = "测试"\nvalid_from = 2020-01-01\nvalid_to = 2099-12-31\n'
            "[pace]\nglobal_pps = 0\nprefix_pps = 0\nhost_pps = 200\n"
            f'[[allow]]\naddresses = [{addresses}]\nzone = "区"\nunit = "单位"\n')


def port_list(daemons, udp_prefix):
    places = sorted({place for d in daemons for place in d.places()})
    return ",".join(f"{udp_prefix if t == 'udp' else ''}{p}" for t, p in places)


class Answer:
    """What one tool said of one port: (product, version) pairs, the port's own first; remarks = numbers beside them."""

    def __init__(self, named, remarks=()):
        self.named, self.remarks = named, list(remarks)

    def versions_of(self, is_it):
        """(is the product named, the versions said with it)"""
        hits = [version for product, version in self.named if product and is_it(product)]
        return bool(hits), [version for version in hits if version]


def version_fits(truth, said, kind):
    """Whether what was said is the true version, or so much of it as the daemon shows."""
    if said is None:
        return False
    numbers = {"major": 1, "minor": 2}.get(kind)
    if numbers:
        return said == ".".join(truth.split(".")[:numbers])
    # 9.2p1-2+deb12u3, 1.6.7~rc0 and Jetty's 9.4.57.v20241219 say more than the number; more is not another.
    return said == truth or re.split(r"[-+~ ]|\.v\d", said)[0] == truth


class Verdict:
    """One daemon as one tool saw it."""

    def __init__(self, daemon, truth, answers, is_it):
        named = [a.versions_of(is_it) if a else (False, []) for a in answers]
        said = [version for _, versions in named for version in versions]
        remarks = [r for a in answers if a for r in a.remarks] if any(hit for hit, _ in named) else []
        self.found = all(answers)
        self.product = bool(named) and all(hit for hit, _ in named)
        self.said = said[0] if said else None
        self.other = "; ".join(sorted({" ".join(filter(None, a.named[0])) for a in answers if a and a.named}))
        # A daemon that shows none leaves nothing to be right about.
        self.version = None if daemon.version == "none" else any(
            version_fits(truth, v, daemon.version) for v in said + remarks)
        self.invented = not self.version and any(not version_fits(truth, v, "exact") for v in said)


def census(arguments, ground, place):
    """Ours: answers by (ip, transport, port), seconds, packets."""
    scope = place / "scope.toml"
    scope.write_text(scope_text(ground.hosts), encoding="utf-8")
    program = harness.Program(arguments.qingdan, arguments.keep or place / "register.db")
    before, start = ground.packets(), time.monotonic()
    done = program.run("census", "--scope", scope, "--ports", port_list([h.daemon for h in ground.hosts], "U:"))
    seconds, packets = time.monotonic() - start, ground.packets() - before
    if done.returncode not in (0, 1):
        raise AssertionError(f"census: {done.returncode} {done.stderr}")
    answers = {}
    for row in program.rows("services", "list"):
        also = row.get("also") or []
        also = json.loads(also) if isinstance(also, str) else also
        named = [(row["product"], row["version"])] + [(a.get("product"), a.get("version")) for a in also]
        answers[row["ip"], row["transport"], row["port"]] = Answer(named)
    return answers, seconds, packets


def nmap(ground, place):
    """The same of nmap -sV."""
    daemons = [h.daemon for h in ground.hosts]
    tcp = port_list([d for d in daemons], "U:").split(",")
    ports = "T:" + ",".join(p for p in tcp if not p.startswith("U:"))
    udp = [p[2:] for p in tcp if p.startswith("U:")]
    if udp:
        ports += ",U:" + ",".join(udp)
    before, start = ground.packets(), time.monotonic()
    done = ground.layers.run_in("main", place / "nmap-top",
                                ["nmap", "-sS", *(["-sU"] if udp else []), "-sV", "-n", "-Pn", "-p", ports, "-oX", "-",
                                 *[h.ip for h in ground.hosts]], limit=3600)
    seconds, packets = time.monotonic() - start, ground.packets() - before
    if done.returncode != 0:
        raise AssertionError(f"nmap: {done.returncode} {done.stderr}")
    answers = {}
    for host in xml.etree.ElementTree.fromstring(done.stdout).iter("host"):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            service = port.find("service")
            if port.find("state").get("state") == "open" and service is not None:
                product, version, extra = (service.get(k) for k in ("product", "version", "extrainfo"))
                bare = None if version and version.endswith("or later") else version
                # A version that stands in the remark alone ("Python 3.11.2") counts as well.
                answers[address, port.get("protocol"), int(port.get("portid"))] = Answer(
                    [(product, bare)], re.findall(r"\d[\w.-]+", extra or ""))
    return answers, seconds, packets


def judge(ground, answers, test_for):
    """test_for(daemon): the question whether a product's name is the daemon's."""
    verdicts = {}
    for host in ground.hosts:
        seen = [answers.get((host.ip, *place)) for place in host.daemon.places()]
        verdicts[host.daemon.name] = Verdict(host.daemon, ground.truths[host.daemon.name], seen, test_for(host.daemon))
    return verdicts


def our_name(daemon):
    return lambda product: product == daemon.product


def nmap_name(daemon):
    """nmap words its products freely: "Exim smtpd", "ISC BIND"."""
    words = "|".join(re.escape(w) for w in [daemon.product, *daemon.nmap])
    return lambda product: re.search(rf"(?i)(?<!\w)(?:{words})(?!\w)", product)


def check(checks, ground, verdicts, chosen):
    """100 % of products, 95 % of the versions that are shown, and none made up; beside those that lack a conversation."""
    shown = right = 0
    for host in ground.hosts:
        daemon, verdict = host.daemon, verdicts[host.daemon.name]
        truth = f"{daemon.product} {ground.truths[daemon.name]}"
        if daemon.lacks:
            print(f"LACKING: {daemon.name} needs {daemon.lacks}; said {verdict.other!r}, true {truth}")
            checks.that(not (verdict.product and verdict.version is not False),
                        f"{daemon.name} is right: it no longer lacks {daemon.lacks}")
            checks.that(not verdict.invented, f"{daemon.name}: version {verdict.said}, true {truth}")
            continue
        checks.that(verdict.found, f"{daemon.name}: not found on each of {daemon.ports}")
        checks.that(verdict.product, f"{daemon.name}: said {verdict.other!r}, true {truth}")
        checks.that(not verdict.invented, f"{daemon.name}: version {verdict.said}, true {truth}")
        if verdict.version is not None:
            shown, right = shown + 1, right + verdict.version
            if not verdict.version:
                print(f"version missing: {daemon.name}: said {verdict.other!r}, true {truth}")
    checks.that(right >= 0.95 * shown, f"{right} of {shown} versions that are shown")
    asked = [h.daemon for h in ground.hosts if not h.daemon.lacks]
    checks.that(chosen or len(asked) >= FEWEST, f"{len(asked)} daemons, fewer than {FEWEST}")
    print(f"{len(asked)} daemons: {right} of {shown} versions that are shown right; {len(ground.hosts) - len(asked)} more lack a conversation")


def mark(verdict):
    product = "right" if verdict.product else ("–" if not verdict.other else f"**{verdict.other}**")
    version = (f"**{verdict.said}**" if verdict.invented else "shows none" if verdict.version is None else
               "right" if verdict.version else "–")
    return f"{product} | {version}"


def table(ground, columns):
    """Markdown for tests/bench/README.md. columns: (tool, verdicts, seconds, packets)."""
    print("| Daemon | True | " + " | ".join(f"{tool}: product | version" for tool, *_ in columns) + " |")
    print("|---|---|" + "---|---|" * len(columns))
    for host in ground.hosts:
        daemon = host.daemon
        truth = ground.truths[daemon.name]
        print(f"| {daemon.name} | {daemon.product} {truth} | " +
              " | ".join(mark(verdicts[daemon.name]) for _, verdicts, *_ in columns) + " |")
    print("\n| Who | Daemons | Product right | Version right, of those shown | Wrong or made-up version | Wall s | Packets |")
    print("|---|---|---|---|---|---|---|")
    for tool, verdicts, seconds, packets in columns:
        asked = [v for v in verdicts.values() if v.version is not None]
        print(f"| {tool} | {len(verdicts)} | {sum(v.product for v in verdicts.values())} | "
              f"{sum(v.version for v in asked)} of {len(asked)} | {sum(v.invented for v in verdicts.values())} | "
              f"{seconds:.1f} | {packets} |")


def available(arguments, layers):
    """The daemons that can run here; ends the test as skipped where there are none."""
    daemons = real_daemons_list.load()
    only = set(filter(None, arguments.only.split(",")))
    daemons = [d for d in daemons if not only or d.name in only]
    missing = set(layers.missing(daemons))
    for name in sorted(missing):
        print(f"SKIPPED {name}: its packages are not installed")
    alone = bool(os.environ.get("QINGDAN_OWN_LOOPBACK"))
    ready = [d for d in daemons if d.name not in missing]
    if not ready or os.geteuid() != 0 or not alone:
        print("SKIPPED: " + ("nothing is installed" if not ready else "needs root" if alone else
                             "needs a network namespace of its own"))
        print("scripts/test --full installs and runs them")
        sys.exit(1 if os.environ.get("QINGDAN_FULL") == "1" else 77)
    return ready, bool(only)


def main():
    arguments = harness.arguments(("--only", ""), ("--layers", ""), ("--keep", ""), ("--beside-nmap", ""))
    layers = real_daemons_ground.Layers(arguments.layers or arguments.source / "build/daemons")
    daemons, chosen = available(arguments, layers)
    checks = harness.Checks()
    with harness.workplace() as place:
        place = pathlib.Path(place)
        place.chmod(0o755)
        ground = real_daemons_ground.Ground(daemons, layers, place)
        try:
            ground.start()
            for host in ground.wait(PATIENCE_S):
                checks.that(False, f"{host.daemon.name} did not start: {host.said()}")
            ours, seconds, packets = census(arguments, ground, place)
            columns = [("qingdan", judge(ground, ours, our_name), seconds, packets)]
            if arguments.beside_nmap:
                theirs, seconds, packets = nmap(ground, place)
                columns.append(("nmap -sV", judge(ground, theirs, nmap_name), seconds, packets))
            table(ground, columns)
            check(checks, ground, columns[0][1], chosen)
        finally:
            ground.stop()
    checks.finish()


if __name__ == "__main__":
    main()
