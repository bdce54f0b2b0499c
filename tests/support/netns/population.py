"""A city described: which addresses live, which ports are open there and what answers.

A population is a pure function of its description: the same seed gives the same city. Kinds of service
are the models of the practice network (tests/support/practice/networks), so every banner has a truth:
product and version as a census should state them.
"""
import dataclasses
import ipaddress
import json
import random
import tomllib

from . import spaces

NETWORKS = "tests/support/practice/networks"

# Port -> models that may answer there, and how many of 1 000 living hosts have it open. The shares
# are invented, but in the order any inventory shows: SSH and web first.
USUAL = {
    22: (600, ("openssh-9_2", "openssh-8_9", "openssh-7_4", "dropbear", "ssh-comware")),
    80: (500, ("nginx", "apache-debian", "iis", "lighttpd", "openresty", "tengine", "hikvision-web", "h3c-web")),
    443: (300, ("nginx-tls", "sangfor", "ibmc", "esxi")),
    3389: (180, ("rdp",)),
    445: (180, ("smb-windows", "smb-samba")),
    3306: (150, ("mysql", "mysql-5_7", "mariadb")),
    8080: (150, ("tomcat", "jenkins")),
    6379: (80, ("redis",)),
    21: (80, ("vsftpd", "proftpd", "pureftpd", "filezilla")),
    25: (60, ("exim", "postfix")),
    23: (60, ("telnet-huawei", "telnet-h3c")),
    5432: (60, ("postgresql", "opengauss")),
    554: (50, ("dahua-rtsp",)),
    9200: (30, ("elasticsearch",)),
    27017: (30, ("mongodb",)),
    11211: (20, ("memcached",)),
    110: (20, ("dovecot-pop3",)),
    143: (20, ("dovecot-imap",)),
    389: (20, ("openldap",)),
    5900: (20, ("vnc",)),
}
USUAL_UDP = {53: (100, ("bind-udp", "dnsmasq-udp")), 123: (150, ("ntp-readvar",)), 161: (200, ("snmp-netsnmp",)),
             5060: (40, ("sip-asterisk",))}
# Ports to which nobody may send a byte, held open by printers.
PRINTER = {9100: "jetdirect", 515: "lpd"}


@dataclasses.dataclass(frozen=True)
class Description:
    live: int = 3000                  # hosts
    block: str = "10.98.0.0/16"
    seed: int = 1
    usual: dict = dataclasses.field(default_factory=lambda: dict(USUAL))
    udp: dict = dataclasses.field(default_factory=dict)
    printers: int = 0                 # so many of the hosts are printers
    within: str = ""                  # the living all in this part of the block; "" = anywhere in it


def six_of(ip):
    """The IPv6 address of a host: its last 16 bits under BLOCK_SIX. The city's player reckons back."""
    return str(ipaddress.ip_network(spaces.BLOCK_SIX)[int(ipaddress.ip_address(ip)) & 0xFFFF])


class Models:
    """The practice network's models and products, with `like` followed."""

    def __init__(self, root=None):
        folder = (root or spaces.source_root()) / NETWORKS
        self._models = tomllib.loads((folder / "models.toml").read_text(encoding="utf-8"))["model"]
        self._products = tomllib.loads((folder / "products.toml").read_text(encoding="utf-8"))["product"]

    def settings(self, name):
        line = dict(self._models[name])
        return {**self.settings(line.pop("like")), **line} if "like" in line else line

    def truth(self, name):
        """Product, CPE and version of the first thing the model says it is; None where it says nothing."""
        settings = self.settings(name)
        stated = settings.get("is")
        stated = stated[0] if isinstance(stated, list) else stated
        if not stated:
            return None
        for key, value in settings.items():
            stated = stated.replace("{" + key + "}", str(value))
        product, _, version = stated.partition(" ")
        known = self._products[product]
        return {"product": known["product"], "vendor": known["vendor"], "cpe": known["cpe"], "version": version,
                "kind": known["kind"]}


class Population:
    """hosts: {address: {"tcp/80": kind}}; every address of the block that is no host is dead."""

    def __init__(self, description):
        self.description = description
        self.models = Models()
        self.hosts = {}
        self._settle()

    def _settle(self):
        chance = random.Random(self.description.seed)
        room = ipaddress.ip_network(self.description.within or self.description.block)
        # Neither the network's nor the broadcast address: some tools leave them out.
        usable = range(int(room[0]) + 1, int(room[-1]))
        for number, index in enumerate(chance.sample(usable, self.description.live)):
            openings = {}
            if number < self.description.printers:
                openings = {f"tcp/{port}": kind for port, kind in PRINTER.items()}
            else:
                for transport, table in (("tcp", self.description.usual), ("udp", self.description.udp)):
                    for port, (share, kinds) in table.items():
                        if chance.randrange(1000) < share:
                            openings[f"{transport}/{port}"] = chance.choice(kinds)
            self.hosts[str(ipaddress.ip_address(index))] = openings

    def open_ports(self, ports=None, transport="tcp"):
        """{(address, port)} that are truly open, of `ports` where given."""
        found = set()
        for ip, openings in self.hosts.items():
            for opening in openings:
                name, port = opening.split("/")
                if name == transport and (ports is None or int(port) in ports):
                    found.add((ip, int(port)))
        return found

    def plan(self):
        kinds = {kind for openings in self.hosts.values() for kind in openings.values()}
        # A server without a subject of its own names its address; here the kind has one certificate.
        settings = {kind: {"cert_subject": f"CN={kind}.example", **self.models.settings(kind)} for kind in sorted(kinds)}
        return {"kinds": settings, "hosts": self.hosts, "block": self.description.block.split("/")[0]}

    def write_truth(self, path):
        truths = {kind: self.models.truth(kind) for openings in self.hosts.values() for kind in openings.values()}
        hosts = [{"ip": ip, "services": [{"port": int(o.split("/")[1]), "transport": o.split("/")[0], "kind": kind,
                                          "is": truths[kind]} for o, kind in sorted(openings.items())]}
                 for ip, openings in sorted(self.hosts.items(), key=lambda item: ipaddress.ip_address(item[0]))]
        path.write_text(json.dumps({"block": self.description.block, "hosts": hosts}, ensure_ascii=False, indent=1),
                        encoding="utf-8")


def ports_with_filler(wanted, population=None):
    """So many port numbers for a scan: those that the usual city has open, then closed ones."""
    chosen = list(USUAL)[:wanted] if population is None else \
        sorted({port for _, port in population.open_ports()})[:wanted]
    filler = (port for port in range(1, 65535) if port not in USUAL and port not in PRINTER)
    while len(chosen) < wanted:
        chosen.append(next(filler))
    return sorted(chosen)


def port_spec(ports):
    """1,2,3,5 -> "1-3,5", as all the tools read it."""
    spans = []
    for port in sorted(ports):
        if spans and port == spans[-1][1] + 1:
            spans[-1][1] = port
        else:
            spans.append([port, port])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
