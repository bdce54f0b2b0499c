// http — GET / with an honest User-Agent, redirects that stay on the endpoint (at most two), and
// the page's icon. No other path, no method but GET, no cookies sent back; but etcd, which has no
// page at / and knows itself by its headers, is asked for /version.
//
// A redirect to another host or port is not followed, even where that would be in scope: that
// endpoint has its own interview (V3).
#include <algorithm>

#include "probe/conversations.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/html.h"
#include "qingdan/net/http_location.h"
#include "qingdan/net/http_wire.h"

namespace qingdan::probe {

namespace {

constexpr int kRedirects = 2;
constexpr std::size_t kIconMost = 65'536;

net::HttpLocation place_of(const Setting& setting, std::string path) {
  return {setting.inside_tls ? "https" : "http", setting.host, setting.port, std::move(path)};
}

// Where `link` leads, if it stays on the endpoint we are talking to.
std::optional<std::string> stays(const net::HttpLocation& base, std::string_view link) {
  if (link.empty()) return std::nullopt;
  const auto leads = net::resolve_location(base, link);
  if (!leads || leads->scheme != base.scheme || leads->port != base.port) return std::nullopt;
  // Our own spelling of the host may be a name in other capitals.
  const auto home = net::resolve_location(base, "/");
  if (!home || leads->host != home->host) return std::nullopt;
  return leads->path;
}

Bytes build_request(const net::HttpLocation& place) {
  return net::build_get({place.host, place.port, place.scheme == "https", place.path});
}

class Icon final : public Conversation {
 public:
  explicit Icon(net::HttpLocation place) : place_(std::move(place)) {}

  Step on_open() override { return {build_request(place_), false, false}; }
  Step on_received(BytesView received) override {
    heard_.assign(received.begin(), received.end());
    complete_ = net::is_complete(received);
    return {{}, complete_ || heard_.size() > kIconMost + net::kHttpHeadMax, false};
  }
  void on_end(End end) override { complete_ = complete_ || end == End::closed; }

  // Servers that answer every path with their start page have no icon.
  std::vector<Heard> take() override {
    const auto response = net::parse_response(heard_);
    if (!response || response->status != 200 || response->body.empty()) return {};
    if (!complete_ || response->truncated || response->body.size() > kIconMost) return {};
    const auto type = response->find_header("Content-Type").value_or("");
    if (type.starts_with("text/") || type.starts_with("application/json")) return {};
    const auto body = as_text(response->body);
    const bool markup = body.starts_with("<!") || body.starts_with("<html");
    if (markup) return {};
    return {{std::string(model::channel::kFavicon), response->body, false}};
  }

 private:
  net::HttpLocation place_;
  Bytes heard_;
  bool complete_{false};
};

// etcd puts these in front of every answer (its CORS handler); before 3.4 its API named the
// cluster.
bool is_etcd(const net::HttpResponse& response) {
  const auto says = [&](std::string_view name, std::string_view value) {
    return response.find_header(name).value_or("") == value;
  };
  return response.find_header("X-Etcd-Cluster-Id").has_value() ||
         (says("Access-Control-Allow-Headers", "accept, content-type, authorization") &&
          says("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE"));
}

class Http final : public Conversation {
 public:
  Http(Setting setting, net::HttpLocation place, int redirects, std::vector<std::string> seen)
      : setting_(std::move(setting)),
        place_(std::move(place)),
        redirects_(redirects),
        seen_(std::move(seen)) {
    seen_.push_back(place_.path);
  }

  Step on_open() override { return {build_request(place_), false, false}; }
  Step on_received(BytesView received) override {
    heard_.assign(received.begin(), received.end());
    complete_ = net::is_complete(received);
    return {{}, complete_, false};
  }
  void on_end(End end) override { closed_ = end == End::closed; }

  std::vector<Heard> take() override {
    if (heard_.empty()) return {};
    response_ = net::parse_response(heard_);
    if (!response_) return {{std::string(model::channel::kUnknown), heard_, false}};
    const bool whole = complete_ || (closed_ && !response_->truncated);
    return {{std::string(model::channel::kHttp), heard_, !whole}};
  }

  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (!response_) return next;
    const auto page = net::parse_html(net::decode_body(*response_));
    const auto onward = onward_path(page);
    if (onward) {
      next.push_back(
          std::make_unique<Http>(setting_, place_of(setting_, *onward), redirects_ + 1, seen_));
      return next;
    }
    if (is_etcd(*response_)) {  // it has no icon
      const bool asked = std::find(seen_.begin(), seen_.end(), kVersion) != seen_.end();
      if (asked) return next;
      next.push_back(
          std::make_unique<Http>(setting_, place_of(setting_, kVersion), kRedirects, seen_));
      return next;
    }
    const auto icon = stays(place_, page.favicon.empty() ? "/favicon.ico" : page.favicon);
    if (icon) next.push_back(std::make_unique<Icon>(place_of(setting_, *icon)));
    return next;
  }

 private:
  static constexpr const char* kVersion = "/version";  // etcd's documentation, "Checking version"

  // Of a redirect by status, or by the page itself, as many front pages do it.
  [[nodiscard]] std::optional<std::string> onward_path(const net::HtmlFacts& page) const {
    if (redirects_ >= kRedirects) return std::nullopt;
    const bool redirected = response_->status >= 300 && response_->status < 400;
    const auto link = redirected ? response_->find_header("Location").value_or("")
                                 : std::string_view(page.refresh);
    auto path = stays(place_, link);
    if (path && std::find(seen_.begin(), seen_.end(), *path) != seen_.end()) return std::nullopt;
    return path;
  }

  Setting setting_;
  net::HttpLocation place_;
  int redirects_;
  std::vector<std::string> seen_;  // paths asked so far, so that a loop ends
  std::optional<net::HttpResponse> response_;
  Bytes heard_;
  bool complete_{false};
  bool closed_{false};
};

}  // namespace

std::unique_ptr<Conversation> make_http(const Setting& setting) {
  return std::make_unique<Http>(setting, place_of(setting, "/"), 0, std::vector<std::string>{});
}

}  // namespace qingdan::probe
