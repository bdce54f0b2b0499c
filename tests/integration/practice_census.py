#!/usr/bin/env python3
"""Censuses of the practice network equal its truth: services, products, versions, certificates, and
after each epoch the changes; nothing false of the hostile hosts; not a byte at printers and PLCs; a
narrower census makes nothing disappear; the workbook's figures agree.
"""
import json
import pathlib
import xml.etree.ElementTree
import zipfile

import harness

LISTED = ("open-verified", "open-acked")


def listed(services):
    return {(s["ip"], s["port"], s["transport"]): s for s in services
            if s["state"] != "closed" and s["verdict"] in LISTED and not s["vhost"]}


def names_of(product):
    """A product's name, and vendor:product of its CPE."""
    names = [product["product"]] if product.get("product") else []
    if product.get("cpe"):
        names.append(":".join(product["cpe"].split(":")[3:5]))
    return names


def true_services(truth):
    return {(h["ip"], s["port"], s["transport"]): s for h in truth["hosts"]
            if h["in_scope"] and not h["excluded"] and not h["hostile"] for s in h["services"] if s["verdict"] in LISTED}


class Suite:
    def __init__(self, arguments, place, network):
        self.place, self.network, self.network_name = pathlib.Path(place), network, arguments.network
        self.program = harness.Program(arguments.qingdan, self.place / "register.db")
        self.checks = harness.Checks()

    def census(self, *words, scope=None, ports=None, expect=(0,)):
        done = self.program.run("census", "--scope", scope or self.network.scope, "--ports", ports or self.network.ports,
                                "--format", "jsonl", *words)
        self.checks.that(done.returncode in expect, f"census: status {done.returncode}: {done.stderr}")
        if not done.stdout:
            raise SystemExit(f"the census gave nothing: {done.stderr}")
        return json.loads(done.stdout)["run"]

    # ---- the list
    def compare_services(self, truth, what):
        found, true = listed(self.program.rows("services", "list")), true_services(truth)
        hostile = {h["ip"]: h for h in truth["hostile"]}
        # An asset that fell silent keeps its services until it is known to be gone.
        silent = {a["ip"] for a in self.program.rows("assets", "list") if a["presence"] != "在线"}
        found = {key: service for key, service in found.items() if key[0] not in silent}
        for key in sorted(true.keys() - found.keys()):
            self.checks.that(False, f"{what}: missing {key} {true[key]['protocol']}")
        for key in sorted(found.keys() - true.keys()):
            rule = hostile.get(key[0])
            allowed = rule is not None and f"{key[2]}/{key[1]}" in rule["may_list"]
            state = found[key]["state"]
            self.checks.that(allowed or state == "unseen", f"{what}: false {key} {found[key]['service']} {found[key]['product']}")
        for key in sorted(true.keys() & found.keys()):
            self.compare_service(f"{what}: {key}", true[key], found[key])

    def compare_service(self, what, true, found):
        checks = self.checks
        if true["verdict"] == "open-acked":
            checks.that(found["product"] is None, f"{what}: a mute port has a product: {found['product']}")
            return
        checks.that(true["protocol"] == (found["service"] or ""), f"{what}: service {found['service']}, true {true['protocol']}")
        # Where TLS begins on the peer's word it may or may not have been asked for.
        if not true.get("tls_after_start"):
            checks.that(bool(true["tls"]) == bool(found["tls"]), f"{what}: tls {found['tls']}, true {true['tls']}")
        said = {}
        for product in [found] + (found["also"] or []):
            for name in names_of(product):
                said[name] = product.get("version")
        expected = [true["product"]] if true["product"] else []
        for product in expected + true["also"]:
            # The dictionary's name where it has one: spellings of product names differ, CPEs do not.
            name = product["cpe"] or product["product"]
            if product["kind"] in ("o", "h"):  # what a host is stands with the host
                hosts = self.host_products(found["asset"])
                checks.that(name in hosts, f"{what}: {name} is not among what the host is: {hosts}")
                continue
            checks.that(name in said, f"{what}: product {name} not found, said {said}")
            if name in said:
                checks.that((said[name] or "") == product["version"],
                            f"{what}: {name} version {said[name]}, true {product['version']}")

    def host_products(self, asset):
        rows = self.program.rows("assets", "show", asset)
        values = [r["value"] for r in rows if r["field"] in ("host.os", "host.hardware")]
        return [name for v in values for name in names_of(v) + [v.get("model")] if name]

    def compare_names(self, truth, what):
        """Web servers are asked for the names of their certificates; each is a website of its own."""
        sites = {(s["ip"], s["port"], s["vhost"]) for s in self.program.rows("services", "list") if s["vhost"]}
        true = {(h["ip"], s["port"], name) for h in truth["hosts"]
                if h["in_scope"] and not h["excluded"] and not h["hostile"]
                for s in h["services"] if s["tls"] and s["protocol"] == "http"
                for name in s.get("names", []) if not name[-1].isdigit()}
        self.checks.that(bool(true), f"{what}: the network names no website; this proves nothing")
        # These servers have one page for everybody: only the certificate of a port makes a website of it.
        # The truth does not tell names that stand in a subject alone.
        judged = {(h["ip"], s["port"]) for h in truth["hosts"] if not h["hostile"]
                  for s in h["services"] if not s["tls"] or s.get("names")}
        phantoms = {site for site in sites - true if site[:2] in judged}
        self.checks.that(not phantoms, f"{what}: websites that are none: {sorted(phantoms)}")
        for site in sorted(true - sites):
            self.checks.that(False, f"{what}: missing website {site}")
        addresses = {h["ip"] for h in truth["hosts"] if h["in_scope"] and not h["excluded"]}
        self.checks.that({s[0] for s in sites} <= addresses, f"{what}: websites where nothing may be asked: {sites}")

    def compare_tls(self, truth, what):
        """Which versions each service takes and which certificates it shows, after STARTTLS too."""
        assets = {a["ip"]: a["asset"] for a in self.program.rows("assets", "list")}
        compared = {"tls": 0, "after start": 0, "TLCP": 0}
        for host in truth["hosts"]:
            services = [s for s in host["services"] if s["transport"] == "tcp" and (s["tls"] or s.get("tls_after_start"))]
            if not services or host["ip"] not in assets or host["hostile"] or host["device_class"] == "打印机":
                continue
            facts = {(r["object"], r["field"]): r["value"] for r in self.program.rows("assets", "show", assets[host["ip"]])}
            for service in services:
                place = f"{host['ip']} {service['port']}/tcp"
                tls, shown = facts.get((place, "service.tls")), facts.get((place, "service.certificate"))
                self.checks.that(tls is not None, f"{what}: {place} shows no TLS")
                if tls is None:
                    continue
                accepts = tls.get("accepts")
                self.checks.that(accepts == service["tls_accepts"], f"{what}: {place} takes {accepts}, true {service['tls_accepts']}")
                self.checks.that(shown == service["certificate"], f"{what}: {place} shows {shown}, true {service['certificate']}")
                if "TLCP" in service["tls_accepts"]:
                    beside = [(c["sha256"], c["key"], c.get("use")) for c in tls.get("certificates", [])]
                    self.checks.that(beside == [(service["chain"][1], "SM2", "encrypt")], f"{what}: {place} shows beside {beside}")
                    self.checks.that(tls["keys"] == ["SM2"], f"{what}: {place} has keys {tls['keys']}")
                    compared["TLCP"] += 1
                compared["tls" if service["tls"] else "after start"] += 1
        self.checks.that(self.network_name == "city" or all(compared.values()), f"{what}: not every kind of TLS was there: {compared}")

    def compare_reverse_names(self, truth, what):
        """What the resolver says of addresses that answered, and nothing of others."""
        said = {r["object"]: r["value"] for a in self.program.rows("assets", "list")
                for r in self.program.rows("assets", "show", a["asset"]) if r["field"] == "address.reverse_name"}
        true = truth["reverse_names"]
        self.checks.that(bool(true) and said == true, f"{what}: reverse names {said}, true {true}")

    def compare_hosts(self, truth, what):
        assets = {a["ip"]: a for a in self.program.rows("assets", "list")}
        for host in truth["hosts"]:
            if not host["in_scope"] or host["excluded"] or host["hostile"]:
                continue
            if not any(s["verdict"] in LISTED for s in host["services"]):
                continue
            asset = assets.get(host["ip"])
            self.checks.that(asset is not None, f"{what}: no asset for {host['ip']} {host['name']}")
            if asset and host["os"] and asset["os"] and not (asset["os"].startswith("Linux") and "Linux" in host["os"]["product"]):
                true = " ".join(x for x in (host["os"]["product"], host["os"]["version"]) if x)
                self.checks.that(asset["os"].startswith(host["os"]["product"]), f"{what}: {host['ip']} os {asset['os']}, true {true}")
        for host in truth["hosts"]:
            if not host["in_scope"] or host["excluded"]:
                self.checks.that(host["ip"] not in assets, f"{what}: {host['ip']} is out of scope and in the register")

    # ---- changes
    def compare_changes(self, truth, run, what):
        got = {(c["type"], c["ip"], c["port"], c["transport"]) for c in self.program.rows("changes", "list", "--run", run)
               if c["type"] != "属性变化" or c["field"] == "service.website"}
        true = {(c["type"], c["ip"], c.get("port"), c.get("transport")) for c in truth["expected_changes"]}
        hostile = {h["ip"] for h in truth["hostile"]}
        for change in sorted(true - got, key=str):
            self.checks.that(False, f"{what}: missing change {change}")
        for change in sorted(got - true, key=str):
            self.checks.that(change[1] in hostile and change[0] != "新增端口", f"{what}: false change {change}")
        self.checks.that(bool(true & got) or not true, f"{what}: not one change agrees")

    def narrow(self):
        """Fewer ports and fewer addresses: nothing may disappear."""
        before = listed(self.program.rows("services", "list"))
        run = self.census(ports="22")
        first = next(iter(before))[0]
        text = self.network.scope.read_text(encoding="utf-8")
        head = text[:text.index("[[")]  # without the resolver, who is not in this scope
        narrow = self.place / "narrow.toml"
        narrow.write_text(head + f'[[allow]]\naddresses = ["{first}"]\nzone = "公用网络区"\nunit = "市大数据管理中心"\n',
                          encoding="utf-8")
        second = self.census(scope=narrow)
        gone = [c for r in (run, second) for c in self.program.rows("changes", "list", "--run", r)
                if c["type"] in ("疑似离线", "失联", "关闭端口", "网段级异常", "覆盖缺口")]
        self.checks.that(not gone, f"a narrower census made things disappear: {gone[:3]}")
        after = listed(self.program.rows("services", "list"))
        self.checks.that(before.keys() == after.keys(), f"a narrower census changed the list: {before.keys() ^ after.keys()}")

    # ---- what is printed
    def workbook(self):
        book = self.place / "list.xlsx"
        done = self.program.run("list", "export", "-o", book)
        self.checks.that(done.returncode == 0, f"list export: {done.stderr}")
        services = listed(self.program.rows("services", "list"))
        sheets = sheet_rows(book)
        number = next((n for name, n in sheets.items() if name.startswith("06")), -1)
        self.checks.that(number >= len(services), f"sheet 06 has {number} rows, the register {len(services)} listed services")
        assets = len(self.program.rows("assets", "list"))
        number = next((n for name, n in sheets.items() if name.startswith("04")), -1)
        self.checks.that(number == assets, f"sheet 04 has {number} rows, the register {assets} assets")
        for encoding in ("utf8-bom", "utf8", "gb18030"):
            sheet = self.place / f"{encoding}.csv"
            done = self.program.run("list", "export", "-o", sheet, "--encoding", encoding)
            text = sheet.read_bytes().decode({"utf8-bom": "utf-8-sig", "utf8": "utf-8", "gb18030": "gb18030"}[encoding])
            self.checks.that(text.count("\r\n") == assets + 1, f"{encoding}: {text.count(chr(10))} lines for {assets} assets")

    def verify(self):
        done = self.program.run("register", "verify")
        self.checks.that(done.returncode == 0, f"register verify: {done.stdout[-600:]}{done.stderr}")


def sheet_rows(book):
    """Data rows per sheet: rows after the header row that holds the filter."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    counts = {}
    with zipfile.ZipFile(book) as archive:
        names = [s.get("name") for s in xml.etree.ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind("m:sheets/m:sheet", space)]
        for number, name in enumerate(names, 1):
            root = xml.etree.ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            rows = [int(r.get("r")) for r in root.iterfind("m:sheetData/m:row", space)]
            filtered = root.find("m:autoFilter", space)
            header = int("".join(c for c in filtered.get("ref").split(":")[0] if c.isdigit())) if filtered is not None else 1
            counts[name] = sum(1 for r in rows if r > header)
    return counts


NEVER_A_BYTE = ("tcp/9100", "tcp/515", "tcp/102", "tcp/502")  # raw printing and industrial ports


def no_payload(checks, log):
    """The network's own ledger: printers and PLCs got handshakes and not one byte."""
    asked = 0
    for ip, host in log["hosts"].items():
        for name, port in host["ports"].items():
            if name in NEVER_A_BYTE:
                asked += port["connections"]
                checks.that(port["payload_bytes"] == 0, f"{ip} {name} received {port['payload_bytes']} bytes")
                checks.that(port["most_open"] <= 1, f"{ip} {name} had {port['most_open']} connections at once")
    checks.that(asked > 0, "no printer or PLC was asked at all: the check above proves nothing")


def main():
    arguments = harness.arguments(("--network", "small"))
    network_file = arguments.source / f"tests/support/practice/networks/{arguments.network}.toml"
    with harness.workplace() as place:
        network = harness.PracticeNetwork(arguments.practice, network_file, place)
        suite = Suite(arguments, place, network)
        try:
            run = suite.census()
            suite.compare_services(network.truth(), "epoch 1")
            suite.compare_hosts(network.truth(), "epoch 1")
            suite.compare_reverse_names(network.truth(), "epoch 1")
            suite.compare_names(network.truth(), "epoch 1")
            suite.compare_tls(network.truth(), "epoch 1")
            new = [c["type"] for c in suite.program.rows("changes", "list", "--run", run)]
            suite.checks.that(set(new) == {"新增资产"}, f"the first census has other events than 新增资产: {set(new)}")
            for epoch in (2, 3) if arguments.network == "city" else (2,):
                network.epoch(epoch)
                truth = network.truth()
                run = suite.census()
                suite.compare_services(truth, f"epoch {epoch}")
                suite.compare_hosts(truth, f"epoch {epoch}")
                suite.compare_changes(truth, run, f"epoch {epoch}")
            suite.narrow()
            suite.workbook()
            suite.verify()
        finally:
            log = network.close()
        no_payload(suite.checks, log)
        suite.checks.finish()


if __name__ == "__main__":
    main()
