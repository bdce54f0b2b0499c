#!/usr/bin/env python3
"""Writes fingerprints/eth/oui.toml: which blocks of MAC addresses IEEE gave to which maker.

    update_oui.py [--registry /usr/share/ieee-data/oui.csv]   (Debian: ieee-data; or IEEE's own oui.csv)

A maker is a line below: rule, product (fingerprints/products/makers.toml), trust, and the names under
which it stands in the registry. Blocks that are in use without standing there are named beside them.
"""
import argparse
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "fingerprints/eth/oui.toml"
PER_LINE = 10

# Trust below 40 only supports what the host says itself. A virtual network card says what the host is.
SUPPORTS, VIRTUAL = 35, 70
MAKERS = [
    ("vmware", "vm-vmware", VIRTUAL, r"VMware, Inc\.", []),
    ("parallels", "vm-parallels", VIRTUAL, r"Parallels, Inc\.", []),
    ("xen", "vm-xen", VIRTUAL, r"Xensource, Inc\.", []),
    # Of the locally administered block: what QEMU and libvirt give, and OpenStack's default.
    ("qemu", "vm-qemu", VIRTUAL, r"Qumranet Inc\.", ["52:54:00", "FA:16:3E"]),
    # These makers have other blocks for other cards; these are their virtual ones.
    ("virtualbox", "vm-virtualbox", VIRTUAL, None, ["08:00:27"]),
    ("hyper-v", "vm-hyper-v", VIRTUAL, None, ["00:15:5D"]),
    ("proxmox", "vm-proxmox", VIRTUAL, r"Proxmox Server Solutions GmbH", ["BC:24:11"]),
    ("nutanix", "vm-nutanix", VIRTUAL, None, ["50:6B:8D"]),
    ("hikvision", "maker-hikvision", SUPPORTS, r"Hangzhou Hikvision Digital Technology Co\.,? ?Ltd\.", []),
    ("dahua", "maker-dahua", SUPPORTS, r"Zhejiang Dahua Technology Co\., Ltd\.", []),
    ("uniview", "maker-uniview", SUPPORTS, r"Zhejiang Uniview Technologies Co\.,? ?Ltd\.", []),
    ("tiandy", "maker-tiandy", SUPPORTS, r"Tiandy Technologies CO\.,LTD", []),
    ("axis", "maker-axis", SUPPORTS, r"AXIS COMMUNICATIONS AB", []),
    ("zebra", "maker-zebra", SUPPORTS, r"Zebra Technologies (Inc|Corp)\.?", []),
    ("lexmark", "maker-lexmark", SUPPORTS, r"LEXMARK INTERNATIONAL, INC\.", []),
    ("ricoh", "maker-ricoh", SUPPORTS, r"RICOH COMPANY,? ?LTD\.", []),
    ("kyocera", "maker-kyocera", SUPPORTS, r"KYOCERA (Corporation|Document Solutions Inc\.)", []),
    ("canon", "maker-canon", SUPPORTS, r"CANON INC\.", []),
    ("brother", "maker-brother", SUPPORTS, r"Brother industries, LTD\.", []),
    ("epson", "maker-epson", SUPPORTS, r"Seiko Epson Corporation", []),
    ("xerox", "maker-xerox", SUPPORTS, r"XEROX CORPORATION", []),
    ("fuji-xerox", "maker-fuji-xerox", SUPPORTS, r"FUJIFILM Business Innovation Corp\.", []),
    ("konica-minolta", "maker-konica-minolta", SUPPORTS, r"KONICA MINOLTA HOLDINGS, INC\.", []),
    ("oki", "maker-oki", SUPPORTS, r"OKI ELECTRIC INDUSTRY CO\., LTD\.?", []),
    ("toshiba", "maker-toshiba", SUPPORTS, r"Toshiba TEC Corporation Inc", []),
    ("pantum", "maker-pantum", SUPPORTS, r"(Zhuhai Pantum Electronics|Seine Image Int'l) Co\.,? ?Ltd\.?", []),
    ("siemens", "maker-siemens", SUPPORTS, r"SIEMENS AG|Siemens Industrial Automation Products Ltd Chengdu", []),
    ("schneider", "maker-schneider", SUPPORTS, r"Schneider Electric|TELEMECANIQUE ELECTRIQUE", []),
    ("rockwell", "maker-rockwell", SUPPORTS, r"Rockwell Automation", []),
    ("phoenix-contact", "maker-phoenix-contact", SUPPORTS, r"PHOENIX CONTACT Electronics GmbH", []),
    ("wago", "maker-wago", SUPPORTS, r"WAGO Kontakttechnik GmbH", []),
    ("beckhoff", "maker-beckhoff", SUPPORTS, r"Beckhoff Automation GmbH", []),
    ("omron", "maker-omron", SUPPORTS, r"OMRON (Corporation|TATEISI ELECTRONICS CO\.)", []),
    ("mitsubishi", "maker-mitsubishi", SUPPORTS, r"Mitsubishi Electric Corporation", []),
    ("moxa", "maker-moxa", SUPPORTS, r"MOXA TECHNOLOGIES CORP\., LTD\.", []),
    ("hollysys", "maker-hollysys", SUPPORTS, r"Hangzhou Hollysys Automation Co\., Ltd", []),
    ("synology", "maker-synology", SUPPORTS, r"Synology Incorporated", []),
    ("qnap", "maker-qnap", SUPPORTS, r"QNAP Systems, Inc\.", []),
    ("apc", "maker-apc", SUPPORTS, r"AMERICAN POWER CONVERSION CORP|APC by Schneider Electric", []),
    ("yealink", "maker-yealink", SUPPORTS, r"(XIAMEN )?YEALINK(\(XIAMEN\))? NETWORK TECHNOLOGY CO\.,LTD\.?", []),
    ("polycom", "maker-polycom", SUPPORTS, r"Polycom", []),
    ("h3c", "maker-h3c", SUPPORTS, r"New H3C Technologies Co\., Ltd|Hangzhou H3C Technologies Co\., Limited", []),
    ("ruijie", "maker-ruijie", SUPPORTS, r"Ruijie Networks Co\.,LTD", []),
    ("huawei", "maker-huawei", SUPPORTS, r"HUAWEI TECHNOLOGIES CO\.,LTD", []),
    ("zte", "maker-zte", SUPPORTS, r"zte corporation", []),
    ("maipu", "maker-maipu", SUPPORTS, r"Maipu Communication Technology Co\.,Ltd\.", []),
    ("dptech", "maker-dptech", SUPPORTS, r"Hangzhou DPtech Technologies Co\., Ltd\.", []),
    ("sangfor", "maker-sangfor", SUPPORTS, r"Sangfor Technologies Inc\.", []),
    ("hillstone", "maker-hillstone", SUPPORTS, r"Hillstone Networks Inc", []),
    ("nsfocus", "maker-nsfocus", SUPPORTS, r"NSFOCUS Information Technology Co\., Ltd\.", []),
    ("topsec", "maker-topsec", SUPPORTS, r"Beijing Topsec Network Security Technology Co\., Ltd\.", []),
    ("fortinet", "maker-fortinet", SUPPORTS, r"Fortinet, Inc\.", []),
    ("palo-alto", "maker-palo-alto", SUPPORTS, r"Palo Alto Networks", []),
    ("f5", "maker-f5", SUPPORTS, r"F5 Networks, Inc\.", []),
    ("cisco", "maker-cisco", SUPPORTS, r"Cisco Systems, Inc|CISCO SYSTEMS, INC\.", []),
    ("juniper", "maker-juniper", SUPPORTS, r"Juniper Networks", []),
    ("supermicro", "maker-supermicro", SUPPORTS, r"Super Micro Computer, Inc\.", []),
    ("hp", "maker-hp", SUPPORTS, r"Hewlett Packard", []),
    ("hpe", "maker-hpe", SUPPORTS, r"Hewlett Packard Enterprise", []),
    ("dell", "maker-dell", SUPPORTS, r"Dell Inc\.", []),
]

HEAD = """\
# The maker of a neighbour's network card. Written by scripts/update_oui.py; change it there.

[defaults]
input  = "eth.oui"
source = "IEEE MA-L registry"
"""


def read_registry(path: pathlib.Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["Organization Name"].strip(), row["Assignment"]) for row in csv.DictReader(file)]
    return [(name, ":".join(re.findall("..", block.lower()))) for name, block in rows]


def rule_text(maker: tuple, registry: list[tuple[str, str]]) -> str:
    rule, product, trust, names, further = maker
    blocks = {block.lower() for block in further}
    if names is not None:
        form = re.compile(names, re.IGNORECASE)
        blocks |= {block for name, block in registry if form.fullmatch(name)}
    if not blocks:
        sys.exit(f"update_oui.py: {rule}: the registry has no block of \"{names}\"; correct its names")
    ordered = sorted(blocks)
    lines = [", ".join(f'"{b}"' for b in ordered[i:i + PER_LINE]) for i in range(0, len(ordered), PER_LINE)]
    listed = ",\n  ".join(lines)
    return (f"\n[[rule]]\nid     = \"eth.{rule}\"\nequals = [\n  {listed},\n]\nhw     = \"{product}\"\n"
            f"trust  = {trust}\naccept = [{{ text = '{ordered[0]}' }}]\n"
            "reject = [{ text = '02:00:5e', why = \"a block of nobody's: locally administered\" }]\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registry", type=pathlib.Path, default=pathlib.Path("/usr/share/ieee-data/oui.csv"))
    path = parser.parse_args().registry
    if not path.is_file():
        sys.exit(f"update_oui.py: {path}: no such file; install ieee-data, or name IEEE's oui.csv by --registry")
    registry = read_registry(path)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(HEAD + "".join(rule_text(maker, registry) for maker in MAKERS), encoding="utf-8")


if __name__ == "__main__":
    main()
