#!/usr/bin/env python3
"""A sweep of a real network stack finds what is open, all of it and nothing else, each place once.

Without loss the open ports equal the truth. With 5 % of the packets lost each way, at random or in
bursts, at least 99.5 % are found, and still nothing false: the caps are off, so this is the sweep at its fastest.
"""
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


class Suite:
    def __init__(self, parsed, place):
        self.parsed, self.checks = parsed, harness.Checks()
        self.people = population.Population(population.Description(live=800, block=BLOCK, within=WITHIN, usual=USUAL))
        self.truth = {(ip, port, "tcp") for ip, port in self.people.open_ports()}
        self.scope = pathlib.Path(place) / "scope.toml"
        self.scope.write_text(authority.scope_document([WITHIN]), encoding="utf-8")

    def sweep(self, method):
        ports = population.port_spec([*USUAL, *CLOSED])
        run = counters.Measured([self.parsed.qingdan, "sweep", "--scope", self.scope, "--ports", ports,
                                 "--method", method, "--pps", "0"], LIMIT_S)
        self.checks.that(run.status == 0 and not run.timed_out, f"{method}: status {run.status}: {run.err[-400:]}")
        return run, netns_stage.read_sweep(run.out)

    def check(self, method, loss, bursts):
        what = f"{method}, loss {loss:.0%}{' in bursts' if bursts else ''}"
        with spaces.Link(BLOCK) as link, city.City(link, self.people, self.parsed.city, loss=loss, bursts=bursts):
            run, found = self.sweep(method)
        recall = len(found.open & self.truth) / len(self.truth)
        false = found.open - self.truth
        print(f"{what}: {run.rates.packets} packets in {run.wall_s:.1f} s, recall {recall:.4%} of {len(self.truth)}, "
              f"{len(false)} false, {dict(found.verdicts)}", flush=True)
        self.checks.that(recall >= (LEAST_RECALL if loss else 1.0), f"{what}: recall {recall:.4%}")
        self.checks.that(not false, f"{what}: not open at all: {sorted(false)[:5]}")
        self.checks.that(not found.duplicates, f"{what}: said twice: {found.duplicates[:5]}")


def main():
    parsed = netns_stage.arguments()
    with harness.workplace() as place:
        suite = Suite(parsed, place)
        try:
            for method in netns_stage.methods(parsed):
                for loss, bursts in ((0.0, False), (LOSS, False), (LOSS, True)):
                    suite.check(method, loss, bursts)
        except spaces.Forbidden as why:
            netns_stage.skip(why)
        suite.checks.finish()


if __name__ == "__main__":
    main()
