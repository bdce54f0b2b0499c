// virtual_hosts — see virtual_hosts.h.
#include "app/virtual_hosts.h"

#include <algorithm>
#include <utility>

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"
#include "qingdan/net/address.h"
#include "qingdan/net/http_location.h"
#include "qingdan/net/http_wire.h"
#include "qingdan/net/tls_wire.h"
#include "qingdan/net/x509.h"

namespace qingdan::app {
namespace {

namespace channel = model::channel;

constexpr std::size_t kNameMax = 253, kLabelMax = 63;  // RFC 1035 §2.3.4

bool is_label(std::string_view label) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= kLabelMax && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), fits);
}

template <class T>
void add_once(std::vector<T>& all, T one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

class Names {
 public:
  void add_certificate(BytesView der) {
    const auto certificate = net::parse_certificate(der);
    if (!certificate) return;
    for (const auto& name : certificate->san_dns) add(name);
    add(certificate->subject.find_value("CN"));
  }
  void add_answer(BytesView raw) {
    const auto record = net::read_tls_record(raw);
    const auto answer = record ? net::parse_tls_answer(record->stream) : std::nullopt;
    if (answer && !answer->certificates.empty()) add_certificate(answer->certificates.front());
  }
  void add_redirect(const model::Observation& seen) {
    const auto page = net::parse_response(seen.raw);
    const auto leads = page ? page->find_header("Location") : std::nullopt;
    if (!leads) return;
    const net::HttpLocation base{seen.inside_tls ? "https" : "http", "address.invalid",
                                 seen.at.port, "/"};
    const auto target = net::resolve_location(base, *leads);
    auto name = target ? host_name_of(target->host) : std::nullopt;
    if (name) add_once(told_.redirects, {std::move(*name), target->port});
  }
  [[nodiscard]] NamesTold take() && { return std::move(told_); }

 private:
  void add(std::string_view text) {
    if (auto name = host_name_of(text)) return add_once(told_.certified, std::move(*name));
    const auto rest = text.starts_with("*.") ? host_name_of(text.substr(2)) : std::nullopt;
    if (rest) add_once(told_.wildcards, "*." + *rest);
  }

  NamesTold told_;
};

// RFC 6125 §6.4.3: the wildcard stands for one label.
bool covered(const std::set<std::string>& wildcards, const std::string& name) {
  return wildcards.contains("*" + name.substr(name.find('.')));
}

// RFC 9110 §15.5.20, §15.5.1: how servers say that they do not know the name. Of all other errors
// one may be that of a website.
bool refuses(int status) { return status == 421 || status == 400; }

std::string in_url(const net::Address& ip) {
  return ip.is_v6() ? "[" + ip.to_string() + "]" : ip.to_string();
}

}  // namespace

std::optional<std::string> host_name_of(std::string_view text) {
  auto name = to_lower_ascii(trim(text));
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.size() > kNameMax || net::parse_address(name)) return std::nullopt;
  const auto labels = split(name, '.');
  if (labels.size() < 2 || !std::all_of(labels.begin(), labels.end(), is_label)) {
    return std::nullopt;
  }
  // RFC 3696 §2: no top-level domain is a number. RFC 6761: these lead nowhere.
  const auto last = labels.back();
  const bool number = std::all_of(last.begin(), last.end(), [](char c) { return c <= '9'; });
  if (number || last == "invalid" || last == "localhost" || last == "localdomain") {
    return std::nullopt;
  }
  return name;
}

NamesTold names_in(const probe::InterviewReport& report) {
  Names names;
  bool leaf = true;
  for (const auto& seen : report.observations) {
    if (seen.channel == channel::kCertificate && std::exchange(leaf, false)) {
      names.add_certificate(seen.raw);
    } else if (seen.channel == channel::kTlsAnswer) {
      names.add_answer(seen.raw);
    } else if (seen.channel == channel::kHttp) {
      names.add_redirect(seen);
    }
  }
  return std::move(names).take();
}

KnownNames known_names(const model::World& world) {
  KnownNames known;
  for (const auto& asset : world.assets) {
    const auto fact = asset.facts.find(std::string(model::field::kHostName));
    const auto text =
        fact == asset.facts.end() ? Result<std::string>("") : model::parse_text(fact->second.value);
    const auto name = text ? host_name_of(*text) : std::nullopt;
    for (const auto& service : asset.services) {
      if (service.state == model::PortState::closed) continue;
      if (name) known.hosts[service.at.ip].insert(*name);
      if (service.vhost.empty()) continue;
      known.hosts[service.at.ip].insert(service.vhost);
      known.websites[service.at].insert(service.vhost);
    }
  }
  return known;
}

bool is_website(const Page& by_address, std::string_view address,
                const std::optional<Page>& by_name, std::string_view name, Backing backing) {
  if (!by_name || refuses(by_name->status)) return false;
  const bool same = alike(by_address, address, *by_name, name);
  if (backing == Backing::endpoint) return by_name->status < 400 || !same;
  if (backing == Backing::host) return !same;
  return !same && shows_itself(*by_name, name);
}

VirtualHosts::VirtualHosts(KnownNames known, std::uint64_t turn)
    : known_(std::move(known)), turn_(turn) {
  for (const auto& [ip, names] : known_.hosts) {
    for (const auto& name : names) holders_[name].insert(ip);
  }
}

void VirtualHosts::learn_reverse_name(const net::Address& ip, std::string_view name) {
  auto sound = host_name_of(name);
  if (!sound) return;
  holders_[*sound].insert(ip);
  known_.hosts[ip].insert(std::move(*sound));
}

void VirtualHosts::learn(Host& host, const net::Address& ip, NamesTold told) {
  const auto keep = [](auto& all, auto one) {
    if (all.size() < kNamesPerHost) all.insert(std::move(one));
  };
  for (auto& name : told.certified) keep(host.names, std::move(name));
  for (auto& name : told.wildcards) keep(host.wildcards, std::move(name));
  for (auto& redirect : told.redirects) {
    const auto holders = holders_.find(redirect.name);
    const bool elsewhere = holders != holders_.end() && !holders->second.contains(ip);
    if (!elsewhere) keep(host.redirects, std::move(redirect));
  }
  for (const auto& redirect : host.redirects) {
    if (covered(host.wildcards, redirect.name)) keep(host.names, redirect.name);
  }
}

Backing VirtualHosts::backing_of(const Host& host, const model::Endpoint& at, const Site& site,
                                 const std::string& name) const {
  const auto held = known_.websites.find(at);
  const bool known = held != known_.websites.end() && held->second.contains(name);
  if (known || site.own.contains(name)) return Backing::endpoint;
  return host.names.contains(name) ? Backing::host : Backing::redirect;
}

// In the order of W2.
std::vector<std::string> VirtualHosts::candidates(const Host& host, const model::Endpoint& at,
                                                  const Site& site) const {
  std::vector<std::string> all(site.own.begin(), site.own.end());
  if (const auto held = known_.websites.find(at); held != known_.websites.end()) {
    for (const auto& name : held->second) add_once(all, name);
  }
  for (const auto& name : host.names) add_once(all, name);
  for (const auto& redirect : host.redirects) {
    if (redirect.port == at.port) add_once(all, redirect.name);
  }
  return all;
}

void VirtualHosts::choose(const Host& host, const model::Endpoint& at, Site& site,
                          std::vector<Question>& questions) {
  const auto all = candidates(host, at, site);
  const auto first = all.size() > kNamesPerSite ? turn_ * kNamesPerSite % all.size() : 0;
  for (std::size_t i = 0; i < all.size() && site.asked.size() < kNamesPerSite; ++i) {
    const auto& name = all[(first + i) % all.size()];
    if (!site.asked.insert(name).second) continue;
    ++site.open;
    questions.push_back({at, name, site.page.web});
  }
  const auto left = all.size() - site.asked.size();
  left_out_ += left - site.left_out;
  site.left_out = left;
}

std::vector<VirtualHosts::Question> VirtualHosts::on_report(const probe::InterviewReport& report,
                                                            const model::PortResult& result) {
  const auto& ip = report.at.ip;
  auto told = names_in(report);
  const auto page = page_of(report);
  if (told.certified.empty() && told.wildcards.empty() && !page) return {};
  const auto found = hosts_.try_emplace(ip);
  auto& host = found.first->second;
  const auto known = found.second ? known_.hosts.find(ip) : known_.hosts.end();
  if (known != known_.hosts.end()) host.names = known->second;
  if (page) {
    auto& site = host.sites[report.at];
    left_out_ -= site.left_out;
    site = {*page, {told.certified.begin(), told.certified.end()}, {}, 0, 0, {}};
  }
  learn(host, ip, std::move(told));
  std::vector<Question> questions;
  for (auto& [at, site] : host.sites) choose(host, at, site, questions);
  const auto own = host.sites.find(report.at);
  if (own != host.sites.end() && own->second.open > 0) own->second.kept = result;
  return questions;
}

VirtualHosts::Answer VirtualHosts::on_answer(const probe::InterviewReport& report) {
  const auto host = hosts_.find(report.at.ip);
  if (host == hosts_.end()) return {};
  const auto found = host->second.sites.find(report.at);
  if (found == host->second.sites.end()) return {};
  auto& site = found->second;
  Answer answer;
  if (report.complete) {
    const auto page = page_of(report);
    const bool certified = page && page->certified;
    const auto backing =
        certified ? Backing::endpoint : backing_of(host->second, report.at, site, report.vhost);
    answer.website = is_website(site.page, in_url(report.at.ip), page, report.vhost, backing);
  }
  if (!report.complete && site.kept) site.kept->tries = 0;
  if (site.open > 0) --site.open;
  if (site.open == 0) answer.result = std::exchange(site.kept, std::nullopt);
  return answer;
}

probe::Subject::Web VirtualHosts::web_of(const model::Endpoint& at) const {
  constexpr auto kPlain = probe::Subject::Web::plain;
  const auto host = hosts_.find(at.ip);
  if (host == hosts_.end()) return kPlain;
  const auto site = host->second.sites.find(at);
  return site == host->second.sites.end() ? kPlain : site->second.page.web;
}

}  // namespace qingdan::app
