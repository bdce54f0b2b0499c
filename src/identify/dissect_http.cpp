// dissect_http — responses and icons of web servers.
#include <algorithm>
#include <array>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"
#include "qingdan/net/html.h"
#include "qingdan/net/http_wire.h"

namespace qingdan::identify {
namespace {

std::string field_of(std::string_view header) {
  auto lower = to_lower_ascii(header);
  if (lower == "www-authenticate") return "http_header.wwwauth";
  if (lower == "set-cookie") return "http_header.cookie";
  return "http_header." + lower;
}

void add_page(const std::string& body, Dissection& out) {
  const auto facts = net::parse_html(body);
  out.add_text("html_title", facts.title);
  for (const auto& meta : facts.metas) out.add_text("html_meta", meta.name + "=" + meta.content);
  for (const auto& script : facts.scripts) out.add_text("html_script", script);
  for (const auto& link : facts.links) out.add_text("html_link", link.href);
  out.add_text("http.body", body);
  auto& site = *out.website;
  site.title = facts.title;
  site.icp = facts.icp_number;
  site.police = facts.police_number;
  site.login = facts.has_password_field;
}

// An element `svg` is the first of the document, behind declarations and comments (SVG 2, 5.1).
bool is_svg(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // of UTF-8
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  for (int before = 0; before < 8; ++before) {
    text = trim(text);
    const bool ahead = text.starts_with("<?") || text.starts_with("<!--") ||
                       to_lower_ascii(text.substr(0, 13)) == "<!doctype svg";
    if (!ahead) break;
    const auto end = text.find(text.starts_with("<!--") ? "-->" : ">");
    if (end == std::string_view::npos) return false;
    text.remove_prefix(text.find('>', end) + 1);
  }
  return text.starts_with("<svg") || text.starts_with("<svg:svg");
}

// Sites answer every path with a page of theirs: only what begins as a picture is one.
bool is_picture(BytesView raw) {
  using namespace std::string_view_literals;
  constexpr std::size_t kBmpHeader = 14;
  constexpr std::array kBegins{"\x00\x00\x01\x00"sv, "\x00\x00\x02\x00"sv,  // ICO, CUR
                               "\x89PNG\r\n\x1A\n"sv, "GIF8"sv, "\xFF\xD8\xFF"sv};
  const auto text = as_text(raw);
  const bool known = std::any_of(kBegins.begin(), kBegins.end(),
                                 [&](std::string_view begin) { return text.starts_with(begin); });
  const bool webp = text.starts_with("RIFF") && text.substr(0, 12).ends_with("WEBP");
  // Reserved bytes of BITMAPFILEHEADER are zero: "BM" alone begins words.
  const bool bmp = text.starts_with("BM") && text.size() > kBmpHeader &&
                   text.substr(6, 4) == "\x00\x00\x00\x00"sv;
  return known || webp || bmp || is_svg(text);
}

}  // namespace

void dissect_http(BytesView raw, Dissection& out) {
  const auto response = net::parse_response(raw);
  if (!response) {
    // A block of headers that somebody cut out, without its status line.
    for (const auto& header : net::parse_header_lines(as_text(raw))) {
      out.add_text(field_of(header.name), header.value);
    }
    return out.add_text("http.headers", as_text(raw));
  }
  out.protocol = "http";
  out.website.emplace();
  out.website->status = response->status;
  // Headers in GBK are met; the register holds UTF-8.
  const auto text_of = [&](const char* name) {
    return to_utf8(as_bytes(response->find_header(name).value_or("")));
  };
  out.website->server = text_of("Server");
  out.website->location = text_of("Location");
  const auto block = std::string_view(response->header_block);
  const auto status_line = trim(block.substr(0, block.find('\n')));
  out.banner = std::string(status_line);
  if (!out.website->server.empty()) out.banner += "; Server: " + out.website->server;
  out.add_text("http.status", std::to_string(response->status));
  out.add_text("http.status_line", status_line);
  for (const auto& header : response->headers) out.add_text(field_of(header.name), header.value);
  out.add_text("http.headers", block);
  add_page(net::decode_body(*response), out);
}

void dissect_favicon(BytesView raw, Dissection& out) {
  if (!is_picture(raw)) return;
  out.website.emplace();
  out.website->favicon_mmh3 = std::to_string(net::favicon_mmh3(raw));
  out.website->favicon_md5 = net::md5_hex(raw);
  out.add_text("favicon.mmh3", out.website->favicon_mmh3);
  out.add_text("favicon.md5", out.website->favicon_md5);
}

}  // namespace qingdan::identify
