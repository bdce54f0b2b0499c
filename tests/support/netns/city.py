"""The city itself: the packet rules of its namespace and the one process that plays its hosts.

Dead addresses are dropped where packets enter (netdev ingress), before the kernel spends anything on
them; SYNs to open ports go to the player by tproxy; every other port of a living host gets the
kernel's own RST. Loss is drawn in the city's ingress and egress hooks: on the scanner's side a rule
would come after the tap and after the count of what was sent.
"""
import json
import pathlib
import subprocess
import tempfile

from . import spaces
from .population import six_of

PLAYER_PORT = 4000
MOST_OF = 10000  # loss is told in ten-thousandths
BURST = 100      # packets lost in a row where loss comes in bursts


def elements(text):
    return f"elements = {{ {text} }};" if text else ""


def rules_of_six(population, drop):
    """The same for TCP over IPv6; the gate is a chain of its own at the same hook."""
    live = ", ".join(map(six_of, population.hosts))
    opened = ", ".join(f"{six_of(ip)} . {port}" for ip, port in sorted(population.open_ports()))
    return f"""
table netdev gate_six {{
  set live {{ type ipv6_addr; {elements(live)} }}
  chain arriving {{
    type filter hook ingress device "{spaces.CITY_PORT}" priority -500; policy accept;
    ip6 daddr {spaces.BLOCK_SIX} ip6 daddr != @live counter drop
    ip6 daddr {spaces.BLOCK_SIX} {drop}
  }}
  chain leaving {{
    type filter hook egress device "{spaces.CITY_PORT}" priority 0; policy accept;
    ip6 saddr {spaces.BLOCK_SIX} {drop}
  }}
}}
table ip6 play {{
  set open_tcp {{ type ipv6_addr . inet_service; {elements(opened)} }}
  chain sort {{
    type filter hook prerouting priority mangle; policy accept;
    ip6 daddr . tcp dport @open_tcp tproxy to [::1]:{PLAYER_PORT} accept
  }}
}}
"""


def drop_rule(loss, bursts):
    if not loss:
        return "accept"
    if bursts:
        return f"numgen inc mod {round(BURST / loss)} < {BURST} counter drop"
    return f"numgen random mod {MOST_OF} < {round(loss * MOST_OF)} counter drop"


def rules_of(population, loss, bursts=False):
    """The nft program. Sets are hashes: one look-up a packet, however big the city."""
    block = population.description.block
    drop = drop_rule(loss, bursts)
    live = ", ".join(population.hosts) or "0.0.0.0"
    opened = {name: ", ".join(f"{ip} . {port}" for ip, port in sorted(population.open_ports(transport=name)))
              for name in ("tcp", "udp")}
    udp_ports = ", ".join(sorted({str(port) for _, port in population.open_ports(transport="udp")}))
    refuse_udp = f"udp dport {{ {udp_ports} }} ip daddr . udp dport != @open_udp reject" if udp_ports else ""

    return f"""
table netdev gate {{
  set live {{ type ipv4_addr; {elements(live)} }}
  chain arriving {{
    type filter hook ingress device "{spaces.CITY_PORT}" priority -500; policy accept;
    ip daddr {block} ip daddr != @live counter drop
    arp daddr ip {block} arp daddr ip != @live counter drop
    ip daddr {block} {drop}
  }}
  chain leaving {{
    type filter hook egress device "{spaces.CITY_PORT}" priority 0; policy accept;
    ip saddr {block} {drop}
  }}
}}
table ip play {{
  set open_tcp {{ type ipv4_addr . inet_service; {elements(opened['tcp'])} }}
  set open_udp {{ type ipv4_addr . inet_service; {elements(opened['udp'])} }}
  chain sort {{
    type filter hook prerouting priority mangle; policy accept;
    ip daddr . tcp dport @open_tcp tproxy to 127.0.0.1:{PLAYER_PORT} accept
  }}
  chain guard {{
    type filter hook input priority filter; policy accept;
    {refuse_udp}
  }}
}}
"""


class City:
    """Plays `population` on the city's side of `link` until closed. `loss` falls each way, at random or in
    `bursts` of BURST packets."""

    def __init__(self, link, population, player, loss=0.0, max_seconds=900, bursts=False):
        self.link, self.population = link, population
        self._place = tempfile.TemporaryDirectory(prefix="qingdan-city-")
        self.folder = pathlib.Path(self._place.name)
        self.log_file = self.folder / "log.json"
        self.process, self._closed = None, False
        try:
            rules = rules_of(population, loss, bursts)
            if link.six:
                rules += rules_of_six(population, drop_rule(loss, bursts))
            self._open(player, rules, max_seconds)
        except BaseException:
            self.close()
            raise

    def _open(self, player, rules, max_seconds):
        plan = self.folder / "plan.json"
        plan.write_text(json.dumps(self.population.plan()), encoding="utf-8")
        spaces.run(*self.link.inside, "nft", "-f", "-", stdin=rules)
        self.process = subprocess.Popen(
            [*self.link.inside, str(player), "--plan", str(plan), "--listen", str(PLAYER_PORT),
             "--log", str(self.log_file), "--max-seconds", str(max_seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise AssertionError("the city's player ended early")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the player and takes the rules away; gives its log of what each host received."""
        log, died = {}, self.process is not None and self.process.poll() is not None and not self._closed
        if self.process is not None and self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.log_file.exists():
            log = json.loads(self.log_file.read_text(encoding="utf-8"))
        if self.link.holder.poll() is None:
            subprocess.run([*self.link.inside, "nft", "flush", "ruleset"], capture_output=True, timeout=60)
        self._place.cleanup()
        self._closed = True
        if died:
            raise AssertionError(f"the city's player ended early with status {self.process.returncode}")
        return log
