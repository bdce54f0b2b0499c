// front_page — see front_page.h.
#include "app/front_page.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"
#include "qingdan/net/http_location.h"
#include "qingdan/net/http_wire.h"
#include "qingdan/net/x509.h"

namespace qingdan::app {
namespace {

namespace channel = model::channel;
using Web = probe::Subject::Web;

// Shorter words of letters and digits are part of what a page says: "html5", "utf-8".
constexpr std::size_t kTokenMin = 16;
// An IPv6 address in brackets (RFC 3986 §3.2.2), with its longest form (RFC 4291 §2.2).
constexpr std::size_t kLiteralMax = 47;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

// "[2001:db8::1]" at the beginning of `text`; 0: none.
std::size_t literal_length(std::string_view text) {
  const auto end = text.substr(0, kLiteralMax).find(']');
  if (text.empty() || text.front() != '[' || end == text.npos) return 0;
  return net::parse_address(text.substr(1, end - 1)) ? end + 1 : 0;
}

void fold_word(std::string_view word, std::string& out) {
  const bool digits = std::any_of(word.begin(), word.end(), is_digit);
  const auto dot = word.find('.');
  if (dot != word.npos && dot != 0 && dot + 1 != word.size()) {
    out += '@';
  } else if (digits && word.size() >= kTokenMin) {
    out += '#';
  } else {
    for (const char c : word) {
      if (!is_digit(c)) out += c;
      if (is_digit(c) && (out.empty() || out.back() != '#')) out += '#';
    }
  }
}

std::string fold(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const auto literal = literal_length(text.substr(at)); literal > 0) {
      out += '@';
      at += literal;
      continue;
    }
    auto end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end == at) {
      out += text[at++];
      continue;
    }
    fold_word(text.substr(at, end - at), out);
    at = end;
  }
  return out;
}

std::uint64_t shape_of(const net::HttpResponse& page) {
  constexpr std::array<std::string_view, 3> kTelling{"Server", "Content-Type", "WWW-Authenticate"};
  std::string text = std::to_string(page.status) + "\n";
  for (const auto name : kTelling) {
    text += std::string(page.find_header(name).value_or("")) + "\n";
  }
  std::uint64_t digest = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : text + fold(as_text(page.body))) {
    digest = (digest ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  }
  return digest == 0 ? 1 : digest;
}

bool names(const net::Certificate& certificate, const std::string& name) {
  const auto is = [&](std::string_view text) { return to_lower_ascii(text) == name; };
  return std::any_of(certificate.san_dns.begin(), certificate.san_dns.end(), is) ||
         is(certificate.subject.find_value("CN"));
}

// Where it leads, with the names for this very server made one.
std::optional<net::HttpLocation> leads_to(const Page& page, std::string_view own,
                                          std::string_view other) {
  const bool tls = page.web == Web::tls || page.web == Web::h2;
  const net::HttpLocation base{tls ? "https" : "http", std::string(own), 0, "/"};
  auto target = net::resolve_location(base, page.location);
  if (!target) return target;
  if (target->host == own || target->host == other) target->host = "@";
  target->path = fold(target->path);
  return target;
}

Web way_of(const model::Observation& seen) {
  if (seen.probe == "http2") return seen.inside_tls ? Web::h2 : Web::h2c;
  return seen.inside_tls ? Web::tls : Web::plain;
}

bool is_redirect(const Page& page) { return !page.location.empty(); }

}  // namespace

std::optional<Page> page_of(const probe::InterviewReport& report) {
  std::optional<Page> made;
  bool certified = false, leaf = true;
  for (const auto& seen : report.observations) {
    if (seen.channel == channel::kCertificate && leaf) {
      leaf = false;
      const auto certificate = net::parse_certificate(seen.raw);
      certified = certificate && !report.vhost.empty() && names(*certificate, report.vhost);
    }
    if (seen.channel != channel::kHttp) continue;
    const auto response = net::parse_response(seen.raw);
    if (!response) break;
    if (!made) {
      made = Page{response->status, 0, way_of(seen)};
      if (response->status >= 300 && response->status < 400) {
        made->location = response->find_header("Location").value_or("");
      }
      if (is_redirect(*made)) continue;
    }
    made->shape = shape_of(*response);
    if (!is_redirect(*made)) break;
  }
  if (made) made->certified = certified;
  return made;
}

bool alike(const Page& by_address, std::string_view address, const Page& by_name,
           std::string_view name) {
  if (by_address.status != by_name.status) return false;
  if (is_redirect(by_address) != is_redirect(by_name)) return false;
  if (!is_redirect(by_name)) return by_address.shape == by_name.shape;
  if (leads_to(by_address, address, name) != leads_to(by_name, name, address)) return false;
  const bool followed = by_address.shape != 0 && by_name.shape != 0;
  return !followed || by_address.shape == by_name.shape;
}

bool shows_itself(const Page& by_name, std::string_view name) {
  if (!is_redirect(by_name)) return by_name.status >= 200 && by_name.status < 300;
  const auto target = leads_to(by_name, name, name);
  return target && target->host == "@";
}

}  // namespace qingdan::app
