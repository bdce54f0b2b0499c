#!/usr/bin/env python3
"""The ground the netns tests stand on: the city is as described, the tap misses nothing, loss is what it says.

A tap that overlooked packets would make every cap look kept, a city that lost fewer than it says would
make every recall look good; so they are tested first, without the program under test.
"""
import ipaddress
import socket
import struct
import subprocess
import threading

import harness
import netns_stage
from netns import capture, city, counters, population, spaces

BLOCK = "10.98.0.0/16"
ETH_IP, PACKET_QDISC_BYPASS = 0x0800, 20
NTP_QUERY = b"\x16\x02\x00\x01" + bytes(8)
ASKED = 2000


def packet_at(second, to="10.98.0.1"):
    return capture.Packet(round(second * 10**9), "tcp", "10.99.0.1", to, 1, 80, capture.SYN, 0)


def check_windows(checks):
    # 0.5 … 1.4 lie in one second that begins at neither end of the row; 1.0 and 2.0 are a second apart, so not in one.
    found = capture.busiest([packet_at(t) for t in (2.0, 0.0, 0.5, 0.9, 1.0, 1.4)], lambda p: p.to)
    checks.that(found["10.98.0.1"] == (4, 500_000_000), f"busiest second: {found}")
    apart = capture.busiest([packet_at(1.0), packet_at(2.0)], lambda p: p.to)
    checks.that(apart["10.98.0.1"][0] == 1, f"a second apart is not within one: {apart}")
    checks.that(capture.block_of("10.98.7.9") == "10.98.7.0/24", "the block of an address")
    checks.that(capture.block_of("fd98::7") == "fd98::/64", "the block of an IPv6 address")
    steps = [(0.001 * i, i * 100, 0, 0) for i in range(200)] + [(0.2 + 0.001 * i, 19900, 0, 0) for i in range(300)]
    rates = counters.Rates(steps)
    checks.that(abs(rates.mean_pps - 100_000) < 2000 and abs(rates.active_s - 0.2) < 0.011, f"rates: {vars(rates)}")


def ask(ip, port, seconds=2.0):
    """open, refused or silent."""
    try:
        socket.create_connection((ip, port), timeout=seconds).close()
        return "open"
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silent"


def check_hosts(checks, people):
    ip, openings = next((ip, o) for ip, o in people.hosts.items() if "tcp/22" in o)
    with socket.create_connection((ip, 22), timeout=3) as peer:
        checks.that(peer.recv(64).startswith(b"SSH-2.0-"), f"{ip}: no identification on 22 ({openings['tcp/22']})")
    checks.that(ask(ip, 1) == "refused", f"{ip}:1 is not closed")
    dead = next(str(a) for a in ipaddress.ip_network("10.98.0.0/24").hosts() if str(a) not in people.hosts)
    checks.that(ask(dead, 22, 1.2) == "silent", f"{dead} is not dead")
    outside = subprocess.run(["ip", "route", "get", "192.0.2.1"], capture_output=True, timeout=20)
    checks.that(outside.returncode != 0, "there is a way out")


def check_tap(checks, link, people):
    """Frames that bypass the queueing discipline, and the interface's own count, against the tap's."""
    own, city_mac = (bytes.fromhex(mac.replace(":", "")) for mac in (spaces.mac_of(spaces.SCANNER_PORT), link.city_mac()))
    target = socket.inet_aton(next(iter(people.hosts)))
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, socket.inet_aton(spaces.SPARE_ADDRESSES[0]), target)
    frame = city_mac + own + struct.pack("!H", ETH_IP) + header + struct.pack("!HHHH", 61000, 9, 8, 0)
    with capture.Capture(link) as tap:
        sampler = counters.Sampler()
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
            out.setsockopt(capture.SOL_PACKET, PACKET_QDISC_BYPASS, 1)
            out.bind((spaces.SCANNER_PORT, 0))
            for _ in range(ASKED):
                out.send(frame)
        sent = sampler.close().packets
        seen = [p for p in tap.close() if p.source == spaces.SPARE_ADDRESSES[0]]
    checks.that(len(seen) == ASKED, f"the tap saw {len(seen)} of {ASKED} frames")
    checks.that(ASKED <= sent <= ASKED + 5, f"the interface counted {sent} of {ASKED}")
    checks.that(all(p.port == 9 and p.proto == "udp" and p.size == 0 for p in seen), f"misread: {seen[:1]}")


def check_loss(checks, link, people, parsed, bursts):
    """A question and its answer both get through 0.95 × 0.95 of the time; five standard deviations either way."""
    ip = next(ip for ip, openings in people.hosts.items() if "udp/123" in openings)
    pause, answered = threading.Event(), 0
    with city.City(link, people, parsed.city, loss=0.05, bursts=bursts), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect((ip, 123))
        for turn in range(ASKED):
            peer.send(NTP_QUERY)
            if turn % 50 == 49:
                pause.wait(0.02)
                answered += drain(peer)
        pause.wait(0.2)
        answered += drain(peer)
    share = answered / ASKED
    print(f"answered with 5 % loss each way{' in bursts' if bursts else ''}: {share:.1%}")
    checks.that(0.869 < share < 0.936, f"{share:.1%} came back, {'in bursts' if bursts else 'at random'}")


def drain(peer):
    number = 0
    while True:
        try:
            peer.recv(2048, socket.MSG_DONTWAIT)
            number += 1
        except BlockingIOError:
            return number


def check_on_link(checks, people, parsed):
    alive = next(ip for ip, openings in people.hosts.items() if "tcp/22" in openings)
    dead = next(str(a) for a in ipaddress.ip_network("10.98.0.0/24").hosts() if str(a) not in people.hosts)
    with spaces.Link(BLOCK, on_link=True) as link, city.City(link, people, parsed.city):
        with capture.Capture(link) as tap:
            checks.that(ask(alive, 22) == "open", f"{alive} does not answer on the link")
            try:
                told = ask(dead, 22, 1.2)
            except OSError:
                told = "silent"
            checks.that(told == "silent", f"{dead} answers on the link: {told}")
            asked = {p.to for p in tap.close() if p.proto == "arp"}
    checks.that({alive, dead} <= asked, f"ARP asked for {sorted(asked)[:5]}")


def check_six(checks, people, parsed):
    alive = next(ip for ip, openings in people.hosts.items() if "tcp/22" in openings)
    six = population.six_of(alive)
    with spaces.Link(BLOCK, six=True) as link, city.City(link, people, parsed.city):
        with capture.Capture(link) as tap:
            with socket.create_connection((six, 22), timeout=3) as peer:
                checks.that(peer.recv(64).startswith(b"SSH-2.0-"), f"{six}: no identification on 22")
            checks.that(ask(six, 1) == "refused", f"{six} 1 is not closed")
            dead = next(a for a in ("fd98::1", "fd98::2", "fd98::3", "fd98::4") if a not in map(population.six_of, people.hosts))
            checks.that(ask(dead, 22, 1.2) == "silent", f"{dead} is not dead")
            kinds = [(p.to, capture.kind_of(p)) for p in tap.close() if p.proto == "tcp"]
    checks.that((six, "SYN") in kinds and (dead, "SYN") in kinds and (six, "FIN") in kinds, f"the tap saw {kinds}")


def main():
    parsed = netns_stage.arguments()
    checks = harness.Checks()
    check_windows(checks)
    people = population.Population(population.Description(live=300, block=BLOCK, udp=population.USUAL_UDP))
    again = population.Population(population.Description(live=300, block=BLOCK, udp=population.USUAL_UDP))
    checks.that(people.hosts == again.hosts, "the same description gave another city")
    try:
        with spaces.Link(BLOCK) as link:
            with city.City(link, people, parsed.city) as played:
                check_hosts(checks, people)
                check_tap(checks, link, people)
                log = played.close()
            checks.that(log["connections"] >= 1, f"the city's log: {str(log)[:200]}")
            for bursts in (False, True):
                check_loss(checks, link, people, parsed, bursts)
        check_on_link(checks, people, parsed)
        check_six(checks, people, parsed)
    except spaces.Forbidden as why:
        netns_stage.skip(why)
    checks.finish()


if __name__ == "__main__":
    main()
