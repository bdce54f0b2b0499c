#!/usr/bin/env python3
"""Plays the practice networks and checks them with clients of its own (Python's standard library).

    selftest.py QINGDAN_PRACTICE NETWORKS_DIRECTORY [small|city]

Every service of the truth is asked in its own protocol; refused, silent and gone ports are checked
to be so; then the log must have counted exactly what was sent.
"""
import concurrent.futures
import hashlib
import json
import pathlib
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "integration"))
import harness  # noqa: E402
from clients import CLIENTS, FAILURES, SILENCE_S, check, dial, ends, read_until  # noqa: E402


class Practice:
    def __init__(self, program, network, folder):
        self.folder = folder
        self.log = folder / "log.json"
        self.scope = folder / "scope.toml"
        self.process = subprocess.Popen(
            [program, "--network", network, "--truth", folder / "truth{epoch}.json", "--scope", self.scope,
             "--log", self.log, "--ready", folder / "ready", "--max-seconds", "150"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expect("epoch 1 ready")

    def expect(self, line):
        heard = self.process.stdout.readline().strip()
        if heard != line:
            raise SystemExit(f"expected '{line}', heard '{heard}'")

    def say(self, line, answer):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.expect(answer)

    def truth(self, epoch):
        return json.loads((self.folder / f"truth{epoch}.json").read_text(encoding="utf-8"))

    def report(self):
        self.say("report", "report ready")
        return json.loads(self.log.read_text())

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


NEVER_SPOKEN_TO = {"print_raw", "lpd", "modbus", "iso_tsap"}


def ask_service(ip, service):
    where = f"{ip} {service['transport']}/{service['port']}"
    if service["play"] in NEVER_SPOKEN_TO:
        dial(ip, service["port"]).close()  # a handshake and a FIN, no payload
        return
    client = CLIENTS.get((service["transport"], service["protocol"]))
    if client is None:
        return
    try:
        said = client(ip, service["port"], service)
    except Exception as error:  # any failure of any client is this check's failure
        check(False, f"{where} {service['protocol']}: {error!r}")
        return
    version = (service["product"] or {}).get("version", "")
    if version and service["protocol"] != "http":
        check(version in said, f"{where} says version {version}: {said!r}")
    if service["tls"] and service["play"] != "tlcp":
        with dial(ip, service["port"], tls=True) as link:
            seen = hashlib.sha256(link.getpeercert(True)).hexdigest()
        check(seen == service["certificate"], f"{where} certificate {service['certificate']}, saw {seen}")


def ask_services(truth):
    """Every ordinary service of hosts that are no hostile ones, some at a time."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for host in truth["hosts"]:
            if host["hostile"] or not host["in_scope"]:
                continue
            for service in host["services"]:
                pool.submit(ask_service, host["ip"], service).add_done_callback(lambda f: f.result())


def tcp_ports(spec):
    for item in spec.split(","):
        if not item.startswith("U:"):
            first, _, last = item.partition("-")
            yield from range(int(first), int(last or first) + 1)


def connect_outcomes(places):
    """(ip, port) -> 'open' | 'refused' | 'silent'; all at a time."""
    outcomes = {}
    chooser = selectors.DefaultSelector()
    for place in places:
        link = socket.socket()
        link.setblocking(False)
        code = link.connect_ex(place)
        if code == 111:
            outcomes[place] = "refused"
            link.close()
        else:
            chooser.register(link, selectors.EVENT_WRITE, place)
    until = time.monotonic() + SILENCE_S
    while chooser.get_map() and time.monotonic() < until:
        for key, _ in chooser.select(0.1):
            code = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            outcomes[key.data] = {0: "open", 104: "open", 111: "refused"}.get(code, f"error {code}")
            chooser.unregister(key.fileobj)
            key.fileobj.close()
    for key in list(chooser.get_map().values()):
        outcomes[key.data] = "silent"
        key.fileobj.close()
    return outcomes


def check_ports(truth):
    """Each TCP port of the census on each host: open, refused or silent as the truth has it."""
    wanted = {}
    ports = list(tcp_ports(truth["ports"]))
    for host in truth["hosts"]:
        if not host["in_scope"]:
            continue  # nobody may touch it, so we do not either
        rest = {"closed": "refused", "silent": "silent", "suspect-proxy": "open"}[host["rest"]]
        for port in ports:
            wanted[(host["ip"], port)] = rest
        for service in host["services"]:
            if service["transport"] == "tcp":
                wanted[(host["ip"], service["port"])] = "open"
        for name in host["silent"]:
            if name.startswith("tcp/"):
                wanted[(host["ip"], int(name[4:]))] = "silent"
    for ip in truth["absent"]:
        for port in ports:
            wanted[(ip, port)] = "silent"
    outcomes = connect_outcomes(list(wanted))
    for place, outcome in wanted.items():
        check(outcomes[place] == outcome, f"epoch {truth['epoch']}: {place} should be {outcome}, is {outcomes[place]}")
    return len(wanted)


def check_udp_silence(truth):
    if truth["absent"]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(SILENCE_S)
            link.connect((truth["absent"][0], 161))
            link.send(b"anyone?")
            try:
                link.recv(100)
                check(False, "an absent host answered a datagram")
            except TimeoutError:
                pass
            except ConnectionRefusedError:
                check(False, "an absent host refused a datagram: it should keep silent")


def check_log(practice, truth):
    log = practice.report()
    for host in truth["hosts"]:
        seen = log["hosts"].get(host["ip"], {"ports": {}})["ports"]
        if not host["in_scope"]:
            check(not any(p["connections"] or p["datagrams"] for p in seen.values()), f"{host['ip']} was not touched")
        for service in host["services"]:
            if service["play"] in NEVER_SPOKEN_TO and host["in_scope"]:
                counted = seen[f"tcp/{service['port']}"]
                check(counted["payload_bytes"] == 0, f"{host['ip']} {service['play']} got payload")
                check(counted["connections"] >= 1, f"{host['ip']} {service['play']} counted the connection")


def check_hostile(truth):
    by_kind = {entry["kind"]: entry["ip"] for entry in truth["hostile"]}
    hosts = {host["ip"]: host for host in truth["hosts"]}

    def port_of(kind, index=0):
        return by_kind[kind], hosts[by_kind[kind]]["services"][index]["port"]

    if "everything-open" in by_kind:
        outcomes = connect_outcomes([(by_kind["everything-open"], port) for port in (48700, 48850, 48999)])
        check(set(outcomes.values()) == {"open"}, "everything-open accepts far-off ports")
    if "tarpit" in by_kind:
        link = dial(*port_of("tarpit"), timeout=8)
        began = time.monotonic()
        check(len(link.recv(10)) == 1 and time.monotonic() - began > 0.5, "the tarpit gives one byte, late")
    if "endless-banner" in by_kind:
        data = read_until(dial(*port_of("endless-banner")), lambda d: len(d) > 3_000_000, 4_000_000)
        check(len(data) > 3_000_000, f"the endless banner gave {len(data)} bytes")
    if "byte-trickler" in by_kind:
        link = dial(*port_of("byte-trickler"), timeout=8)
        began = time.monotonic()
        data = read_until(link, ends(rb"\r\n"))
        check(data.startswith(b"SSH-2.0-") and 0.1 < time.monotonic() - began < 6, "the trickler finishes its line")
    if "closes" in by_kind:
        check(dial(*port_of("closes")).recv(10) == b"", "one closes at once")
    if "resets" in by_kind:
        try:
            dial(*port_of("resets")).recv(10)
            check(False, "one resets at once")
        except ConnectionResetError:
            pass
    if "blob" in by_kind:
        data = read_until(dial(*port_of("blob")), lambda d: False, 2_000_000)
        check(len(data) == 1 << 20, f"the blob has {len(data)} bytes")


def check_manners_counted(practice):
    """A FIN and a RST are told apart in the log."""
    where = ("127.66.200.10", 80)
    before = practice.report()["hosts"][where[0]]["ports"]["tcp/80"]
    dial(*where).close()
    rude = dial(*where)
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    rude.close()
    time.sleep(0.3)
    after = practice.report()["hosts"][where[0]]["ports"]["tcp/80"]
    grown = {key: after[key] - before[key] for key in ("connections", "fins", "resets", "payload_bytes")}
    check(grown == {"connections": 2, "fins": 1, "resets": 1, "payload_bytes": 0}, f"a FIN and a RST counted: {grown}")


def check_starts(program, network):
    """Every start tells the same truth; SIGUSR1 goes on; it ends by itself."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        truths = []
        for folder in (first, second):
            practice = Practice(program, network, pathlib.Path(folder))
            truths.append([practice.truth(1), practice.truth(2)])
            practice.process.send_signal(signal.SIGUSR1)
            practice.expect("epoch 2 ready")
            practice.say("epoch 9", "error: there are epochs 1 to 2")
            practice.end()
        check(truths[0] == truths[1], "two starts tell the same truth, certificates included")
    began = time.monotonic()
    ended = subprocess.run([program, "--network", network, "--detached", "--max-seconds", "1"], timeout=30,
                           stdin=subprocess.DEVNULL, capture_output=True, text=True)
    check(ended.returncode == 0 and time.monotonic() - began > 0.9, "ends by itself after --max-seconds")


def play_through(program, network):
    with tempfile.TemporaryDirectory() as folder:
        practice = Practice(program, network, pathlib.Path(folder))
        try:
            truth = practice.truth(1)
            places = check_ports(truth)
            ask_services(truth)
            check_udp_silence(truth)
            check_hostile(truth)
            check_log(practice, truth)
            if truth["hosts"][0]["ip"] == "127.66.200.10":
                check_manners_counted(practice)
            epoch = 2
            while (pathlib.Path(folder) / f"truth{epoch}.json").exists():
                practice.say(f"epoch {epoch}", f"epoch {epoch} ready")
                truth = practice.truth(epoch)
                places += check_ports(truth)
                ask_services(truth)
                check_log(practice, truth)
                epoch += 1
            print(f"{pathlib.Path(network).name}: {len(truth['hosts'])} hosts, {places} ports in {epoch - 1} epochs")
        finally:
            practice.end()
        check(practice.process.returncode == 0, "ends well with its standard input")
        check(json.loads(practice.log.read_text())["connections"] > 0, "leaves its log at the end")


def refuses(program, folder, text, words):
    path = folder / "bad.toml"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([program, "--network", path], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    check(done.returncode == 2 and words in done.stderr, f"refuses a bad description with '{words}', said {done.stderr!r}")
    check(done.stderr.count("\n") == 1, "refuses in one line")


BAD_HEAD = ('name = "x"\nports = "80"\n[authorisation]\nnumber = "1"\nissued_by = "x"\n[pace]\nglobal_pps = 1\n'
            '[vacant]\naddresses = []\nzone = "z"\nunit = "u"\n')


def check_refusals(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        refuses(program, folder, BAD_HEAD + '[[host]]\nip = "127.67.0.1"\n', "is not in 127.66.0.0/16")
        refuses(program, folder, BAD_HEAD + '[[host]]\nip = "10.0.0.1"\n', "is not in 127.66.0.0/16")
        refuses(program, folder, BAD_HEAD + '[[host]]\nip = "127.66.3.1"\nservice = [{ port = 80, play = "http", titel = "x" }]\n',
                "unknown key 'titel'")
        refuses(program, folder, BAD_HEAD + '[[host]]\nip = "127.66.3.1"\nservice = [{ port = 80, play = "gopher" }]\n',
                "no player 'gopher'")
        refuses(program, folder, "name = \n", "bad.toml:1:")


def main():
    harness.own_loopback()
    program, networks = sys.argv[1], pathlib.Path(sys.argv[2])
    check_refusals(program)
    check_starts(program, networks / "small.toml")
    for name in sys.argv[3:] or ["small", "city"]:
        play_through(program, networks / f"{name}.toml")
    if FAILURES:
        raise SystemExit(f"{len(FAILURES)} checks failed")
    print("the practice network does what its description says")


if __name__ == "__main__":
    main()
