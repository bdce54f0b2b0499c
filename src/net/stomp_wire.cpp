// stomp_wire — see the header.
#include "qingdan/net/stomp_wire.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};
constexpr std::size_t kHeadersMax = 64;
constexpr std::string_view kConnected = "CONNECTED", kError = "ERROR";

struct Head {
  State state{State::partial};
  StompFrame frame;
  std::size_t size{0};  // up to the body
};

// STOMP 1.2, "Augmented BNF": a line ends in LF, before which there may be CR.
struct Line {
  std::string_view text;
  bool ended{false};
};
Line line_at(std::string_view text, std::size_t at) {
  const auto end = text.find('\n', at);
  auto line = text.substr(at, end == std::string_view::npos ? end : end - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return {line, end != std::string_view::npos};
}

bool may_become(std::string_view line, std::string_view command) {
  return command.substr(0, line.size()) == line;
}

// Names of headers that servers send: letters, digits, "-", and what clients make up for MESSAGE
// does not come here.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

// "Value Encoding": of all frames but CONNECT and CONNECTED.
std::string unescape(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = value[i] == '\\' && i + 1 < value.size() ? value[i + 1] : '\0';
    const bool known = next == 'n' || next == 'r' || next == 'c' || next == '\\';
    if (known) ++i;
    out += !known ? value[i] : next == 'n' ? '\n' : next == 'r' ? '\r' : next == 'c' ? ':' : '\\';
  }
  return out;
}

// False where the line is no header.
bool add_header(std::string_view line, StompFrame& frame) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_name(line.substr(0, colon))) return false;
  if (frame.headers.size() >= kHeadersMax) return false;
  const auto value = line.substr(colon + 1);
  frame.headers.emplace_back(line.substr(0, colon),
                             frame.connected ? std::string(value) : unescape(value));
  return true;
}

Head read_head(std::string_view text) {
  Head head;
  const auto command = line_at(text, 0);
  const bool may = may_become(command.text, kConnected) || may_become(command.text, kError);
  if (!command.ended) return {may ? State::partial : State::foreign, {}, 0};
  head.frame.connected = command.text == kConnected;
  if (!head.frame.connected && command.text != kError) return {State::foreign, {}, 0};
  for (auto at = text.find('\n') + 1; at < text.size();) {
    const auto line = line_at(text, at);
    if (!line.ended) return head;
    at = text.find('\n', at) + 1;
    if (line.text.empty()) {
      const bool says = head.frame.connected || !head.frame.find_header("message").empty();
      head.state = says ? State::whole : State::foreign;
      head.size = at;
      return head;
    }
    if (!add_header(line.text, head.frame)) return {State::foreign, {}, 0};
  }
  return head;
}

// Where the body ends: at its zero, which content-length may put behind others.
Extent measure_body(std::string_view text, const Head& head) {
  const auto length = head.frame.find_header("content-length");
  if (length.empty()) {
    const auto zero = text.find('\0', head.size);
    return zero == std::string_view::npos ? Extent{} : Extent{State::whole, zero + 1};
  }
  std::size_t size = 0;
  const auto* const end = length.data() + length.size();
  const auto read = std::from_chars(length.data(), end, size);
  if (read.ec != std::errc() || read.ptr != end || size > kStompFrameMax) return kForeign;
  if (text.size() <= head.size + size) return {};
  return text[head.size + size] == '\0' ? Extent{State::whole, head.size + size + 1} : kForeign;
}

Extent measure_after(std::string_view text, const Head& head) {
  auto extent = head.state == State::whole ? measure_body(text, head) : Extent{head.state, 0};
  const bool endless = extent.state == State::partial && text.size() > kStompFrameMax;
  return endless ? kForeign : extent;
}

}  // namespace

Bytes build_stomp_connect() {
  ByteWriter out;
  out.text("CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n").u8(0);
  return std::move(out).take();
}

Bytes build_stomp_disconnect() {
  ByteWriter out;
  out.text("DISCONNECT\n\n").u8(0);
  return std::move(out).take();
}

std::string StompFrame::find_header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::string() : found->second;
}

Extent measure_stomp(BytesView stream) {
  const auto text = as_text(stream);
  return measure_after(text, read_head(text));
}

std::optional<StompFrame> parse_stomp(BytesView stream) {
  const auto text = as_text(stream);
  auto head = read_head(text);
  const auto extent = measure_after(text, head);
  if (!extent.whole()) return std::nullopt;
  head.frame.body = text.substr(head.size, extent.size - head.size - 1);
  return std::move(head.frame);
}

}  // namespace qingdan::net
