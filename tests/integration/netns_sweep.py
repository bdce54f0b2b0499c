#!/usr/bin/env python3
"""A sweep of a real network stack finds what is open, all of it and nothing else, each place once.

Without loss the open ports equal the truth, over IPv4 by way of a router and on the link, and over IPv6.
With 5 % of the packets lost each way, at random or in bursts, at least 99.5 % are found, and still nothing
false: the caps are off, so this is the sweep at its fastest.
"""
import collections
import pathlib

import harness
import netns_stage
from netns import authority, city, counters, population, spaces

BLOCK, WITHIN = "10.98.0.0/16", "10.98.0.0/20"
LOSS = 0.05
LEAST_RECALL = 0.995
LIMIT_S = 90
# Many open ports, so that 0.5 % of them is more than chance makes of five.
USUAL = {22: (900, ("openssh-9_2",)), 80: (900, ("nginx",)), 3306: (900, ("mysql",)), 6379: (700, ("redis",))}
CLOSED = (81,)

Case = collections.namedtuple("Case", "name scope loss bursts on_link six", defaults=(WITHIN, 0.0, False, False, False))
CASES = (
    Case("plain"),
    Case("loss at random", loss=LOSS),
    Case("loss in bursts", loss=LOSS, bursts=True),
    # A connect sweep of more than the kernel's neighbour table (1 024 entries) would measure that table.
    Case("on the link", scope="10.98.1.0/24", on_link=True),
    Case("IPv6", scope="fd98::200/119", six=True),
)


class Suite:
    def __init__(self, parsed, place):
        self.parsed, self.checks, self.place = parsed, harness.Checks(), pathlib.Path(place)
        self.people = population.Population(population.Description(live=800, block=BLOCK, within=WITHIN, usual=USUAL))

    def truth(self, case):
        named = population.six_of if case.six else str
        return {(named(ip), port, "tcp") for ip, port in self.people.open_ports() if netns_stage.within(named(ip), case.scope)}

    def sweep(self, method, case):
        scope = self.place / "scope.toml"
        scope.write_text(authority.scope_document([case.scope]), encoding="utf-8")
        ports = population.port_spec([*USUAL, *CLOSED])
        with spaces.Link(BLOCK, on_link=case.on_link, six=case.six) as link, \
                city.City(link, self.people, self.parsed.city, loss=case.loss, bursts=case.bursts):
            return counters.Measured([self.parsed.qingdan, "sweep", "--scope", scope, "--ports", ports, "--method", method,
                                      "--pps", "0"], LIMIT_S)

    def check(self, method, case):
        run, truth, what = self.sweep(method, case), self.truth(case), f"{method}, {case.name}"
        self.checks.that(run.status == 0 and not run.timed_out, f"{what}: status {run.status}: {run.err[-400:]}")
        found = netns_stage.read_sweep(run.out)
        recall, false = len(found.open & truth) / len(truth), found.open - truth
        print(f"{what}: {run.rates.packets} packets in {run.wall_s:.1f} s, recall {recall:.4%} of {len(truth)}, "
              f"{len(false)} false, {dict(found.verdicts)}", flush=True)
        self.checks.that(recall >= (LEAST_RECALL if case.loss else 1.0), f"{what}: recall {recall:.4%}")
        self.checks.that(not false, f"{what}: not open at all: {sorted(false)[:5]}")
        self.checks.that(not found.duplicates, f"{what}: said twice: {found.duplicates[:5]}")


def main():
    parsed = netns_stage.arguments(("--case", ""))
    with harness.workplace() as place:
        suite = Suite(parsed, place)
        try:
            for method in netns_stage.methods(parsed):
                for case in CASES:
                    if parsed.case in ("", case.name):
                        suite.check(method, case)
        except spaces.Forbidden as why:
            netns_stage.skip(why)
        suite.checks.finish()


if __name__ == "__main__":
    main()
