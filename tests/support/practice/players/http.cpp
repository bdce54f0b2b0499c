// http — a web server: pages by path, GB18030, cookies, favicon, redirects, 401, gzip, HTTP/0.9
// (RFC 9110, RFC 9112).
#include <algorithm>
#include <charconv>
#include <map>

#include "http_pages.h"
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::size_t kMostHeadBytes = 16384;

struct Page {
  int status{200};
  std::vector<std::string> headers;
  std::string type;
  std::string body;
};

struct Site {
  std::string server;
  std::map<std::string, Page> pages;  // by path
  bool gzip{false}, gzip_always{false}, chunks{false}, old_http{false}, bare_headers{false};
};

// What a page without a body of its own shows: a login form under its title.
std::string plain_body(const Settings& page, const std::string& meta) {
  std::string body = "<!DOCTYPE html>\n<html>\n<head>\n" + meta + "<title>" + page.text("title") +
                     "</title>\n</head>\n<body>\n<h1>" + page.text("heading", page.text("title")) +
                     "</h1>\n";
  if (page.flag("login")) {
    body +=
        "<form method=\"post\" action=\"login\"><input name=\"username\"><input type=\"password\" "
        "name=\"password\"><button>登录</button></form>\n";
  }
  if (page.has("icp"))
    body +=
        "<footer><a href=\"https://beian.miit.gov.cn/\">" + page.text("icp") + "</a></footer>\n";
  if (page.has("police")) body += "<footer>" + page.text("police") + "</footer>\n";
  return body + "</body>\n</html>\n";
}

Page make_page(const Settings& settings, const std::string& server) {
  Page page;
  page.status = static_cast<int>(settings.number("status", settings.has("redirect") ? 302 : 200));
  page.headers = settings.list("headers");
  const auto charset = settings.text("charset", "utf-8");
  const auto said_in = settings.text("charset_in", "header");
  page.type = settings.text("type", "text/html");
  if (said_in == "header" && page.type.starts_with("text/")) page.type += "; charset=" + charset;
  const auto meta =
      said_in == "meta"
          ? "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=" + charset + "\">\n"
          : std::string();
  if (settings.has("redirect")) page.headers.push_back("Location: " + settings.text("redirect"));
  if (settings.has("realm")) {
    page.status = 401;
    page.headers.push_back("WWW-Authenticate: " + settings.text("realm"));
  }
  if (settings.has("body")) {
    page.body = in_charset(settings.text("body"), charset);
  } else if (settings.has("title")) {
    page.body = in_charset(plain_body(settings, meta), charset);
  } else if (page.status != 200) {
    page.body = error_page(server, page.status, "/");
  }
  return page;
}

Site make_site(const Settings& settings) {
  Site site;
  site.server = settings.text("server");
  site.pages["/"] = make_page(settings, site.server);
  for (const auto& page : settings.tables("pages"))
    site.pages[page.text("path")] = make_page(page, site.server);
  if (settings.has("favicon")) {
    site.pages[settings.text("favicon_path", "/favicon.ico")] = {
        200, {}, "image/x-icon", icon_named(settings.text("favicon"))};
  }
  const auto encoding = settings.text("gzip", "never");
  site.gzip_always = encoding == "always";
  site.gzip = encoding == "asked" || site.gzip_always;
  site.chunks = settings.flag("chunked");
  site.old_http = settings.flag("http09");
  site.bare_headers = settings.flag("no_headers");
  return site;
}

struct Request {
  std::string method, path, version;
  std::map<std::string, std::string> headers;  // names in lower case
};

// Nothing where the head is no HTTP request.
std::optional<Request> read_request(std::string_view head) {
  const auto lines = split(head, '\n');
  const auto words = split(trim(lines.front()), ' ');
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return std::nullopt;
  Request request{std::string(words[0]), std::string(words[1]), std::string(words[2]), {}};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    request.headers[to_lower_ascii(lines[i].substr(0, colon))] =
        std::string(trim(lines[i].substr(colon + 1)));
  }
  return request;
}

class Http final : public Player {
 public:
  explicit Http(std::shared_ptr<const Site> site) : site_(std::move(site)) {}

  Act on_data(BytesView fresh) override {
    heard_ += as_text(fresh);
    if (site_->old_http) return hang_up(site_->pages.at("/").body);  // HTTP/0.9 knows no headers
    Act act;
    for (std::size_t end = 0; (end = heard_.find("\r\n\r\n")) != std::string::npos && !act.close;) {
      const auto head = heard_.substr(0, end);
      heard_.erase(0, end + 4);
      const auto answer = answer_to(head, act.close);
      act.send.insert(act.send.end(), answer.begin(), answer.end());
    }
    // A server gives up on what cannot become a request: no method starts like this.
    const bool nonsense = !heard_.empty() && !std::isupper(static_cast<unsigned char>(heard_[0]));
    if (!act.close && (nonsense || heard_.size() > kMostHeadBytes)) {
      return hang_up(
          reply({400, {}, "text/html", error_page(site_->server, 400, "")}, false, true));
    }
    return act;
  }

 private:
  std::string answer_to(const std::string& head, bool& close) {
    const auto request = read_request(head);
    if (!request || (request->version == "HTTP/1.1" && !request->headers.contains("host"))) {
      close = true;
      return reply({400, {}, "text/html", error_page(site_->server, 400, "")}, false, true);
    }
    const auto wish = request->headers.find("connection");
    close = request->version == "HTTP/1.0" ||
            (wish != request->headers.end() && equals_ignoring_case(wish->second, "close"));
    const auto accepts = request->headers.find("accept-encoding");
    const bool zip = site_->gzip_always || (site_->gzip && accepts != request->headers.end() &&
                                            accepts->second.find("gzip") != std::string::npos);
    const auto path = request->path.substr(0, request->path.find('?'));
    const auto found = site_->pages.find(path);
    Page page = found == site_->pages.end()
                    ? Page{404, {}, "text/html", error_page(site_->server, 404, path)}
                    : found->second;
    auto whole = reply(std::move(page), zip, close);
    if (request->method == "HEAD") whole.resize(whole.find("\r\n\r\n") + 4);
    return whole;
  }

  std::string reply(Page page, bool zip, bool close) const {
    std::string head = "HTTP/1.1 " + std::to_string(page.status) + " " +
                       std::string(reason_of(page.status)) + "\r\n";
    if (site_->bare_headers) return head + "\r\n" + page.body;
    if (!site_->server.empty()) head += "Server: " + site_->server + "\r\n";
    head += "Date: Sun, 22 Nov 2026 02:00:00 GMT\r\n";
    if (!page.body.empty()) head += "Content-Type: " + page.type + "\r\n";
    for (const auto& line : page.headers) head += line + "\r\n";
    if (zip) {
      head += "Content-Encoding: gzip\r\n";
      page.body = gzipped(page.body);
    }
    if (site_->chunks) {
      head += "Transfer-Encoding: chunked\r\n";
      page.body = chunked(page.body);
    } else {
      head += "Content-Length: " + std::to_string(page.body.size()) + "\r\n";
    }
    head += close ? "Connection: close\r\n" : "Connection: keep-alive\r\n";
    return head + "\r\n" + page.body;
  }

  std::shared_ptr<const Site> site_;
  std::string heard_;
};

// Sends chunk after chunk for ever.
class EndlessHttp final : public Player {
 public:
  explicit EndlessHttp(std::string server) : server_(std::move(server)) {}
  Act on_data(BytesView) override {
    if (std::exchange(talking_, true)) return {};
    return say("HTTP/1.1 200 OK\r\nServer: " + server_ +
               "\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n");
  }
  Act on_drained() override {
    if (!talking_) return {};
    return say("400\r\n" + std::string(1024, '.') + "\r\n");
  }

 private:
  std::string server_;
  bool talking_ = false;
};

}  // namespace

PlayerMaker make_http(const Settings& settings, const Seat&) {
  const auto site = std::make_shared<const Site>(make_site(settings));
  return [site] { return std::make_unique<Http>(site); };
}

PlayerMaker make_http_endless(const Settings& settings, const Seat&) {
  const auto server = settings.text("server");
  return [server] { return std::make_unique<EndlessHttp>(server); };
}

}  // namespace qingdan::practice
