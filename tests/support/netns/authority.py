"""The scope document for a city: what may be touched, and how fast."""
import datetime


def scope_document(allow, pace=(0, 0, 0), exclude=()):
    """allow: CIDRs or addresses; pace: packets a second over all, per /24, per host (0 = no cap); exclude: CIDRs."""
    today = datetime.date.today()
    text = ('[authorisation]\nnumber = "测试网安〔2026〕3号"\nissued_by = "测试"\n'
            f"valid_from = {today - datetime.timedelta(days=30)}\nvalid_to = {today + datetime.timedelta(days=365)}\n"
            f"[pace]\nglobal_pps = {pace[0]}\nprefix_pps = {pace[1]}\nhost_pps = {pace[2]}\n")
    places = [f'cidr = "{cidr}"' for cidr in allow if "/" in cidr]
    single = ", ".join(f'"{ip}"' for ip in allow if "/" not in ip)
    for place in places + ([f"addresses = [{single}]"] if single else []):
        text += f'[[allow]]\n{place}\nzone = "公用网络区"\nunit = "测试单位"\n'
    for cidr in exclude:
        text += (f'[[exclude]]\ncidr = "{cidr}"\nreason = "医疗设备"\nowner = "测试单位"\n'
                 f"until = {today + datetime.timedelta(days=365)}\n")
    return text
