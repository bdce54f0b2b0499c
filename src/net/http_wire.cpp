// http_wire — building the one request and reading any response.
//   H1  every byte is looked at a bounded number of times, whatever lengths the peer claims
//   H2  lengths only ever shorten what is there; they never make us wait inside a parser
#include "qingdan/net/http_wire.h"

#include <algorithm>
#include <charconv>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::string_view kUserAgent = "qingdan/0.1 (network asset inventory)";
constexpr int kInterimMax = 4;

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

// RFC 3986 §2: visible ASCII but for the delimiters that no request target contains.
bool is_target_byte(char c) {
  return c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
         c != '`' && c != '{' && c != '|' && c != '}' && c != '#';
}

struct Line {
  std::string_view text;  // without its end
  std::size_t next{0};    // where the following line starts
  bool whole{false};
};

Line read_line(std::string_view bytes, std::size_t from) {
  const auto end = bytes.find('\n', from);
  if (end == std::string_view::npos) return {bytes.substr(from), bytes.size(), false};
  auto text = bytes.substr(from, end - from);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return {text, end + 1, true};
}

struct Head {
  std::string_view status_line;
  std::string_view lines;  // header lines
  std::size_t body_at{0};
  bool whole{false};
};

// The head that starts at `from`. Its end is the first empty line.
Head find_head(std::string_view bytes, std::size_t from) {
  Head head;
  const auto capped = bytes.substr(0, std::min(bytes.size(), from + kHttpHeadMax));
  auto line = read_line(capped, from);
  head.status_line = line.text;
  const auto lines_at = line.next;
  while (line.whole) {
    const auto at = line.next;
    line = read_line(capped, at);
    if (line.whole && line.text.empty()) {
      head.lines = capped.substr(lines_at, at - lines_at);
      head.body_at = line.next;
      head.whole = true;
      return head;
    }
  }
  head.lines = capped.substr(lines_at);
  head.body_at = capped.size();
  return head;
}

bool starts_status_line(std::string_view bytes) {
  return bytes.size() > 5 && equals_ignoring_case(bytes.substr(0, 5), "HTTP/");
}

// RFC 9112 §4: HTTP-version SP status-code SP [ reason ]. Zero where there is no status.
void read_status_line(std::string_view line, HttpResponse& response) {
  line.remove_prefix(5);
  const auto space = line.find(' ');
  response.version = std::string(line.substr(0, space));
  if (space == std::string_view::npos) return;
  line = trim(line.substr(space));
  int status = 0;
  const auto* end = line.data() + line.size();
  const auto [stop, problem] = std::from_chars(line.data(), end, status);
  if (problem != std::errc{} || status < 0 || status > 999) return;
  response.status = status;
  response.reason = std::string(trim({stop, static_cast<std::size_t>(end - stop)}));
}

bool has_no_body(int status) {  // RFC 9110 §6.4.1
  return (status >= 100 && status < 200) || status == 204 || status == 304;
}

std::optional<std::string_view> find_in(const std::vector<HttpHeader>& headers,
                                        std::string_view name) {
  for (const auto& header : headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

// RFC 9112 §6.3: the transfer coding wins over the length.
bool is_chunked(const std::vector<HttpHeader>& headers) {
  const auto coding = find_in(headers, "Transfer-Encoding");
  return coding && to_lower_ascii(*coding).find("chunked") != std::string::npos;
}

std::optional<std::uint64_t> content_length(const std::vector<HttpHeader>& headers) {
  const auto value = find_in(headers, "Content-Length");
  if (!value) return std::nullopt;
  std::uint64_t length = 0;
  const auto* end = value->data() + value->size();
  const auto [stop, problem] = std::from_chars(value->data(), end, length);
  if (problem != std::errc{} || stop == value->data()) return std::nullopt;
  return length;
}

struct Chunks {
  std::vector<std::string_view> pieces;
  bool whole{false};
  bool foreign{false};  // the first chunk has no size: not chunked at all, whatever the head says
};

// RFC 9112 §7.1. Sizes beyond what is there are cut to it.
Chunks walk_chunks(std::string_view body) {
  Chunks chunks;
  std::size_t at = 0;
  while (at < body.size()) {
    const auto line = read_line(body, at);
    const auto digits = trim(line.text.substr(0, line.text.find(';')));
    std::uint64_t size = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, size, 16);
    if (problem == std::errc::invalid_argument || stop != end) {
      chunks.foreign = chunks.pieces.empty() && !digits.empty();
      return chunks;
    }
    if (!line.whole) break;
    if (size == 0 && problem == std::errc{}) {
      chunks.whole = true;  // trailers tell us nothing
      return chunks;
    }
    const auto left = body.size() - line.next;
    const bool cut = problem != std::errc{} || size > left;
    chunks.pieces.push_back(body.substr(line.next, cut ? left : static_cast<std::size_t>(size)));
    if (cut) return chunks;
    at = line.next + static_cast<std::size_t>(size);
    if (body.substr(at).starts_with("\r\n")) {
      at += 2;
    } else if (body.substr(at).starts_with("\n")) {
      at += 1;
    }
  }
  return chunks;
}

void read_body(std::string_view rest, HttpResponse& response) {
  if (has_no_body(response.status)) return;
  if (is_chunked(response.headers)) {
    const auto chunks = walk_chunks(rest);
    if (!chunks.foreign) {
      for (const auto piece : chunks.pieces) {
        const auto bytes = as_bytes(piece);
        response.body.insert(response.body.end(), bytes.begin(), bytes.end());
      }
      response.truncated = !chunks.whole;
      return;
    }
  } else if (const auto length = content_length(response.headers)) {
    response.truncated = rest.size() < *length;
    if (!response.truncated) rest = rest.substr(0, static_cast<std::size_t>(*length));
  }
  response.body = to_bytes(rest);
}

// The value of charset= in a Content-Type or a <meta>.
std::string charset_in(std::string_view text) {
  const auto lower = to_lower_ascii(text);
  const auto at = lower.find("charset");
  if (at == std::string::npos) return {};
  auto rest = trim(std::string_view(lower).substr(at + 7));
  if (!rest.starts_with('=')) return {};
  rest = trim(rest.substr(1));
  if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
  return std::string(rest.substr(0, rest.find_first_of(" \t\r\n;,\"'/>")));
}

// HTML §13.2.3.2 looks for <meta charset> in the first 1024 bytes; pages of our field carry more
// comments than that before it.
std::string meta_charset(std::string_view body) {
  constexpr std::size_t kPrescan = 4096;
  const auto lower = to_lower_ascii(body.substr(0, kPrescan));
  for (auto at = lower.find("<meta"); at != std::string::npos; at = lower.find("<meta", at + 5)) {
    const auto end = lower.find('>', at);
    auto found = charset_in(std::string_view(lower).substr(at, end - at));
    if (!found.empty()) return found;
    if (end == std::string::npos) break;
  }
  if (lower.starts_with("<?xml")) {
    const auto end = lower.find("?>");
    const auto declaration = std::string_view(lower).substr(0, end);
    const auto at = declaration.find("encoding=");
    if (at != std::string_view::npos && at + 10 < declaration.size()) {
      const auto rest = declaration.substr(at + 10);
      return std::string(rest.substr(0, rest.find_first_of("\"'")));
    }
  }
  return {};
}

bool names_utf8(std::string_view charset) { return charset == "utf-8" || charset == "utf8"; }

bool names_latin1(std::string_view charset) {
  return charset == "iso-8859-1" || charset == "latin1" || charset == "us-ascii" ||
         charset == "windows-1252" || charset == "ascii";
}

// A body cut in the middle of a character is still UTF-8.
std::string_view without_cut_tail(std::string_view text) {
  std::size_t tail = 0;
  while (tail < 3 && tail < text.size() &&
         (static_cast<unsigned char>(text[text.size() - 1 - tail]) & 0xC0) == 0x80) {
    ++tail;
  }
  if (tail < text.size() && static_cast<unsigned char>(text[text.size() - 1 - tail]) >= 0xC0) {
    const auto without = text.substr(0, text.size() - 1 - tail);
    if (!is_utf8(text) && is_utf8(without)) return without;
  }
  return text;
}

// Servers set utf-8 or iso-8859-1 for every page by default, so these two are believed only where
// the bytes agree.
bool is_credible(std::string_view charset, bool utf8) {
  if (charset.empty()) return false;
  if (names_utf8(charset)) return utf8;
  return !names_latin1(charset);
}

}  // namespace

Bytes build_get(const HttpRequest& request) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  std::string host;
  std::copy_if(request.host.begin(), request.host.end(), std::back_inserter(host), is_host_byte);
  const std::uint16_t own_port = request.tls ? 443 : 80;
  if (request.port != own_port) host += ':' + std::to_string(request.port);
  std::string path = request.path.starts_with('/') ? "" : "/";
  for (const char c : request.path) {
    if (is_target_byte(c)) {
      path += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    path += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
  }
  ByteWriter writer;
  writer.text("GET ").text(path).text(" HTTP/1.1\r\nHost: ").text(host);
  writer.text("\r\nUser-Agent: ").text(kUserAgent);
  writer.text("\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n");
  return std::move(writer).take();
}

std::optional<std::string_view> HttpResponse::find_header(std::string_view name) const {
  return find_in(headers, name);
}

std::vector<std::string_view> HttpResponse::find_headers(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& header : headers) {
    if (equals_ignoring_case(header.name, name)) values.push_back(header.value);
  }
  return values;
}

std::vector<HttpHeader> parse_header_lines(std::string_view lines) {
  std::vector<HttpHeader> headers;
  for (std::size_t at = 0; at < lines.size() && headers.size() < kHttpHeadersMax;) {
    const auto line = read_line(lines, at);
    at = line.next;
    if (!line.whole) break;  // a cut value would be a wrong value
    const bool folded = line.text.starts_with(' ') || line.text.starts_with('\t');
    if (folded && !headers.empty()) {  // RFC 9112 §5.2
      const auto more = trim(line.text);
      if (!more.empty()) headers.back().value.append(" ").append(more);
      continue;
    }
    const auto colon = line.text.find(':');
    if (colon == std::string_view::npos) continue;
    headers.push_back({std::string(trim(line.text.substr(0, colon))),
                       std::string(trim(line.text.substr(colon + 1)))});
  }
  return headers;
}

std::optional<HttpResponse> parse_response(BytesView bytes) {
  const auto text = as_text(bytes);
  std::size_t at = 0;
  for (int interim = 0;; ++interim) {
    if (!starts_status_line(text.substr(at))) return std::nullopt;
    const auto head = find_head(text, at);
    HttpResponse response;
    read_status_line(head.status_line, response);
    // RFC 9110 §15.2: 1xx come before the final response; 101 is final for us, we never upgrade.
    const bool is_interim = response.status >= 100 && response.status < 200 &&
                            response.status != 101 && head.whole && interim < kInterimMax;
    if (is_interim && starts_status_line(text.substr(head.body_at))) {
      at = head.body_at;
      continue;
    }
    response.headers = parse_header_lines(head.lines);
    response.header_block = std::string(text.substr(at, head.body_at - at));
    response.truncated = !head.whole;
    if (head.whole) read_body(text.substr(head.body_at), response);
    return response;
  }
}

bool is_complete(BytesView bytes) {
  const auto text = as_text(bytes);
  std::size_t at = 0;
  for (int interim = 0; interim <= kInterimMax; ++interim) {
    if (!starts_status_line(text.substr(at))) return false;
    const auto head = find_head(text, at);
    if (!head.whole) return text.size() - at >= kHttpHeadMax;  // no end will be believed
    HttpResponse response;
    read_status_line(head.status_line, response);
    if (response.status >= 100 && response.status < 200 && response.status != 101) {
      at = head.body_at;
      continue;
    }
    if (has_no_body(response.status)) return true;
    const auto headers = parse_header_lines(head.lines);
    const auto rest = text.substr(head.body_at);
    if (is_chunked(headers)) return walk_chunks(rest).whole;
    const auto length = content_length(headers);
    return length && rest.size() >= *length;
  }
  return false;
}

std::string decode_body(const HttpResponse& response) {
  const auto coding = response.find_header("Content-Encoding");
  if (coding && !coding->empty() && !equals_ignoring_case(*coding, "identity")) return {};
  const auto body = without_cut_tail(as_text(response.body));
  const bool utf8 = is_utf8(body);
  const auto declared = charset_in(response.find_header("Content-Type").value_or(""));
  if (is_credible(declared, utf8)) return to_utf8(as_bytes(body), declared);
  const auto in_page = meta_charset(body);
  if (is_credible(in_page, utf8)) return to_utf8(as_bytes(body), in_page);
  return to_utf8(as_bytes(body));
}

}  // namespace qingdan::net
