#!/usr/bin/env python3
"""Bad input gets one clear line on standard error, the right exit status, and loses nothing."""
import hashlib
import pathlib
import resource
import shutil
import sqlite3
import subprocess

import harness

GOOD = """[authorisation]
number = "测〔2026〕1号"
issued_by = "测试"
valid_from = 2020-01-01
valid_to = 2099-12-31
[pace]
global_pps = 0
prefix_pps = 0
host_pps = 0
[[allow]]
addresses = ["127.66.250.1"]
zone = "区"
unit = "单位"
"""


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


class Suite:
    def __init__(self, arguments, place):
        self.arguments, self.place = arguments, pathlib.Path(place)
        self.checks = harness.Checks()
        self.register = self.place / "register.db"
        self.program = harness.Program(arguments.qingdan, self.register)

    def file(self, name, text):
        path = self.place / name
        path.write_text(text, encoding="utf-8")
        return path

    def refused(self, name, done, status, *words):
        """One line, this status, these words in it."""
        lines = done.stderr.strip().splitlines()
        self.checks.that(done.returncode == status, f"{name}: status {done.returncode}, expected {status}: {done.stderr}")
        self.checks.that(len(lines) == 1, f"{name}: {len(lines)} lines on standard error: {done.stderr}")
        for word in words:
            self.checks.that(word in done.stderr, f"{name}: no {word!r} in: {done.stderr}")
        self.checks.that(done.stdout == "", f"{name}: standard output has {done.stdout[:100]!r}")

    def scopes(self):
        def line_of(text, needle):
            return next(i for i, line in enumerate(text.splitlines(), 1) if needle in line)
        cases = {
            "unknown key": (GOOD.replace("unit =", "units ="), "units", "units"),
            "bad cidr": (GOOD.replace('addresses = ["127.66.250.1"]', 'cidr = "10.0.0.0/33"'), "cidr", "10.0.0.0/33"),
            "host bits": (GOOD.replace('addresses = ["127.66.250.1"]', 'cidr = "10.0.0.1/24"'), "cidr", "10.0.0.0/24"),
            "reversed range": (GOOD.replace('addresses = ["127.66.250.1"]', 'range = "10.0.0.9-10.0.0.1"'), "range", "10.0.0.9"),
            "bad address": (GOOD.replace("127.66.250.1", "127.66.250.300"), "addresses", "127.66.250.300"),
            "negative pace": (GOOD.replace("host_pps = 0", "host_pps = -4"), "host_pps", "host_pps"),
            "not toml": (GOOD.replace("[pace]", "[pace"), "[pace", ""),
        }
        for name, (text, needle, word) in cases.items():
            path = self.file("bad.toml", text)
            where = f"bad.toml:{line_of(text, needle)}"
            self.refused(name, self.program.run("scope", "check", path), 2, where, word)
            self.refused(name + " (census)", self.program.run("census", "--scope", path, "--ports", "80"), 2, where)
        overlapping = GOOD + '[[allow]]\ncidr = "127.66.250.0/24"\nzone = "别区"\nunit = "别家"\n'
        self.refused("overlap", self.program.run("scope", "check", self.file("bad.toml", overlapping)), 2, "bad.toml:")
        empty = GOOD + '[[exclude]]\naddresses = ["127.66.250.1"]\nreason = "x"\nowner = "y"\n'
        self.refused("empty scope", self.program.run("scope", "check", self.file("bad.toml", empty)), 2, "bad.toml")
        self.refused("missing file", self.program.run("census", "--scope", self.place / "none.toml"), 3, "none.toml")
        self.checks.that(not self.register.exists(), "a register appeared although every scope was bad")

    def refusals(self):
        expired = self.file("expired.toml", GOOD.replace("2099-12-31", "2021-01-01"))
        self.refused("expired", self.program.run("census", "--scope", expired, "--ports", "80"), 3, "2021-01-01")
        early = self.file("early.toml", GOOD.replace("2020-01-01", "2098-01-01"))
        self.refused("not yet valid", self.program.run("sweep", "--scope", early, "--ports", "80"), 3, "2098-01-01")
        closed = self.file("closed.toml", GOOD + "[[window]]\n" + self.closed_window())
        self.refused("window closed", self.program.run("census", "--scope", closed, "--ports", "80"), 3)
        self.refused("no scope", self.program.run("census"), 2, "--scope")

    @staticmethod
    def closed_window():
        """A window on the weekday farthest from today."""
        import datetime
        names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        day = names[(datetime.datetime.now().weekday() + 3) % 7]
        return f'days = ["{day}"]\nfrom = 10:00:00\nto = 10:05:00\n'

    def ports(self):
        good = self.file("good.toml", GOOD)
        for spec in ("0", "70000", "80-22", "nosuch", "22,,80", "U:", "22-", ""):
            done = self.program.run("census", "--scope", good, "--ports", spec)
            self.refused(f"ports {spec!r}", done, 2)

    def registers(self):
        good = self.file("good.toml", GOOD)
        words = ("census", "--scope", good, "--ports", "80")
        self.register.write_text("this is no database, and long enough to look like one\n" * 100)
        before = digest(self.register)
        self.refused("no database", self.program.run(*words), 3, "register.db")
        self.refused("no database (list)", self.program.run("services", "list"), 3, "register.db")
        self.checks.that(digest(self.register) == before, "a foreign file was changed")
        self.register.unlink()
        with sqlite3.connect(self.register) as other:
            other.execute("CREATE TABLE theirs (x)")
        other.close()
        before = digest(self.register)
        self.refused("foreign database", self.program.run(*words), 3, "register.db")
        self.checks.that(digest(self.register) == before, "a foreign database was changed")
        self.register.unlink()
        self.refused("no register yet", self.program.run("services", "list"), 3, "register.db")
        self.checks.that(not self.register.exists(), "a query made a register")

    def newer_and_read_only(self):
        good = self.file("good.toml", GOOD)
        words = ("-q", "census", "--scope", good, "--ports", "80")
        done = self.program.run(*words)
        self.checks.that(done.returncode == 0, f"a census of one closed port: {done.returncode} {done.stderr}")
        saved = self.place / "saved.db"
        shutil.copy(self.register, saved)
        with sqlite3.connect(self.register) as newer:
            newer.execute("PRAGMA user_version = 9999")
        newer.close()
        before = digest(self.register)
        self.refused("newer register", self.program.run(*words), 3, "9999")
        self.checks.that(digest(self.register) == before, "a newer register was changed")
        self.fill_the_disk(saved, good)

    def fill_the_disk(self, saved, good):
        """RLIMIT_FSIZE stands in for a full disk: writes past it fail."""
        shutil.copy(saved, self.register)
        limit = saved.stat().st_size + 4096

        def small_files():
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        done = subprocess.run([str(self.arguments.qingdan), "-q", "--register", str(self.register), "register", "backup",
                               str(self.place / "copy.db")], capture_output=True, text=True, timeout=60)
        self.checks.that(done.returncode == 0, f"backup: {done.stderr}")
        done = subprocess.run([str(self.arguments.qingdan), "-q", "--register", str(self.register), "census", "--scope",
                               str(good), "--ports", "1-2000"], capture_output=True, text=True, timeout=120,
                              preexec_fn=small_files)
        self.checks.that(done.returncode in (0, 3), f"full disk: status {done.returncode}: {done.stderr}")
        if done.returncode == 3:
            self.checks.that(len(done.stderr.strip().splitlines()) == 1, f"full disk: {done.stderr}")
        verified = self.program.run("register", "verify")
        self.checks.that(verified.returncode == 0, f"after a full disk: {verified.stdout}{verified.stderr}")

    def rules(self):
        rules = self.place / "rules"
        (rules / "ssh").mkdir(parents=True)
        (rules / "ssh/bad.toml").write_text('[[rule]]\nid = "ssh.bad"\ninput = "ssh.banner"\npattern = "("\nservice = "openssh"\n'
                                            'source = "x"\naccept = [{ text = "a" }]\nreject = [{ text = "b", why = "c" }]\n')
        done = self.program.run("rules", "check", rules)
        self.checks.that(done.returncode == 1, f"rules check of a bad rule: {done.returncode} {done.stderr}")
        self.checks.that("bad.toml:" in done.stdout and "ssh.bad" in done.stdout, f"rules check: {done.stdout}")
        good = self.file("good.toml", GOOD)
        before = digest(self.register)
        done = self.program.run("--rules", rules, "census", "--scope", good, "--ports", "80")
        self.refused("census with a bad rule", done, 2, "bad.toml:")
        self.checks.that(digest(self.register) == before, "a bad rule changed the register")

    def words(self):
        for words in (("nonsense",), ("scope",), ("runs", "show"), ("services", "list", "--format", "xml"),
                      ("census", "--scope", "x", "--method", "magic"), ("list", "export", "--encoding", "latin1")):
            self.refused(" ".join(words), self.program.run(*words), 2)
        self.refused("query", self.program.run("services", "list", "colour=red"), 2, "colour")
        for words in (("--help",), ("census", "--help"), ("--version",)):
            done = self.program.run(*words)
            self.checks.that(done.returncode == 0 and done.stdout != "", f"{words}: {done.returncode}")


def main():
    arguments = harness.arguments()
    with harness.workplace() as place:
        suite = Suite(arguments, place)
        suite.scopes()
        suite.refusals()
        suite.ports()
        suite.registers()
        suite.newer_and_read_only()
        suite.rules()
        suite.words()
        suite.checks.finish()


if __name__ == "__main__":
    main()
