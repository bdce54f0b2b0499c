"""What really arrived: every packet at the city's end of the cable, before any rule of the city.

The tap is on the receiving side because AF_PACKET senders that bypass the queueing discipline pass no
tap of their own. Times are the kernel's, taken when a packet arrived. A packet the tap itself lost
would make every statement worthless: close() fails then.
"""
import collections
import ipaddress
import socket
import struct
import threading

from . import spaces

ETH_P_ALL, ETH_IP, ETH_ARP, ETH_IP6 = 0x0003, 0x0800, 0x0806, 0x86DD
PACKET_OUTGOING = 4
SO_TIMESTAMPNS, SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS = 35, 33, 263, 6
SNAP = 128
FIN, SYN, RST, ACK = 1, 2, 4, 16

# proto: "tcp" "udp" "icmp" (both versions) "arp" "nd" or a number; to/port: whom it was for; size: bytes of payload
Packet = collections.namedtuple("Packet", "at proto source to source_port port flags size")


def parse(at, frame):
    """A Packet of an Ethernet frame cut to SNAP bytes; None of what is neither IP nor ARP. Extension
    headers of IPv6 are not looked behind: nobody here sends any, so they show as a number."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == ETH_ARP:
        return Packet(at, "arp", socket.inet_ntoa(frame[28:32]), socket.inet_ntoa(frame[38:42]), 0, 0, 0, 0)
    if kind == ETH_IP:
        header = (frame[14] & 15) * 4
        ends = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
        return parse_transport(at, frame, 14 + header, frame[23], ends, struct.unpack_from("!H", frame, 16)[0] - header)
    if kind == ETH_IP6 and len(frame) >= 54:
        ends = tuple(socket.inet_ntop(socket.AF_INET6, frame[i:i + 16]) for i in (22, 38))
        return parse_transport(at, frame, 54, frame[20], ends, struct.unpack_from("!H", frame, 18)[0])
    return None


def parse_transport(at, frame, body, proto, ends, size):
    """`size`: bytes of the IP payload, which begins at `body`."""
    if proto == 6 and len(frame) >= body + 14:
        source_port, port = struct.unpack_from("!HH", frame, body)
        return Packet(at, "tcp", *ends, source_port, port, frame[body + 13], size - (frame[body + 12] >> 4) * 4)
    if proto == 17 and len(frame) >= body + 8:
        source_port, port = struct.unpack_from("!HH", frame, body)
        return Packet(at, "udp", *ends, source_port, port, 0, size - 8)
    if proto == 58 and 133 <= frame[body] <= 137:
        return Packet(at, "nd", *ends, 0, 0, 0, size)
    return Packet(at, {1: "icmp", 58: "icmp"}.get(proto, str(proto)), *ends, 0, 0, 0, size)


def is_housekeeping(packet):
    """What a machine says to its own link to reach the router at all (ARP, RFC 4861, RFC 3810): it goes to
    no host of the scope. Whom ARP asks for is told by `to`."""
    return packet.proto in ("arp", "nd") or packet.to.startswith("ff")


class Capture:
    """Listens from the moment it is made; `packets` is complete after close(). With `on_packet` they go
    there instead, one by one on the tap's thread."""

    def __init__(self, link, on_packet=None):
        self.packets, self.unread, self._stop = [], 0, threading.Event()
        self._on_packet = on_packet or self.packets.append
        self._socket = link.in_city(self._open)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._stop.is_set():
            self.close()

    @staticmethod
    def _open():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        tap.bind((spaces.CITY_PORT, ETH_P_ALL))
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        try:
            tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20)
        except PermissionError:  # in a user namespace: as much as the machine allows everybody
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 << 20)
        tap.settimeout(0.2)
        return tap

    def _listen(self):
        room = socket.CMSG_SPACE(16)
        while True:
            try:
                frame, control, _, source = self._socket.recvmsg(SNAP, room, socket.MSG_TRUNC)
            except (TimeoutError, InterruptedError):
                if self._stop.is_set():
                    return
                continue
            if source[2] == PACKET_OUTGOING or len(frame) < 34:
                continue
            seconds, nanoseconds = struct.unpack("qq", control[0][2])
            packet = parse(seconds * 10**9 + nanoseconds, frame)
            if packet is None:
                self.unread += 1
            else:
                self._on_packet(packet)

    def close(self):
        """Ends when all that was sent until now has been read."""
        self._stop.set()
        self._thread.join()
        _, lost = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self._socket.close()
        if lost:
            raise AssertionError(f"the tap lost {lost} packets: nothing can be said")
        return self.packets


class Busiest:
    """Most packets in any half-open window, per key, as they come in order of time: {key: (most, since)}.
    Memory is that of one window, so a census of an hour can be watched."""

    def __init__(self, window_s=1.0):
        self.found, self._window, self._last = {}, round(window_s * 10**9), collections.defaultdict(collections.deque)

    def add(self, key, at):
        row = self._last[key]
        while row and at - row[0] >= self._window:
            row.popleft()
        row.append(at)
        if len(row) > self.found.get(key, (0, 0))[0]:
            self.found[key] = (len(row), row[0])


def busiest(packets, group, window_s=1.0):
    """The same of packets in any order; group(packet) = key or None."""
    windows = Busiest(window_s)
    for packet in sorted(packets, key=lambda p: p.at):
        key = group(packet)
        if key is not None:
            windows.add(key, packet.at)
    return windows.found


def block_of(address):
    """The /24 or /64, as the caps count."""
    if ":" in address:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return address.rsplit(".", 1)[0] + ".0/24"


def kind_of(packet):
    """How a reader calls it: SYN, ACK, data, FIN, RST, UDP …"""
    if packet.proto != "tcp":
        return packet.proto.upper()
    if packet.flags & RST:
        return "RST"
    if packet.flags & SYN:
        return "SYN"
    if packet.size:
        return "data"
    return "FIN" if packet.flags & FIN else "ACK"
