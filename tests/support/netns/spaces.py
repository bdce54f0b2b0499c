"""Two network namespaces joined by a veth pair: ours is the scanner's, a child holds the city's.

    enter()             runs this program again in a namespace of its own (root, or an unprivileged user
                        namespace); gives a reason instead where the kernel forbids it
    Link.open()         the city's namespace and the cable; everything vanishes with our process, even by
                        kill -9: the namespaces have no names, and their holder ends with our pipe

Neither namespace has a default route or any other interface: nothing can leave.
"""
import ctypes
import os
import pathlib
import subprocess
import sys
import threading

SCANNER_ADDRESS, CITY_ADDRESS = "10.99.0.1", "10.99.0.2"
# The link is a /24 although it joins two: scanners with a stack of their own (masscan, zmap) need an
# address that the kernel does not hold, or it resets what they open.
LINK_BITS = 24
SPARE_ADDRESSES = ("10.99.0.8", "10.99.0.9")
SCANNER_SIX, CITY_SIX, BLOCK_SIX = "fd99::1", "fd99::2", "fd98::/112"  # where IPv6 is asked for
SCANNER_PORT, CITY_PORT = "scan0", "city0"  # the interfaces
CLONE_NEWNET = 0x40000000
LIMIT_S = 60


class Forbidden(Exception):
    """The kernel or a missing program does not let us make the network; the text says which."""


def enter(mark="QINGDAN_OWN_SPACE"):
    """Returns in a namespace of our own, or raises Forbidden. Runs the whole program again, once."""
    if os.environ.get(mark) == "inside":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=LIMIT_S)
        return
    way = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    try:
        tried = subprocess.run(way + ["ip", "link", "set", "lo", "up"], capture_output=True, text=True, timeout=LIMIT_S)
    except FileNotFoundError as missing:
        raise Forbidden(f"{missing.filename} is not installed") from missing
    if tried.returncode != 0:
        raise Forbidden(f"no network namespace: {tried.stderr.strip()}")
    os.environ[mark] = "inside"
    sys.stdout.flush()
    os.execvp(way[0], way + [sys.executable] + sys.argv)


def run(*words, stdin=None, limit=LIMIT_S):
    """Runs a command in our own namespace; raises Forbidden with what it said."""
    try:
        done = subprocess.run([str(w) for w in words], input=stdin, capture_output=True, text=True, timeout=limit)
    except FileNotFoundError as missing:
        raise Forbidden(f"{missing.filename} is not installed") from missing
    if done.returncode != 0:
        raise Forbidden(f"{' '.join(map(str, words))}: {done.stderr.strip()[:400]}")
    return done.stdout


def set_sysctl(name, value, inside=()):
    """True where the kernel took it. Some are the machine's alone and stay as they are."""
    path = "/proc/sys/" + name.replace(".", "/")
    done = subprocess.run([*inside, "sh", "-c", f"echo {value} > {path}"], capture_output=True, timeout=LIMIT_S)
    return done.returncode == 0


def mac_of(interface, inside=()):
    shown = run(*inside, "ip", "-o", "link", "show", interface).split()
    return shown[shown.index("link/ether") + 1]


class Link:
    """The cable and the city's end of it. `block` is reached by way of the city, or is on the link; with
    `six`, BLOCK_SIX by way of the city too."""

    def __init__(self, block, on_link=False, six=False):
        self.block, self.six = block, six
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            self._wait_until_apart()
            self.inside = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
            self._lay(on_link)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """The veth pair goes with the namespace, the namespace with its holder."""
        if self.holder.poll() is None:
            self.holder.stdin.close()
            try:
                self.holder.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.holder.kill()
                self.holder.wait()
        subprocess.run(["ip", "link", "del", SCANNER_PORT], capture_output=True, timeout=LIMIT_S)

    def _wait_until_apart(self):
        ours, pause = os.readlink("/proc/self/ns/net"), threading.Event()
        for _ in range(500):
            try:
                if os.readlink(f"/proc/{self.holder.pid}/ns/net") != ours:
                    return
            except OSError as gone:
                raise Forbidden(f"no second namespace: {gone}") from gone
            pause.wait(0.01)
        raise Forbidden("the second namespace did not appear within 5 s")

    def _lay(self, on_link):
        run("ip", "link", "add", SCANNER_PORT, "type", "veth", "peer", "name", CITY_PORT, "netns", self.holder.pid)
        for inside in ((), tuple(self.inside)):
            # Router solicitations and the like would be packets that nobody asked for.
            set_sysctl("net.ipv6.conf.all.disable_ipv6", 0 if self.six else 1, inside)
            set_sysctl("net.ipv6.conf.default.accept_ra", 0, inside)
            set_sysctl("net.ipv4.ip_forward", 0, inside)
            for which in ("all", "default"):
                set_sysctl(f"net.ipv4.conf.{which}.rp_filter", 0, inside)
        for name, value in (("net.core.somaxconn", 65535), ("net.ipv4.tcp_max_syn_backlog", 262144),
                            ("net.ipv4.tcp_max_tw_buckets", 262144)):
            set_sysctl(name, value, self.inside)
        run("ip", "addr", "add", f"{SCANNER_ADDRESS}/{LINK_BITS}", "dev", SCANNER_PORT)
        run(*self.inside, "ip", "addr", "add", f"{CITY_ADDRESS}/{LINK_BITS}", "dev", CITY_PORT)
        run("ip", "link", "set", SCANNER_PORT, "up")
        run(*self.inside, "ip", "link", "set", "lo", "up")
        run(*self.inside, "ip", "link", "set", CITY_PORT, "up")
        run(*self.inside, "ip", "route", "add", "local", self.block, "dev", "lo")
        if on_link:
            run("ip", "route", "add", self.block, "dev", SCANNER_PORT, "src", SCANNER_ADDRESS)
        else:
            run("ip", "route", "add", self.block, "via", CITY_ADDRESS)
        if self.six:
            self._lay_six()
        mac = mac_of(SCANNER_PORT)
        # zmap does not answer ARP for the address it sends from.
        for address in SPARE_ADDRESSES:
            run(*self.inside, "ip", "neigh", "replace", address, "lladdr", mac, "dev", CITY_PORT)

    def _lay_six(self):
        # nodad: an address that is still tentative cannot be sent from for a second.
        run("ip", "addr", "add", f"{SCANNER_SIX}/64", "dev", SCANNER_PORT, "nodad")
        run(*self.inside, "ip", "addr", "add", f"{CITY_SIX}/64", "dev", CITY_PORT, "nodad")
        run(*self.inside, "ip", "-6", "route", "add", "local", BLOCK_SIX, "dev", "lo")
        run("ip", "-6", "route", "add", BLOCK_SIX, "via", CITY_SIX)

    def city_mac(self):
        return mac_of(CITY_PORT, self.inside)

    def in_city(self, make):
        """Calls `make` on a thread that is in the city's namespace: a socket made there stays there."""
        outcome = {}

        def visit():
            libc = ctypes.CDLL(None, use_errno=True)
            with open(f"/proc/{self.holder.pid}/ns/net", encoding="ascii") as space:
                if libc.setns(space.fileno(), CLONE_NEWNET) != 0:
                    outcome["error"] = OSError(ctypes.get_errno(), "setns")
                    return
            try:
                outcome["made"] = make()
            except OSError as error:
                outcome["error"] = error
        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise Forbidden(f"in the city's namespace: {outcome['error']}")
        return outcome["made"]


def set_priority(nice):
    """Of ourselves and all we start. Where the kernel groups by session, nice counts only within ours,
    and the session's own is set too: run such a program under setsid(1)."""
    if not nice:
        return
    os.nice(nice)
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as group:
            group.write(str(nice))
    except OSError:
        pass  # no such grouping here


def source_root():
    return pathlib.Path(__file__).resolve().parents[3]
