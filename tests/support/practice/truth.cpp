// truth — see truth.h.
#include "truth.h"

#include <algorithm>
#include <map>

#include "certificates.h"
#include "player.h"
#include "players/http_pages.h"

namespace qingdan::practice {
namespace {

using nlohmann::json;

// "nginx 1.22.1" -> the product's names and its version.
json product_of(const Network& network, const std::string& stated, const std::string& where) {
  const auto space = stated.find(' ');
  const auto id = stated.substr(0, space);
  if (!network.products.contains(id)) throw BadDescription(where + ": no product '" + id + "'");
  json product = network.products[id];
  product["id"] = id;
  product["version"] = space == std::string::npos ? "" : stated.substr(space + 1);
  return product;
}

void add_website(json& truth, const Settings& settings) {
  if (settings.has("title")) truth["title"] = settings.text("title");
  if (settings.has("icp")) truth["icp"] = settings.text("icp");
  if (settings.has("police")) truth["police"] = settings.text("police");
  if (!settings.has("favicon")) return;
  const auto icon = icon_named(settings.text("favicon"));
  truth["favicon_mmh3"] = std::to_string(favicon_mmh3(icon));
  truth["favicon_md5"] = md5_hex(icon);
}

void add_tls(json& truth, const Settings& settings, const Place& at) {
  const bool tls = settings.flag("tls");
  truth["tls"] = tls;
  if (settings.flag("tlcp")) {
    const auto chain =
        make_tlcp_chain(certificate_spec(settings, at.ip + " " + std::to_string(at.port)));
    truth["tls"] = true;
    truth["tls_version"] = "TLCP";
    truth["tls_accepts"] = {"TLCP"};
    truth["certificate"] = sha256_hex(chain.front());
    truth["chain"] = json::array();
    for (const auto& der : chain) truth["chain"].push_back(sha256_hex(der));
    return;
  }
  if (!tls && !settings.flag("offers_tls")) return;
  const auto chain = make_chain(certificate_spec(settings, at.ip + " " + std::to_string(at.port)));
  if (!tls) {
    truth["tls_after_start"] = true;  // only those see it who ask for STARTTLS
  }
  truth["tls_version"] = "TLSv" + settings.text("tls_most", "1.3");
  truth["names"] = settings.list("cert_names");
  truth["tls_accepts"] = json::array();
  const auto least = settings.text("tls_least", "1.2"), most = settings.text("tls_most", "1.3");
  for (const std::string version : {"1.0", "1.1", "1.2", "1.3"}) {
    if (version >= least && version <= most) truth["tls_accepts"].push_back("TLSv" + version);
  }
  truth["certificate"] = sha256_hex(chain.der.front());
  truth["chain"] = json::array();
  for (const auto& der : chain.der) truth["chain"].push_back(sha256_hex(der));
  static_cast<void>(
      make_tls_context(chain, settings));  // reads its keys, so that they count as known
}

// Makes the player once for nothing: it reads its keys, what is left over is misspelt.
const Role& checked_role(const Service& service) {
  const auto& settings = service.settings;
  const auto* role = find_role(service.play);
  if (role == nullptr)
    throw BadDescription(settings.where() + ": no player '" + service.play + "'");
  const Seat seat{service.at.ip, service.at.port, settings.flag("tls")};
  if (service.at.transport == "udp") {
    if (role->make_datagram == nullptr)
      throw BadDescription(settings.where() + ": " + service.play + " is not played over UDP");
    static_cast<void>(role->make_datagram(settings, seat));
  } else {
    if (role->make == nullptr)
      throw BadDescription(settings.where() + ": " + service.play + " is not played over TCP");
    static_cast<void>(role->make(settings, seat)());
  }
  return *role;
}

void refuse_misspelt(const Settings& settings) {
  static const std::set<std::string> kOfTheHost{"ip", "unit", "name", "system", "version", "note"};
  for (const auto& key : settings.unread()) {
    if (!kOfTheHost.contains(key))
      throw BadDescription(settings.where() + ": unknown key '" + key + "'");
  }
}

json service_truth(const Network& network, const Service& service) {
  const auto& settings = service.settings;
  const auto& role = checked_role(service);
  json truth{{"port", service.at.port}, {"transport", service.at.transport}};
  truth["play"] = service.play;
  truth["protocol"] = settings.text("protocol", role.protocol);
  truth["verdict"] = settings.text("verdict", role.verdict);
  truth["product"] = nullptr;
  truth["also"] = json::array();
  for (const auto& stated : settings.list("is")) {
    auto product = product_of(network, stated, settings.where());
    if (truth["product"].is_null()) {
      truth["product"] = std::move(product);
    } else {
      truth["also"].push_back(std::move(product));
    }
  }
  add_tls(truth, settings, service.at);
  add_website(truth, settings);
  static_cast<void>(settings.number("port") + settings.number("drip_ms"));
  static_cast<void>(settings.text("transport") + settings.text("play"));  // read by the stage
  refuse_misspelt(settings);
  return truth;
}

json host_truth(const Network& network, const Host& host, int epoch) {
  json truth{{"ip", host.ip},
             {"zone", host.zone},
             {"unit", host.unit},
             {"system", host.system},
             {"name", host.name},
             {"device_class", host.device_class},
             {"os", nullptr},
             {"in_scope", host.in_scope && host.excluded.empty()},
             {"excluded", !host.excluded.empty()},
             {"hostile", host.hostile},
             {"services", json::array()},
             {"silent", json::array()}};
  if (!host.os.empty()) truth["os"] = product_of(network, host.os, "host " + host.ip);
  truth["rest"] = host.rest == Rest::silent    ? "silent"
                  : host.rest == Rest::accepts ? "suspect-proxy"
                                               : "closed";
  for (const auto& service : services_in(network, host, epoch)) {
    if (service.play == "silent") {
      truth["silent"].push_back(port_name(service.at));
    } else {
      truth["services"].push_back(service_truth(network, service));
    }
  }
  return truth;
}

// What the network's resolver calls addresses.
json reverse_names(const Network& network, int epoch) {
  json names = json::object();
  for (const auto& host : network.hosts) {
    if (host.ip != network.resolver) continue;
    for (const auto& service : services_in(network, host, epoch)) {
      for (const auto& line : service.settings.list("pointers")) {
        const auto space = line.find(' ');
        names[line.substr(0, space)] = line.substr(space + 1);
      }
    }
  }
  return names;
}

json epoch_truth(const Network& network, int epoch) {
  json truth{{"network", network.name}, {"epoch", epoch},          {"ports", network.ports},
             {"hosts", json::array()},  {"absent", json::array()}, {"hostile", json::array()}};
  for (const auto& host : network.hosts) {
    if (!host.present.contains(epoch)) {
      truth["absent"].push_back(host.ip);
      continue;
    }
    truth["hosts"].push_back(host_truth(network, host, epoch));
    if (host.hostile.empty()) continue;
    const auto& services = truth["hosts"].back()["services"];
    json listed = json::array();
    for (const auto& service : services) {
      const auto verdict = service["verdict"].get<std::string>();
      if (verdict == "open-verified" || verdict == "open-acked") {
        listed.push_back(service["transport"].get<std::string>() + "/" +
                         std::to_string(service["port"].get<int>()));
      }
    }
    truth["hostile"].push_back({{"ip", host.ip},
                                {"kind", host.hostile},
                                {"must_not", host.must_not},
                                {"may_list", listed}});
  }
  for (const auto& ip : network.vacant) truth["absent"].push_back(ip);
  truth["reverse_names"] = reverse_names(network, epoch);
  return truth;
}

std::string spoken(const json& product) {
  if (product.is_null()) return "";
  const auto version = product["version"].get<std::string>();
  return product["product"].get<std::string>() + (version.empty() ? "" : " " + version);
}

json change(const char* type, const json& host, const json* service, const char* field,
            const std::string& before, const std::string& after) {
  json entry{{"type", type}, {"ip", host["ip"]}};
  if (service != nullptr) {
    entry["port"] = (*service)["port"];
    entry["transport"] = (*service)["transport"];
  }
  if (*field != '\0') entry["field"] = field;
  if (!before.empty()) entry["before"] = before;
  if (!after.empty()) entry["after"] = after;
  return entry;
}

const json* find_service(const json& host, const json& like) {
  for (const auto& service : host["services"]) {
    if (service["port"] == like["port"] && service["transport"] == like["transport"])
      return &service;
  }
  return nullptr;
}

void compare_service(json& changes, const json& host, const json& before, const json& after) {
  if (before["product"] != after["product"]) {
    changes.push_back(change("组件变化", host, &after, "service.product", spoken(before["product"]),
                             spoken(after["product"])));
  }
  if (before["also"] != after["also"]) {
    std::string was, is;
    for (const auto& product : before["also"]) was += (was.empty() ? "" : "; ") + spoken(product);
    for (const auto& product : after["also"]) is += (is.empty() ? "" : "; ") + spoken(product);
    changes.push_back(change("组件变化", host, &after, "service.also", was, is));
  }
  const bool seen = before["tls"].get<bool>() && after["tls"].get<bool>();
  const auto old_certificate = before.value("certificate", "");
  const auto new_certificate = after.value("certificate", "");
  if (seen && old_certificate != new_certificate) {
    changes.push_back(
        change("证书更换", host, &after, "service.certificate", old_certificate, new_certificate));
  }
  if (before.value("title", "") != after.value("title", "")) {
    changes.push_back(change("属性变化", host, &after, "service.website", before.value("title", ""),
                             after.value("title", "")));
  }
}

// A port that fell silent is not known to be closed (register.md): it makes no change.
bool is_silent_now(const json& host, const json& service) {
  const auto name =
      service["transport"].get<std::string>() + "/" + std::to_string(service["port"].get<int>());
  const auto& silent = host["silent"];
  return host["rest"] == "silent" || std::find(silent.begin(), silent.end(), name) != silent.end();
}

void compare_host(json& changes, const json& before, const json& after) {
  for (const auto& service : after["services"]) {
    const auto* earlier = find_service(before, service);
    if (earlier == nullptr) {
      changes.push_back(change("新增端口", after, &service, "", "", spoken(service["product"])));
    } else {
      compare_service(changes, after, *earlier, service);
    }
  }
  for (const auto& service : before["services"]) {
    if (find_service(after, service) == nullptr && !is_silent_now(after, service)) {
      changes.push_back(change("关闭端口", after, &service, "", spoken(service["product"]), ""));
    }
  }
}

const json* find_host(const json& epoch, const json& ip) {
  for (const auto& host : epoch["hosts"]) {
    if (host["ip"] == ip) return &host;
  }
  return nullptr;
}

json changes_to(const std::vector<json>& epochs, std::size_t now) {
  json changes = json::array();
  const auto& before = epochs[now - 1];
  for (const auto& host : epochs[now]["hosts"]) {
    if (!host["in_scope"].get<bool>()) continue;
    if (const auto* earlier = find_host(before, host["ip"])) {
      compare_host(changes, *earlier, host);
      continue;
    }
    const json* known = nullptr;
    for (std::size_t epoch = now - 1; epoch-- > 0 && known == nullptr;)
      known = find_host(epochs[epoch], host["ip"]);
    changes.push_back(change(known == nullptr ? "新增资产" : "恢复", host, nullptr, "", "", ""));
    if (known != nullptr) compare_host(changes, *known, host);
  }
  for (const auto& host : before["hosts"]) {
    if (host["in_scope"].get<bool>() && find_host(epochs[now], host["ip"]) == nullptr) {
      changes.push_back(change("疑似离线", host, nullptr, "", "", ""));
    }
  }
  return changes;
}

}  // namespace

Truth::Truth(const Network& network) {
  for (int epoch = 1; epoch <= network.epochs; ++epoch)
    epochs_.push_back(epoch_truth(network, epoch));
  epochs_.front()["expected_changes"] = json::array();
  for (std::size_t now = 1; now < epochs_.size(); ++now) {
    epochs_[now]["expected_changes"] = changes_to(epochs_, now);
  }
}

}  // namespace qingdan::practice
