"""Hosts for real daemons: each in namespaces of its own, all on one switch that leads nowhere.

A host has its own network, process and mount namespaces. Its file system is this machine's with the layer of
its packages above it (install_daemons.sh) and a throw-away top, so that every daemon may write, bind to
everything and keep Debian's own configuration. The switch joins the hosts and the scanner; no namespace has a
default route, none forwards: what asks root servers or time servers reaches nobody. Ending the process
that holds a host ends everything on it, and the host with it.
"""
import os
import pathlib
import re
import subprocess
import time

TOPS = ("etc", "opt", "root", "srv", "usr", "var")
SCANNER, NET = "10.66.201.254", "10.66.201."

SHOW_LAYER = """
for top in etc opt root srv usr var; do
  mount -t overlay overlay -o "lowerdir=$LAYER/$top:/$top,upperdir=$TOP/$top,workdir=$TOP/.work/$top" "/$top"
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
"""
# The switch end of eth0 is plugged in from outside, once this network namespace exists.
BOOT = SHOW_LAYER + """
mkdir -p /run/lock
echo "$NAME.example.test" >/proc/sys/kernel/hostname
# spamd hears nobody without a name.
printf '127.0.0.1 localhost\\n%s %s.example.test %s\\n%s scanner.example.test\\n' "$IP" "$NAME" "$NAME" "$SCANNER" >/etc/hosts
: >/etc/resolv.conf
ip link set lo up
plugged=0
for try in $(seq 100); do
  if ip link show eth0 >/dev/null 2>&1; then plugged=1; break; fi
  sleep 0.1
done
[ "$plugged" = 1 ]
echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6 || true
ip address add "$IP/24" dev eth0
ip link set eth0 up
cd /tmp
# Not exec: a daemon that changes its user would no longer be ended with whoever holds the host (prctl(2), PR_SET_PDEATHSIG).
bash -euc "$START" || exit $?
"""


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True, capture_output=True, timeout=20)


class Layers:
    """What install_daemons.sh made."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def missing(self, daemons):
        """Names of the daemons whose packages are not there."""
        return [d.name for d in daemons if any(self.version(d.layer, p) is None for p in d.packages)]

    def version(self, layer, package):
        """As the package database says it: 1:10.11.14-0+deb12u2; none where it is not installed."""
        database = self.root / layer / "var/lib/dpkg"
        if not (self.root / f"{layer}.stamp").exists() or not (database / "status").exists():
            return None
        done = subprocess.run(["dpkg-query", f"--admindir={database}", "-W", "-f", "${Status} ${Version}", package],
                              capture_output=True, text=True, timeout=20)
        return done.stdout.split()[-1] if "install ok installed" in done.stdout else None

    def upstream(self, layer, package):
        """1:10.11.14+dfsg-0+deb12u2 → 10.11.14"""
        bare = re.sub(r"(-[^-]+)?$", "", self.version(layer, package).split(":", 1)[-1], count=1)
        return re.sub(r"([+.](dfsg|ds|deb|really|repack|git)\d*|~).*$", "", bare)

    def truth(self, daemon, home):
        """The version that the daemon has, as far as it says numbers."""
        if not daemon.truth:
            return self.upstream(daemon.layer, daemon.packages[0])
        return self.run_in(daemon.layer, home / ("truth-" + daemon.name), ["bash", "-euc", daemon.truth], 60).stdout.strip()

    def tops(self, layer, home):
        """Environment for SHOW_LAYER: the layer, and a throw-away top below home."""
        for top in TOPS:
            (home / top).mkdir(parents=True, exist_ok=True)
            (home / ".work" / top).mkdir(parents=True, exist_ok=True)
        return {"LAYER": str(self.root / layer), "TOP": str(home)}

    def run_in(self, layer, home, command, limit):
        """A command of the layer's in the scanner's network."""
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "bash", "-euc",
                               SHOW_LAYER + 'exec "$@"', "bash", *map(str, command)],
                              env={**os.environ, **self.tops(layer, home)}, capture_output=True, text=True, timeout=limit)


class Host:
    def __init__(self, number, daemon):
        self.ip, self.daemon, self.number = f"{NET}{number}", daemon, number
        self.process = None

    def start(self, layers, place):
        self.home = place / self.daemon.name
        self.home.mkdir()
        self.home.chmod(0o755)
        self.log = open(self.home / "log", "wb")
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
                       "NAME": self.daemon.name, "IP": self.ip, "SCANNER": SCANNER, "START": self.daemon.start,
                       **layers.tops(self.daemon.layer, self.home / "top")}
        self.process = subprocess.Popen(
            # Two links, so that a test that is killed leaves nothing running: test → unshare → the host's first process.
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--net", "--uts", "--ipc",
             "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", "bash", "-euc", BOOT],
            env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        self._plug()

    def _plug(self):
        ours = os.readlink("/proc/self/ns/net")
        for _ in range(100):
            try:
                if os.readlink(f"/proc/{self.process.pid}/ns/net") != ours:
                    break
            except OSError:
                pass
            time.sleep(0.05)
        ip("link", "add", f"h{self.number}", "type", "veth", "peer", "name", "eth0", "netns", self.process.pid)
        ip("link", "set", f"h{self.number}", "master", "switch0", "up")

    def listening(self):
        """(transport, port) of what is bound on the host, by the kernel's own tables: asking costs the daemon nothing."""
        bound = set()
        for transport, states in (("tcp", {"0A"}), ("udp", {"07"})):
            for name in (transport, transport + "6"):
                try:
                    lines = pathlib.Path(f"/proc/{self.process.pid}/net/{name}").read_text().splitlines()[1:]
                except OSError:
                    continue
                bound |= {(transport, int(w[1].rsplit(":", 1)[1], 16)) for w in map(str.split, lines) if w[3] in states}
        return bound

    def ready(self):
        return set(self.daemon.places()) <= self.listening()

    def said(self):
        text = (self.home / "log").read_text(errors="replace")
        return text[-800:]

    def stop(self):
        if self.process is None:
            return
        self.process.kill()  # unshare's --kill-child ends the host's first process, the kernel the rest
        self.process.wait(timeout=30)
        self.log.close()


class Ground:
    """All hosts and the switch, in the network namespace of whoever makes it."""

    def __init__(self, daemons, layers, place):
        self.layers, self.place = layers, pathlib.Path(place)
        self.hosts = [Host(number, daemon) for number, daemon in enumerate(daemons, 1)]
        self.truths = {d.name: layers.truth(d, self.place) for d in daemons}

    def start(self):
        ip("link", "add", "switch0", "type", "bridge", "forward_delay", 0)
        pathlib.Path("/proc/sys/net/ipv6/conf/switch0/disable_ipv6").write_text("1")
        ip("address", "add", f"{SCANNER}/24", "dev", "switch0")
        ip("link", "set", "switch0", "up")
        for host in self.hosts:
            host.start(self.layers, self.place)

    def wait(self, seconds):
        """Until all are ready; the hosts that are not, when the time is over."""
        until = time.monotonic() + seconds
        while True:
            late = [h for h in self.hosts if not h.ready()]
            if not late or time.monotonic() > until:
                return late
            time.sleep(1)

    def packets(self):
        """Both ways over the switch's own port, that is to and from the scanner."""
        line = next(t for t in pathlib.Path("/proc/net/dev").read_text().splitlines() if "switch0:" in t)
        words = line.split(":")[1].split()
        return int(words[1]) + int(words[9])

    def stop(self):
        for host in self.hosts:
            host.stop()
