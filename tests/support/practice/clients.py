"""Clients of the practice network's protocols, of the standard library alone: one function a protocol, (ip, port,
service of the truth) -> what it said; `check` collects what did not hold. Used by selftest.py."""
import gzip
import hashlib
import http.client
import re
import socket
import ssl
import struct

SILENCE_S = 0.6
FAILURES = []


def check(held, what):
    if not held:
        FAILURES.append(what)
        print(f"FAILED: {what}", flush=True)


def insecure_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def dial(ip, port, tls=False, timeout=10):
    link = socket.create_connection((ip, port), timeout)
    return insecure_context().wrap_socket(link) if tls else link


def read_until(link, done, limit=65536):
    data = b""
    try:
        while not done(data) and len(data) < limit:
            part = link.recv(4096)
            if not part:
                break
            data += part
    except (TimeoutError, ConnectionError):
        pass
    return data


# ---- one small client for each protocol: (ip, port, service) -> what it said, as text ----

def ask_http(ip, port, service):
    context = insecure_context()
    plain = http.client.HTTPConnection(ip, port, timeout=10)
    link = http.client.HTTPSConnection(ip, port, timeout=10, context=context) if service["tls"] else plain
    link.request("GET", "/", headers={"Connection": "close"})
    answer = link.getresponse()
    body = answer.read()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    text = f"HTTP/1.1 {answer.status}\n{answer.headers}\n"
    for charset in ("utf-8", "gb18030"):
        try:
            text += body.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    if "title" in service:
        check(f"<title>{service['title']}</title>".lower() in text.lower(), f"{ip}:{port} title '{service['title']}' in {text!r}")
    if "icp" in service:
        check(service["icp"] in text, f"{ip}:{port} shows {service['icp']}")
    return text


def ask_ssh(ip, port, service):
    link = dial(ip, port)
    data = read_until(link, lambda d: b"\n" in d)
    link.sendall(b"SSH-2.0-selftest_1.0\r\n")
    line, _, packet = data.partition(b"\n")
    packet += read_until(link, lambda d: len(packet + d) >= 4 and
                         len(packet + d) >= 4 + struct.unpack(">I", (packet + d)[:4])[0])
    length, padding, kind = struct.unpack(">IBB", packet[:6])
    check(kind == 20 and (length + 4) % 8 == 0 and padding >= 4 and len(packet) == 4 + length,
          f"{ip}:{port} a well-formed KEXINIT")
    lists, at = [], 22
    for _ in range(10):
        size = struct.unpack(">I", packet[at:at + 4])[0]
        lists.append(packet[at + 4:at + 4 + size].decode())
        at += 4 + size
    check(len(packet) == at + 5 + padding, f"{ip}:{port} KEXINIT has ten lists and its padding")
    check(all(lists[:8]), f"{ip}:{port} KEXINIT names algorithms")
    return line.decode().strip()


def lines_client(greeting_end, *requests):
    def ask(ip, port, service):
        link = dial(ip, port, service["tls"])
        text = read_until(link, greeting_end)
        for request, done in requests:
            link.sendall(request)
            text += read_until(link, done)
        return text.decode("utf-8", "replace")
    return ask


def ask_tls(ip, port, service):
    """TLCP alone: its flight in answer to a hello byte by byte; to a hello of TLS an alert of 70."""
    if service["play"] != "tlcp":
        return ""
    suites = b"\xe0\x53\xe0\x13"
    hello = b"\x01\x01" + bytes(32) + b"\x00" + struct.pack(">H", len(suites)) + suites + b"\x01\x00"
    for version, wanted in ((b"\x01\x01", 22), (b"\x03\x01", 21)):
        body = b"\x01" + struct.pack(">I", len(hello))[1:] + hello
        with dial(ip, port) as link:
            link.sendall(b"\x16" + version + struct.pack(">H", len(body)) + body)
            said = read_until(link, lambda data: data[-4:] == b"\x0e\0\0\0" or data[:1] == b"\x15" and len(data) == 7)
        check(said[0] == wanted and said[1:3] == b"\x01\x01", f"{ip}:{port} answers {version} with {said[:7]!r}")
        if wanted == 21:
            check(said[5:] == b"\x02\x46", f"{ip}:{port} alert {said!r}")
            continue
        messages, at = b"", 0
        while at < len(said):
            size = struct.unpack(">H", said[at + 3:at + 5])[0]
            messages += said[at + 5:at + 5 + size]
            at += 5 + size
        hello_size = int.from_bytes(messages[1:4], "big")
        check(messages[4 + 2 + 32 + 33:4 + 2 + 32 + 35] == b"\xe0\x13", f"{ip}:{port} chooses ECC_SM4_CBC_SM3")
        chain, digests = messages[4 + hello_size + 4 + 3:], []
        while len(digests) < len(service["chain"]):
            size = int.from_bytes(chain[:3], "big")
            digests.append(hashlib.sha256(chain[3:3 + size]).hexdigest())
            chain = chain[3 + size:]
        check(digests == service["chain"], f"{ip}:{port} shows {digests}, true {service['chain']}")
    return ""


def ends(*marks):
    return lambda data: any(re.search(mark, data, re.M) for mark in marks)


ask_ftp = lines_client(ends(rb"^220 .*\r\n"), (b"SYST\r\n", ends(rb"^215 .*\r\n")), (b"QUIT\r\n", ends(rb"^221 ")))
ask_smtp = lines_client(ends(rb"^220 .*\r\n"), (b"EHLO selftest.example\r\n", ends(rb"^250 .*\r\n")), (b"QUIT\r\n", ends(rb"^221")))
ask_pop3 = lines_client(ends(rb"^\+OK.*\r\n"), (b"CAPA\r\n", ends(rb"^\.\r\n")), (b"QUIT\r\n", ends(rb"Logging out")))
ask_imap = lines_client(ends(rb"^\* OK.*\r\n"), (b"a1 ID NIL\r\n", ends(rb"^a1 OK.*\r\n")), (b"a2 LOGOUT\r\n", ends(rb"^a2 OK")))
ask_memcache = lines_client(lambda d: True, (b"version\r\n", ends(rb"\r\n")))
ask_redis = lines_client(lambda d: True, (b"*1\r\n$4\r\nINFO\r\n", ends(rb"connected_clients", rb"^-.*\r\n")))
ask_vnc = lines_client(ends(rb"^RFB .*\n"), (b"RFB 003.008\n", lambda d: len(d) > 1))
ask_telnet = lines_client(ends(rb"(Username:|[Ll]ogin: ?)$"))
ask_rtsp = lines_client(lambda d: True, (b"OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n", ends(rb"\r\n\r\n")),
                        (b"DESCRIBE rtsp://x/ RTSP/1.0\r\nCSeq: 8\r\n\r\n", ends(rb"401 [^\0]*\r\n\r\n")))


def ask_mysql(ip, port, _):
    link = dial(ip, port)
    data = read_until(link, lambda d: len(d) >= 4 and len(d) >= 4 + int.from_bytes(d[:3], "little"))
    if data[4] == 0xff:
        return data[7:].decode()
    check(data[3] == 0 and data[4] == 10, f"{ip}:{port} a handshake of protocol 10")
    end = data.index(0, 5)
    rest = data[end + 1:]
    plugin = rest[4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10 + 13:]
    check(plugin.endswith(b"\0") and plugin[:-1].replace(b"_", b"").isalnum(), f"{ip}:{port} names its plugin")
    return data[5:end].decode()


def ask_postgresql(ip, port, _):
    link = dial(ip, port)
    link.sendall(struct.pack(">II", 8, 80877103))
    first = link.recv(1)
    check(first in (b"N", b"S"), f"{ip}:{port} answers the SSLRequest")
    if first == b"S":
        link = insecure_context().wrap_socket(link)
    startup = struct.pack(">I", 196608) + b"user\0selftest\0database\0selftest\0\0"
    link.sendall(struct.pack(">I", len(startup) + 4) + startup)
    data = read_until(link, lambda d: len(d) >= 5 and len(d) >= 1 + struct.unpack(">I", d[1:5])[0])
    check(data[:1] in (b"R", b"E"), f"{ip}:{port} asks for authentication or refuses")
    return data.decode("utf-8", "replace")


def ask_mongodb(ip, port, _):
    link = dial(ip, port)
    body = b"\x10buildInfo\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
    document = struct.pack("<i", len(body) + 5) + body + b"\0"
    payload = struct.pack("<I", 0) + b"\0" + document
    link.sendall(struct.pack("<iiii", 16 + len(payload), 42, 0, 2013) + payload)
    data = read_until(link, lambda d: len(d) >= 4 and len(d) >= struct.unpack("<i", d[:4])[0])
    length, _, answered, code = struct.unpack("<iiii", data[:16])
    check(answered == 42 and code == 2013 and length == len(data), f"{ip}:{port} answers the OP_MSG")
    check(struct.unpack("<i", data[21:25])[0] == len(data) - 21, f"{ip}:{port} the document's length is right")
    return data.decode("latin-1")


def ask_ldap(ip, port, service):
    link = dial(ip, port, service["tls"])
    search = bytes.fromhex("0400" "0a0100" "0a0100" "020100" "020100" "010100" "870b") + b"objectClass" + bytes.fromhex("3000")
    message = bytes.fromhex("020101") + b"\x63" + bytes([len(search)]) + search
    link.sendall(b"\x30" + bytes([len(message)]) + message)
    return read_until(link, ends(rb"\x65\x07\x0a\x01\x00\x04\x00\x04\x00")).decode("latin-1")


def ask_smb(ip, port, _):
    link = dial(ip, port)
    header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16x", 64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    dialects = (0x0202, 0x0210, 0x0300, 0x0302)
    body = struct.pack("<HHHHI16sQ", 36, len(dialects), 1, 0, 0, b"c" * 16, 0) + struct.pack("<4H", *dialects)
    link.sendall(struct.pack(">I", len(header + body)) + header + body)
    data = read_until(link, lambda d: len(d) >= 4 and len(d) >= 4 + struct.unpack(">I", d[:4])[0])[4:]
    check(data[:4] == b"\xfeSMB" and struct.unpack("<H", data[64:66])[0] == 65, f"{ip}:{port} negotiates SMB2")
    offset, length = struct.unpack("<HH", data[64 + 56:64 + 60])
    check(len(data[offset:offset + length]) == length and data[offset] == 0x60, f"{ip}:{port} has a security blob")
    ntlm = b"NTLMSSP\0" + struct.pack("<II", 1, 0xe2088297) + b"\0" * 16
    setup = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(ntlm), 0) + ntlm
    header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ16x", 64, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0)
    link.sendall(struct.pack(">I", len(header + setup)) + header + setup)
    data = read_until(link, lambda d: len(d) >= 4 and len(d) >= 4 + struct.unpack(">I", d[:4])[0])[4:]
    status, at = struct.unpack("<I", data[8:12])[0], data.find(b"NTLMSSP\0\x02\0\0\0")
    check(status == 0xc0000016 and at > 0, f"{ip}:{port} answers NTLM's first message with a challenge")
    length, _, offset = struct.unpack("<HHI", data[at + 40:at + 48])
    pairs = data[at + offset:at + offset + length]
    check(len(pairs) == length and pairs.endswith(b"\0\0\0\0"), f"{ip}:{port} the challenge's target info is whole")
    return pairs.decode("utf-16-le", "replace")


def ask_rdp(ip, port, service):
    link = dial(ip, port)
    link.sendall(bytes.fromhex("030000130ee00000000000" "0100080003000000"))  # TLS or CredSSP
    data = read_until(link, lambda d: len(d) >= 19)
    check(data[:4] == b"\x03\0\0\x13" and data[5] == 0xd0, f"{ip}:{port} confirms the X.224 connection")
    tls = insecure_context().wrap_socket(link)
    check(hashlib.sha256(tls.getpeercert(True)).hexdigest() == service["certificate"], f"{ip}:{port} certificate after X.224")
    return f"protocol {struct.unpack('<I', data[15:19])[0]}"


def datagram(request, minimum=1):
    def ask(ip, port, service):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.settimeout(5)
            link.connect((ip, port))
            link.send(request)
            data = link.recv(4096)
            check(len(data) >= minimum, f"{ip}:U{port} answers in full")
            return data.decode("latin-1")
    return ask


CHAOS = b"\x07version\x04bind\x00\x00\x10\x00\x03"
ask_domain_udp = datagram(struct.pack(">HHHHHH", 0x1234, 0, 1, 0, 0, 0) + CHAOS, 40)
ask_time = datagram(b"\x23" + b"\0" * 39 + b"selftest", 48)
ask_ntp_variables = datagram(b"\x16\x02\x00\x01" + b"\0" * 8, 40)


def ask_ntp(ip, port, service):
    time_said = ask_time(ip, port, service)
    check(time_said[24:32] == "selftest", f"{ip}:U{port} gives our transmit time back")
    return ask_ntp_variables(ip, port, service) if service["product"] else time_said


ask_snmp = datagram(bytes.fromhex("303e020103301102044a69b3af020300ffe30401040201030410300e0400020100020100040004000400"
                                  "3014" "04000400a00e0204" "04f9d1b1" "0201000201003000"), 60)
ask_sip = datagram(b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa;rport\r\nFrom: <sip:a@b>;tag=1\r\n"
                   b"To: <sip:c@d>\r\nCall-ID: q\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", 100)


ask_ssdp = datagram(b"M-SEARCH * HTTP/1.1\r\nHOST: 127.0.0.1:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
                    b"ST: upnp:rootdevice\r\n\r\n", 100)
ask_netbios_names = datagram(struct.pack(">6H", 7, 0, 1, 0, 0, 0) + b"\x20CK" + b"A" * 30 + b"\0\0\x21\0\1", 150)
ask_mdns_services = datagram(struct.pack(">6H", 7, 0, 1, 0, 0, 0) + b"\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\1", 60)
ask_ipmi_capabilities = datagram(bytes.fromhex("0600ff07000000000000000000092018c88100388e04b5"), 30)
RPC_DUMP = struct.pack(">10I", 7, 0, 2, 100000, 2, 4, 0, 0, 0, 0)
ask_rpcbind_udp = datagram(RPC_DUMP, 48)


def ask_netbios(ip, port, service):
    said = ask_netbios_names(ip, port, service)
    check(said[2:4] == "\x84\0" and ord(said[56]) == 3, f"{ip}:U{port} names three names")
    return said


def ask_mdns(ip, port, service):
    said = ask_mdns_services(ip, port, service)
    check(said[:2] == "\0\7" and "_tcp" in said, f"{ip}:U{port} names a service")
    return said


def ask_ipmi(ip, port, service):
    said = ask_ipmi_capabilities(ip, port, service)
    check(said[19] == "\x38" and said[20] == "\0", f"{ip}:U{port} answers the command")
    return said


def ask_rpcbind_tcp(ip, port, _):
    link = dial(ip, port)
    link.sendall(struct.pack(">I", 0x80000000 | len(RPC_DUMP)) + RPC_DUMP)
    data = read_until(link, lambda d: len(d) >= 4 and len(d) >= 4 + (struct.unpack(">I", d[:4])[0] & 0x7fffffff))
    check(data[4:8] == RPC_DUMP[:4] and data[8:12] == b"\0\0\0\1", f"{ip}:{port} replies to the call")
    return data.decode("latin-1")


def ask_domain_tcp(ip, port, _):
    link = dial(ip, port)
    question = struct.pack(">HHHHHH", 0x1234, 0, 1, 0, 0, 0) + CHAOS
    link.sendall(struct.pack(">H", len(question)) + question)
    return read_until(link, lambda d: len(d) > 2 and len(d) >= 2 + struct.unpack(">H", d[:2])[0]).decode("latin-1")


CLIENTS = {
    ("tcp", "http"): ask_http, ("tcp", "ssh"): ask_ssh, ("tcp", "ftp"): ask_ftp, ("tcp", "smtp"): ask_smtp,
    ("tcp", "pop3"): ask_pop3, ("tcp", "imap"): ask_imap, ("tcp", "mysql"): ask_mysql,
    ("tcp", "postgresql"): ask_postgresql, ("tcp", "redis"): ask_redis, ("tcp", "memcache"): ask_memcache,
    ("tcp", "mongodb"): ask_mongodb, ("tcp", "ldap"): ask_ldap, ("tcp", "microsoft-ds"): ask_smb,
    ("tcp", "ms-wbt-server"): ask_rdp, ("tcp", "rfb"): ask_vnc, ("tcp", "telnet"): ask_telnet,
    ("tcp", "rtsp"): ask_rtsp, ("tcp", "domain"): ask_domain_tcp, ("udp", "domain"): ask_domain_udp,
    ("udp", "ntp"): ask_ntp, ("udp", "snmp"): ask_snmp, ("udp", "sip"): ask_sip,
    ("udp", "ssdp"): ask_ssdp, ("udp", "netbios-ns"): ask_netbios, ("udp", "mdns"): ask_mdns,
    ("tcp", "tls"): ask_tls, ("udp", "asf-rmcp"): ask_ipmi, ("udp", "sunrpc"): ask_rpcbind_udp, ("tcp", "sunrpc"): ask_rpcbind_tcp,
}
