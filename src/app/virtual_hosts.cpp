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
#include "qingdan/probe/canary.h"

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

class Names {
 public:
  void add(std::string_view text) {
    const auto name = host_name_of(text);
    if (!name || std::find(all_.begin(), all_.end(), *name) != all_.end()) return;
    all_.push_back(*name);
  }
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
    if (target && target->host != base.host) add(target->host);
  }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(all_); }

 private:
  std::vector<std::string> all_;
};

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

std::vector<std::string> names_in(const probe::InterviewReport& report) {
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
    std::set<std::string> names;
    const auto fact = asset.facts.find(std::string(model::field::kHostName));
    if (fact != asset.facts.end()) {
      const auto text = model::parse_text(fact->second.value);
      const auto name = text ? host_name_of(*text) : std::nullopt;
      if (name) names.insert(*name);
    }
    for (const auto& service : asset.services) {
      if (service.state == model::PortState::closed) continue;
      if (!service.vhost.empty()) known[service.at.ip].insert(service.vhost);
      known[service.at.ip].insert(names.begin(), names.end());
    }
  }
  std::erase_if(known, [](const auto& entry) { return entry.second.empty(); });
  return known;
}

std::optional<Page> page_of(const probe::InterviewReport& report) {
  for (const auto& seen : report.observations) {
    if (seen.channel != channel::kHttp) continue;
    const auto response = net::parse_response(seen.raw);
    if (!response) return std::nullopt;
    probe::InterviewReport alone;
    alone.observations.push_back(seen);
    return Page{response->status, probe::shape_of(alone), seen.inside_tls};
  }
  return std::nullopt;
}

bool is_website(const Page& by_address, const std::optional<Page>& by_name) {
  if (!by_name) return false;
  return by_name->status < 400 || by_name->shape != by_address.shape;
}

std::vector<VirtualHosts::Question> VirtualHosts::on_report(const probe::InterviewReport& report,
                                                            const model::PortResult& result) {
  const auto& ip = report.at.ip;
  auto names = names_in(report);
  const auto page = page_of(report);
  if (names.empty() && !page) return {};
  auto& host = hosts_[ip];
  if (const auto known = known_.find(ip); known != known_.end()) {
    names.insert(names.end(), known->second.begin(), known->second.end());
  }
  for (auto& name : names) {
    if (host.names.size() < kNamesPerHost) host.names.insert(std::move(name));
  }
  if (page) host.sites[report.at] = {*page, {}, 0, {}};
  std::vector<Question> questions;
  for (auto& [at, site] : host.sites) {
    for (const auto& name : host.names) {
      if (site.asked.size() >= kNamesPerSite) break;
      if (!site.asked.insert(name).second) continue;
      ++site.open;
      questions.push_back({at, name, site.page.tls});
    }
  }
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
  answer.website = report.complete && is_website(site.page, page_of(report));
  if (!report.complete && site.kept) site.kept->tries = 0;
  if (site.open > 0) --site.open;
  if (site.open == 0) answer.result = std::exchange(site.kept, std::nullopt);
  return answer;
}

bool VirtualHosts::over_tls(const model::Endpoint& at) const {
  const auto host = hosts_.find(at.ip);
  if (host == hosts_.end()) return false;
  const auto site = host->second.sites.find(at);
  return site != host->second.sites.end() && site->second.page.tls;
}

}  // namespace qingdan::app
