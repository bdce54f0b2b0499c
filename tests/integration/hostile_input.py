#!/usr/bin/env python3
"""What hostile peers send costs bounded time and memory: a mebibyte of it in every channel, through the
shipped rules. Bounds are of processor time, so that other work on the machine does not matter: a second
for an answer, and four times the bytes may cost at most eight times the time."""
import base64
import json
import random
import re
import resource
import subprocess

import harness

MEBIBYTE = 1 << 20
ANSWER_CPU_S = 1.0
# Texts that many rules wait for, and forms that parsers open and never close.
UNITS = [b"220-\r\n", b"\xff\xfd\x01", b"Software: Windows Version ", b"Server: a\r\n", b"<a b=\"", b"<title>", b"\x30\x84\x7f\xff\xff\xff",
         b"Set-Cookie: JSESSIONID=1; Path=/\r\n", b"1\r\na\r\n", b"\xd6\xd0\xce\xc4", b"1.", b"a b-"]
HEADS = {"http.response": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
         "ssh.stream": b"SSH-2.0-", "rtsp.response": b"RTSP/1.0 200 OK\r\n", "sip.response": b"SIP/2.0 200 OK\r\n",
         "imap.stream": b"* OK ", "pop3.stream": b"+OK ", "ftp.stream": b"220 ", "smtp.stream": b"220 "}


def channels(source):
    """Every channel of the one table, and some fields that many rules read."""
    headers = ("observation.h", "channels_industrial.h")
    table = "".join((source / "include/qingdan/model" / name).read_text(encoding="utf-8") for name in headers)
    names = re.findall(r'inline constexpr std::string_view k\w+ = "([^"]+)"', table)
    return sorted({*names, "snmp.sys_description", "html_title", "http_header.server", "http.body", "ftp.banner", "x509.subject"})


def inputs(size):
    chance = random.Random(7)
    yield "noise", chance.randbytes(size)
    for unit in UNITS:
        yield repr(unit), (unit * (size // len(unit) + 1))[:size]


def ask(program, memory_mib, questions):
    """(answers, processor seconds, exit status) of one process in that much address space; 0: no bound, for
    sanitizers, which reserve terabytes of it for their shadow."""
    def limits():
        if memory_mib:
            resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MEBIBYTE, memory_mib * MEBIBYTE))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, "rules", "identify"], input="".join(questions).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, preexec_fn=limits, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout.splitlines(), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def question(channel, raw):
    return json.dumps({"id": channel, "input": channel, "text_b64": base64.b64encode(raw).decode()}) + "\n"


def main():
    arguments = harness.arguments(("--memory-mib", "768"))
    memory = int(arguments.memory_mib)
    checks = harness.Checks()
    names = channels(arguments.source)
    checks.that(len(names) > 40, f"only {len(names)} channels were found")
    ask(arguments.qingdan, memory, [])  # compiles the rules where nobody did
    _, start, _ = ask(arguments.qingdan, memory, [])
    cost = {}
    for size in (MEBIBYTE // 4, MEBIBYTE):
        for name, raw in inputs(size):
            asked = [question(channel, HEADS.get(channel, b"") + raw) for channel in names]
            answers, cpu, done = ask(arguments.qingdan, memory, asked)
            checks.that(done.returncode == 0, f"{name} × {size}: status {done.returncode}: {done.stderr[-200:]}")
            checks.that(len(answers) == len(asked), f"{name} × {size}: {len(answers)} answers to {len(asked)} questions")
            cost[name, size] = cpu - start
            checks.that(cpu - start <= ANSWER_CPU_S * len(asked), f"{name} × {size}: {cpu - start:.1f} s for {len(asked)} answers")
    for name, _ in inputs(1):
        small, large = cost[name, MEBIBYTE // 4], cost[name, MEBIBYTE]
        print(f"{name:40} {1000 * small / len(names):7.1f} ms {1000 * large / len(names):7.1f} ms each")
        checks.that(large <= 8 * small + 2, f"{name}: four times the bytes cost {large:.2f} s instead of {small:.2f} s")
    checks.finish()


if __name__ == "__main__":
    main()
