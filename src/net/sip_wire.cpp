// sip_wire — see the header.
#include "qingdan/net/sip_wire.h"

#include <algorithm>
#include <charconv>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kHeadMax = 16'384;
constexpr std::size_t kBodyMax = 65'536;
constexpr std::size_t kHeadersMax = 128;
constexpr std::size_t kResponsesMax = 16;

// RFC 3261 §8.1.1.7 wants branch and Call-ID unique in space and time. Ours are a digest of whom we
// ask (FNV-1a, 64 bit): a target is asked once a run, long after the last transaction with it died
// (timer F, 32 s), and the same question always has the same bytes.
std::string digest_of(std::string_view host, std::uint16_t port, std::string_view use) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325U;
  const auto mix = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100'0000'01B3U;
  };
  mix(host);
  mix(std::to_string(port));
  mix(use);
  ByteWriter out;
  out.u64be(hash);
  return to_hex(out.view());
}

// Only what may stand in a URI's host (RFC 3986 §3.2.2), so that no name can add a header.
std::string host_of(std::string_view host) {
  std::string kept;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || std::string_view("-._~[]:%").find(c) != std::string_view::npos) kept += c;
  }
  return kept;
}

std::optional<std::size_t> to_number(std::string_view text, std::size_t max) {
  std::size_t value = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || stop != text.data() + text.size() || value > max)
    return std::nullopt;
  return value;
}

// Where the header section ends (after its empty line); devices in the field also end lines by LF.
std::optional<std::size_t> head_end(std::string_view text) {
  const auto head = text.substr(0, kHeadMax);
  const auto proper = head.find("\r\n\r\n");
  const auto bare = head.find("\n\n");
  if (proper == head.npos && bare == head.npos) return std::nullopt;
  return std::min(proper == head.npos ? proper : proper + 4, bare == head.npos ? bare : bare + 2);
}

bool may_be_status_line(std::string_view text) {
  const auto fits = [text](std::string_view opening) {
    const auto common = std::min(text.size(), opening.size());
    return text.substr(0, common) == opening.substr(0, common);
  };
  return fits("SIP/") || fits("RTSP/");
}

// "RTSP/1.0 200 OK"
bool read_status_line(std::string_view line, TextResponse& response) {
  const auto slash = line.find('/');
  const auto space = line.find(' ');
  if (slash == line.npos || space == line.npos || space < slash) return false;
  response.protocol = std::string(line.substr(0, slash));
  response.version = std::string(line.substr(slash + 1, space - slash - 1));
  const auto status = to_number(line.substr(space + 1, 3), 999);
  if (!status) return false;
  response.status = static_cast<int>(*status);
  response.reason = std::string(trim(line.substr(std::min(space + 4, line.size()))));
  return response.protocol == "SIP" || response.protocol == "RTSP";
}

// RFC 3261 §7.3.1: a line that begins with white space continues the one before.
void read_header_line(std::string_view line, TextResponse& response) {
  const bool folded = line[0] == ' ' || line[0] == '\t';
  if (folded && !response.headers.empty()) {
    response.headers.back().second += " " + std::string(trim(line));
    return;
  }
  const auto colon = line.find(':');
  if (colon == line.npos || response.headers.size() == kHeadersMax) return;
  response.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

bool read_head(std::string_view head, TextResponse& response) {
  bool first = true;
  for (auto line : split(head, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (first && !read_status_line(line, response)) return false;
    if (!first && !line.empty()) read_header_line(line, response);
    first = false;
  }
  return true;
}

std::size_t body_length(const TextResponse& response) {
  auto length = response.find_header("Content-Length");
  if (length.empty()) length = response.find_header("l");  // RFC 3261 §20.14, compact form
  return to_number(length, kBodyMax).value_or(0);
}

// Reads one response off `text`; false where there is none.
bool read_response(std::string_view& text, TextResponse& response) {
  if (text.empty() || !may_be_status_line(text)) return false;
  const auto end = head_end(text);
  const auto head = text.substr(0, end.value_or(std::min(text.size(), kHeadMax)));
  response.truncated = !end;
  // A last line without its end may be half a version, which is a wrong version: it is left out.
  const auto lines = end ? head : head.substr(0, head.rfind('\n') + 1);
  if (!read_head(lines, response)) return false;
  text.remove_prefix(head.size());
  const auto length = end ? body_length(response) : 0;
  response.truncated = response.truncated || length > text.size();
  response.body = std::string(text.substr(0, length));
  text.remove_prefix(response.body.size());
  return true;
}

}  // namespace

Bytes build_sip_options(std::string_view host, std::uint16_t port, Transport transport) {
  const std::string upper = transport == Transport::udp ? "UDP" : "TCP";
  const std::string uri = "sip:" + host_of(host) + ":" + std::to_string(port) +
                          (transport == Transport::udp ? "" : ";transport=tcp");
  // qingdan.invalid is a name that cannot exist (RFC 2606 §2): answers go to where we ask from.
  return to_bytes("OPTIONS " + uri + " SIP/2.0\r\n" + "Via: SIP/2.0/" + upper +
                  " qingdan.invalid;rport;branch=z9hG4bK" + digest_of(host, port, "branch") +
                  "\r\n" + "Max-Forwards: 0\r\n" + "To: <" + uri + ">\r\n" +
                  "From: <sip:qingdan@qingdan.invalid>;tag=" + digest_of(host, port, "tag") +
                  "\r\n" + "Call-ID: " + digest_of(host, port, "call") + "@qingdan.invalid\r\n" +
                  "CSeq: 1 OPTIONS\r\n" + "Contact: <sip:qingdan@qingdan.invalid>\r\n" +
                  "Accept: application/sdp\r\n" + "User-Agent: qingdan\r\n" +
                  "Content-Length: 0\r\n\r\n");
}

Bytes build_rtsp_options(std::string_view host, std::uint16_t port) {
  return to_bytes("OPTIONS rtsp://" + host_of(host) + ":" + std::to_string(port) +
                  "/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: qingdan\r\n\r\n");
}

std::string_view TextResponse::find_header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

Extent measure_text_response(BytesView stream) {
  using State = Extent::State;
  auto text = as_text(stream);
  for (std::size_t i = 0; i < kResponsesMax; ++i) {
    if (!may_be_status_line(text)) return {State::foreign, 0};
    if (!head_end(text)) return {text.size() < kHeadMax ? State::partial : State::foreign, 0};
    TextResponse response;
    if (!read_response(text, response)) return {State::foreign, 0};
    if (response.truncated) return {};
    if (response.status >= 200) return {State::whole, stream.size() - text.size()};
  }
  return {State::foreign, 0};
}

std::vector<TextResponse> parse_text_responses(BytesView stream) {
  std::vector<TextResponse> responses;
  auto text = as_text(stream);
  while (responses.size() < kResponsesMax) {
    TextResponse response;
    if (!read_response(text, response)) break;
    responses.push_back(std::move(response));
  }
  return responses;
}

}  // namespace qingdan::net
