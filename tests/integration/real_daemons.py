#!/usr/bin/env python3
"""A census of real daemons from Debian on loopback addresses: product and version right for each.

Skipped (status 77) where a daemon is not installed; `scripts/test --full` installs them. Needs root,
because several daemons give up their rights themselves.
"""
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import harness

NET = "127.66.201."  # one address per daemon; beside the practice network's own


def package_version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status} ${Version}", package], capture_output=True, text=True)
    return done.stdout.split()[-1] if "install ok installed" in done.stdout else None


def upstream(version):
    """1:10.11.14-0+deb12u2 → 10.11.14"""
    return re.sub(r"(-[^-]+)?$", "", version.split(":", 1)[-1], count=1)


def chown(path, user):
    entry = pwd.getpwnam(user)
    for p in [path, *path.rglob("*")]:
        os.chown(p, entry.pw_uid, entry.pw_gid)


class Daemon:
    """name, package, ports it opens, the product expected, and whether it shows its version unasked."""

    def __init__(self, number, package, ports, product, shows_version=True):
        self.ip, self.package, self.ports, self.product = f"{NET}{number}", package, ports, product
        self.shows_version = shows_version
        self.process = None

    def start(self, place):
        home = place / self.package
        home.mkdir()
        home.chmod(0o755)
        command, user, directory = getattr(self, "prepare_" + self.package.replace("-", "_"))(home)
        self.log = open(home / "log", "wb")
        self.process = subprocess.Popen(command, cwd=directory or home, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, user=user, start_new_session=True)

    def ready(self, seconds=40):
        for port in self.ports:
            until = time.monotonic() + seconds
            while True:
                with socket.socket() as s:
                    s.settimeout(1)
                    if s.connect_ex((self.ip, port)) == 0:
                        break
                if time.monotonic() > until or self.process.poll() not in (None, 0):
                    return False
                time.sleep(0.2)
        return True

    def stop(self):
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)  # the session that we started
            except ProcessLookupError:
                break
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
            break
        self.log.close()

    # ---- one preparation per package: (command, user, working directory)
    def prepare_nginx(self, home):
        (home / "nginx.conf").write_text(
            f"daemon off; pid {home}/pid; error_log {home}/error.log; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f;"
            f" uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;"
            f" server {{ listen {self.ip}:80; root /var/www/html; }} }}\n")
        return ["nginx", "-p", str(home), "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")], None, None

    def prepare_apache2(self, home):
        modules = "/usr/lib/apache2/modules"
        (home / "apache.conf").write_text(
            f"ServerRoot {home}\nPidFile {home}/pid\nErrorLog {home}/error.log\nServerName localhost\n"
            f"LoadModule mpm_event_module {modules}/mod_mpm_event.so\nLoadModule authz_core_module {modules}/mod_authz_core.so\n"
            f"LoadModule dir_module {modules}/mod_dir.so\nListen {self.ip}:80\nUser www-data\nGroup www-data\n"
            f"ServerTokens OS\nDocumentRoot /var/www/html\n")
        return ["apache2", "-f", str(home / "apache.conf"), "-DFOREGROUND"], None, None

    def prepare_openssh_server(self, home):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "key")], check=True)
        os.makedirs("/run/sshd", exist_ok=True)
        (home / "sshd.conf").write_text(f"ListenAddress {self.ip}:22\nHostKey {home}/key\nPidFile {home}/pid\n")
        return ["/usr/sbin/sshd", "-D", "-e", "-f", str(home / "sshd.conf")], None, None

    def prepare_postgresql(self, home):
        binaries = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        chown(home, "postgres")
        subprocess.run([str(binaries / "initdb"), "-D", str(home / "data"), "--auth-host=scram-sha-256",
                        "--auth-local=peer"], check=True, stdout=subprocess.DEVNULL, user="postgres", cwd=home)
        return [str(binaries / "postgres"), "-D", str(home / "data"), "-k", str(home), "-c",
                f"listen_addresses={self.ip}"], "postgres", None

    def prepare_mariadb_server(self, home):
        chown(home, "mysql")
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={home}/data", "--user=mysql", "--skip-test-db"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home)
        # With accounts for localhost alone the server turns every other address away before its greeting.
        (home / "accounts.sql").write_text("CREATE USER anyone@'%' IDENTIFIED BY PASSWORD '*" + "0" * 40 + "';\n")
        return ["mariadbd", "--no-defaults", f"--init-file={home}/accounts.sql", f"--datadir={home}/data", f"--socket={home}/socket", f"--pid-file={home}/pid",
                f"--bind-address={self.ip}", "--port=3306", "--user=mysql"], None, None

    def prepare_redis_server(self, home):
        return ["redis-server", "--bind", self.ip, "--port", "6379", "--dir", str(home), "--save", "",
                "--protected-mode", "no"], None, None

    def prepare_bind9(self, home):
        # named binds only to addresses of an interface; the namespace is ours and has no way out, so
        # that its priming queries for the root servers reach nobody.
        (home / "named.conf").write_text(
            f'options {{ directory "{home}"; listen-on {{ {self.ip}; }}; listen-on-v6 {{ none; }}; recursion no;'
            f' pid-file "{home}/pid"; session-keyfile "{home}/session.key"; dnssec-validation no; }};\ncontrols {{ }};\n')
        return ["/usr/sbin/named", "-g", "-c", str(home / "named.conf")], None, None

    def prepare_dovecot_imapd(self, home):
        (home / "dovecot.conf").write_text(
            f"base_dir = {home}/run\nstate_dir = {home}/state\nlog_path = {home}/dovecot.log\nprotocols = imap pop3\nssl = no\n"
            f"listen = {self.ip}\ndefault_internal_user = dovecot\ndefault_login_user = dovenull\n"
            "mail_location = maildir:~/Maildir\npassdb {\n driver = static\n args = nopassword=n\n}\n"
            "userdb {\n driver = static\n args = uid=nobody gid=nogroup home=/nonexistent\n}\n")
        return ["/usr/sbin/dovecot", "-F", "-c", str(home / "dovecot.conf")], None, None

    def prepare_postfix(self, home):
        for name in ("queue", "data", "conf"):
            (home / name).mkdir()
        shutil.copy("/usr/share/postfix/master.cf.dist", home / "conf/master.cf")
        text = (home / "conf/master.cf").read_text()
        text = re.sub(r"^(\S+\s+\S+\s+\S+\s+\S+\s+)y", r"\1n", text, flags=re.M)  # no chroot: no resolver files in it
        (home / "conf/master.cf").write_text(text)
        (home / "conf/main.cf").write_text(
            f"compatibility_level = 3.6\nqueue_directory = {home}/queue\ndata_directory = {home}/data\n"
            f"inet_interfaces = {self.ip}\ninet_protocols = ipv4\nmyhostname = mail.example.test\nmydestination =\n"
            f"maillog_file = /dev/stdout\nsmtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)\n"
            "default_transport = error\nalias_maps =\nalias_database =\n")
        os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, -1)
        return ["postfix", "-c", str(home / "conf"), "start-fg"], None, None


DAEMONS = [
    Daemon(1, "nginx", [80], "nginx"),
    Daemon(2, "apache2", [80], "HTTP Server"),  # vendor Apache
    Daemon(3, "openssh-server", [22], "OpenSSH"),
    Daemon(4, "postgresql", [5432], "PostgreSQL"),
    Daemon(5, "mariadb-server", [3306], "MariaDB"),
    Daemon(6, "redis-server", [6379], "Redis"),
    Daemon(7, "bind9", [53], "BIND"),
    Daemon(8, "dovecot-imapd", [110, 143], "Dovecot", shows_version=False),
    Daemon(9, "postfix", [25], "Postfix", shows_version=False),
]


def scope_text():
    addresses = ", ".join(f'"{d.ip}"' for d in DAEMONS)
    return ('[authorisation]\nnumber = "测〔2026〕2号"\nissued_by = "测试"\nvalid_from = 2020-01-01\nvalid_to = 2099-12-31\n'
            "[pace]\nglobal_pps = 0\nprefix_pps = 0\nhost_pps = 200\n"
            f'[[allow]]\naddresses = [{addresses}]\nzone = "区"\nunit = "单位"\n')


def true_version(daemon):
    if daemon.package == "postgresql":  # the metapackage's version says nothing of the server's
        done = subprocess.run([str(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1] / "postgres"), "-V"],
                              capture_output=True, text=True, check=True)
        return done.stdout.split()[2]
    version = upstream(package_version(daemon.package))
    return re.sub(r"\+dfsg.*$|\+deb.*$", "", version)


def compare(checks, daemon, services):
    for port in daemon.ports:
        service = next((s for s in services if s["ip"] == daemon.ip and s["port"] == port and s["transport"] == "tcp"), None)
        name = f"{daemon.package} on {port}"
        checks.that(service is not None, f"{name}: not found")
        if service is None:
            continue
        print(f"{name}: {service['service']} {service['vendor']} {service['product']} {service['version']} "
              f"(truth {daemon.product} {true_version(daemon)}) {service['os']}")
        checks.that(service["product"] == daemon.product, f"{name}: product {service['product']}, true {daemon.product}")
        truth, said = true_version(daemon), service["version"]
        if daemon.shows_version:
            exact = said is not None and (said == truth or said.split("-")[0].split("+")[0] == truth)
            # PostgreSQL never tells its minor version before a login.
            major = daemon.package == "postgresql" and said == truth.split(".")[0]
            checks.that(exact or major, f"{name}: version {said}, true {truth}")
        else:
            checks.that(said is None, f"{name}: shows no version, yet {said} was stated")


def main():
    arguments = harness.arguments()
    missing = [d.package for d in DAEMONS if package_version(d.package) is None]
    alone = bool(os.environ.get("QINGDAN_OWN_LOOPBACK"))
    if missing or os.geteuid() != 0 or not alone:
        print(f"SKIPPED: not installed: {', '.join(missing)}" if missing else
              "SKIPPED: needs root" if alone else "SKIPPED: needs a network namespace of its own")
        print("scripts/test --full installs and runs them")
        sys.exit(77)
    checks = harness.Checks()
    with harness.workplace() as place:
        place = pathlib.Path(place)
        place.chmod(0o755)
        try:
            for daemon in DAEMONS:
                subprocess.run(["ip", "address", "add", f"{daemon.ip}/32", "dev", "lo"], check=True)
                daemon.start(place)
            for daemon in DAEMONS:
                up = daemon.ready()
                checks.that(up, f"{daemon.package} did not start: {(place / daemon.package / 'log').read_text()[-600:]}")
            scope = place / "scope.toml"
            scope.write_text(scope_text(), encoding="utf-8")
            program = harness.Program(arguments.qingdan, place / "register.db")
            done = program.run("census", "--scope", scope, "--ports", "default")
            checks.that(done.returncode == 0, f"census: {done.returncode} {done.stderr}")
            services = program.rows("services", "list")
            for daemon in DAEMONS:
                compare(checks, daemon, services)
        finally:
            for daemon in DAEMONS:
                daemon.stop()
    checks.finish()


if __name__ == "__main__":
    main()
