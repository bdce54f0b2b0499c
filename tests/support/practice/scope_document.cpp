// scope_document — the authorisation that a census of the practice network needs (truth.h).
//
// Only addresses that are described are allowed: any other address of loopback would answer with
// the kernel's own refusals and look alive.
#include <array>
#include <ctime>
#include <map>

#include "truth.h"

namespace qingdan::practice {
namespace {

std::string day_from_today(int days) {
  const std::time_t moment = std::time(nullptr) + static_cast<std::time_t>(days) * 86400;
  std::tm parts{};
  gmtime_r(&moment, &parts);
  std::array<char, 16> text{};
  strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string allow_entry(const std::string& zone, const std::string& unit,
                        const std::vector<std::string>& addresses) {
  std::string text = "\n[[allow]]\naddresses = [";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    text += (i == 0 ? "" : i % 6 == 0 ? ",\n             " : ", ") + quoted(addresses[i]);
  }
  return text + "]\nzone = " + quoted(zone) + "\nunit = " + quoted(unit) + "\n";
}

}  // namespace

std::string scope_document(const Network& network) {
  const auto& pace = network.pace;
  std::string text =
      "# Written by qingdan-practice for its own network on loopback.\n[authorisation]\n";
  text += "number     = " + quoted(network.authorisation.value("number", "")) + "\n";
  text += "issued_by  = " + quoted(network.authorisation.value("issued_by", "")) + "\n";
  text += "valid_from = " + day_from_today(-30) + "\nvalid_to   = " + day_from_today(365) +
          "\n\n[pace]\n";
  for (const auto* key : {"global_pps", "prefix_pps", "host_pps"}) {
    text += std::string(key) + " = " + std::to_string(pace.value(key, 0)) + "\n";
  }
  // None of the product's own is 0: left out, the default holds.
  if (const int fragile = pace.value("fragile_pps", 0); fragile != 0) {
    text += "fragile_pps = " + std::to_string(fragile) + "\n";
  }
  if (!network.resolver.empty())
    text += "\n[[resolver]]\naddress = " + quoted(network.resolver) + "\n";
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> allowed;
  for (const auto& host : network.hosts) {
    if (host.in_scope) allowed[{host.zone, host.unit}].push_back(host.ip);
  }
  for (const auto& ip : network.vacant)
    allowed[{network.vacant_zone, network.vacant_unit}].push_back(ip);
  for (const auto& [whose, addresses] : allowed)
    text += allow_entry(whose.first, whose.second, addresses);
  for (const auto& host : network.hosts) {
    if (host.excluded.empty()) continue;
    text += "\n[[exclude]]\ncidr   = " + quoted(host.ip + "/32") +
            "\nreason = " + quoted(host.excluded) + "\nowner  = " + quoted(host.unit) +
            "\nuntil  = " + day_from_today(365) + "\n";
  }
  return text;
}

}  // namespace qingdan::practice
