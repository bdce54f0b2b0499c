#!/usr/bin/env python3
"""What leaves the machine, by a tap at the other end of the cable: nothing outside the scope, no second
above a cap, no byte to a printer.

Every packet counts, whoever made it: SYN, ACK, data, FIN, RST and UDP of the program and of the kernel
for it. A window of one second may begin anywhere. The caps are low, so that all three of them bind.
"""
import collections
import pathlib

import harness
import netns_stage
from netns import authority, capture, city, counters, population, spaces

BLOCK, WITHIN = "10.98.0.0/16", "10.98.0.0/22"
ALLOW = ("10.98.1.0/25", "10.98.2.0/25", "fd98::100/122")  # the last: 10.98.1.0/26 by their other addresses
EXCLUDE = ("10.98.1.64/27", "fd98::120/124")
PACE = {"all": 400, "prefix": 250, "host": 20}
LIMIT_S = 150
NEVER_PAYLOAD = {515, *range(9100, 9110), *range(9112, 9117)}
PORTS = [22, 80, 443, 515, 3306, 9100, 9101, 9103]
UDP = (53, 161)


def groups(packet):
    return {"all": "all", "prefix": capture.block_of(packet.to), "host": packet.to}


class Suite:
    def __init__(self, parsed, place):
        self.parsed, self.place, self.checks = parsed, pathlib.Path(place), harness.Checks()
        self.people = population.Population(population.Description(
            live=240, block=BLOCK, within=WITHIN, udp=population.USUAL_UDP, printers=48))
        self.scope = self.place / "scope.toml"
        self.scope.write_text(authority.scope_document(ALLOW, tuple(PACE.values()), EXCLUDE), encoding="utf-8")

    @staticmethod
    def may_touch(address):
        return any(netns_stage.within(address, c) for c in ALLOW) and not any(netns_stage.within(address, c) for c in EXCLUDE)

    def run(self, what, *words):
        ports = ",".join([population.port_spec(PORTS), *(f"U:{port}" for port in UDP)])
        with spaces.Link(BLOCK, six=True) as link, city.City(link, self.people, self.parsed.city) as people:
            with capture.Capture(link) as tap:
                done = counters.Measured([self.parsed.qingdan, "--register", self.place / f"{what}.db", *words,
                                          "--scope", self.scope, "--ports", ports], LIMIT_S)
                packets = tap.close()
            log = people.close()
        self.checks.that(done.status == 0 and not done.timed_out, f"{what}: status {done.status}: {done.err[-400:]}")
        kinds = collections.Counter(capture.kind_of(p) for p in packets)
        print(f"{what}: {done.wall_s:.1f} s, {len(packets)} packets: {dict(kinds.most_common())}", flush=True)
        self.check_scope(what, packets)
        self.check_caps(what, [p for p in packets if not capture.is_housekeeping(p)])
        self.check_printers(what, packets, log)

    def check_scope(self, what, packets):
        for packet in packets:
            if packet.proto == "arp":
                allowed = packet.to == spaces.CITY_ADDRESS or self.may_touch(packet.to)
            else:
                allowed = capture.is_housekeeping(packet) or self.may_touch(packet.to)
            self.checks.that(allowed, f"{what}: {capture.kind_of(packet)} to {packet.to}:{packet.port}, outside the scope")

    def check_caps(self, what, packets):
        for level, cap in PACE.items():
            found = capture.busiest(packets, lambda p, level=level: groups(p)[level])
            key, (most, when) = max(found.items(), key=lambda item: item[1][0], default=("none", (0, 0)))
            above = sum(most_of > cap for most_of, _ in found.values())
            inside = collections.Counter(capture.kind_of(p) for p in packets
                                         if groups(p)[level] == key and when <= p.at < when + 10**9)
            text = f"{what}: cap per {level} {cap}: {most} in one second at {key}: {dict(inside.most_common())}"
            print(f"  {text}", flush=True)
            self.checks.that(most <= cap, f"{text}; {above} of {len(found)} above")

    def check_printers(self, what, packets, log):
        told = [p for p in packets if p.port in NEVER_PAYLOAD and p.size]
        self.checks.that(not told, f"{what}: {sum(p.size for p in told)} bytes to printers, first {told[:1]}")
        heard = sum(port["payload_bytes"] for host in log["hosts"].values() for name, port in host["ports"].items()
                    if int(name.split("/")[1]) in NEVER_PAYLOAD)
        self.checks.that(heard == 0, f"{what}: printers heard {heard} bytes")
        asked = {p.to for p in packets if p.port in NEVER_PAYLOAD and self.people.hosts.get(p.to, {}).get("tcp/9100")}
        self.checks.that(asked, f"{what}: no printer was asked at all, so nothing was tested")


def main():
    parsed = netns_stage.arguments(("--command", ""))
    with harness.workplace() as place:
        suite = Suite(parsed, place)
        try:
            for method in netns_stage.methods(parsed):
                if parsed.command in ("", "sweep"):
                    suite.run(f"sweep-{method}", "sweep", "--method", method)
            if parsed.command in ("", "census"):
                suite.run("census", "census", *(("--method", parsed.method) if parsed.method else ()))
        except spaces.Forbidden as why:
            netns_stage.skip(why)
        suite.checks.finish()


if __name__ == "__main__":
    main()
