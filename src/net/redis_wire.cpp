// redis_wire — see the header.
#include "qingdan/net/redis_wire.h"

#include <algorithm>
#include <charconv>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kLineMax = 4096;     // an error or a length; Redis' own limit is 64 KiB
constexpr std::size_t kBulkMax = 131'072;  // INFO server is below 1 KiB
constexpr std::size_t kInfoLinesMax = 512;

// The first line without CR LF, and where it ends; nullopt while it is not whole.
struct Line {
  std::string_view text;
  std::size_t end{0};
};
std::optional<Line> first_line(std::string_view stream) {
  const auto stop = stream.substr(0, kLineMax).find("\r\n");
  if (stop == stream.npos) return std::nullopt;
  return Line{stream.substr(0, stop), stop + 2};
}

bool is_bulk(char type) { return type == '$' || type == '='; }  // '=': RESP3 verbatim string

std::optional<std::size_t> bulk_length(std::string_view line) {
  std::size_t length = 0;
  const auto* const end = line.data() + line.size();
  const auto [stop, failed] = std::from_chars(line.data() + 1, end, length);
  if (failed != std::errc{} || stop != end || length > kBulkMax) return std::nullopt;
  return length;
}

std::string first_word_in_capitals(std::string_view text) {
  const auto word = text.substr(0, text.find(' '));
  const bool capitals = std::all_of(word.begin(), word.end(),
                                    [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
  return capitals ? std::string(word) : std::string();
}

// A last line without its end may be half a version, which is a wrong version: it is left out.
void read_info(RedisReply& reply) {
  const auto lines = std::string_view(reply.text).substr(0, reply.text.rfind('\n') + 1);
  for (const auto line : split(lines, '\n')) {
    const auto trimmed = trim(line);
    const auto colon = trimmed.find(':');
    if (trimmed.empty() || trimmed[0] == '#' || colon == trimmed.npos) continue;
    if (reply.info.size() == kInfoLinesMax) return;
    reply.info.emplace_back(trimmed.substr(0, colon), trimmed.substr(colon + 1));
  }
}

}  // namespace

Bytes build_redis_info() { return to_bytes("*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n"); }

Extent measure_redis_reply(BytesView stream) {
  using State = Extent::State;
  if (stream.empty()) return {};
  const auto text = as_text(stream);
  // No status ("+OK"): INFO never gets one, other protocols' greetings look like it.
  if (text[0] != '-' && !is_bulk(text[0])) return {State::foreign, 0};
  const auto line = first_line(text);
  if (!line) return {text.size() < kLineMax ? State::partial : State::foreign, 0};
  if (!is_bulk(text[0])) return {State::whole, line->end};
  if (line->text == "$-1") return {State::whole, line->end};  // RESP2 null
  const auto length = bulk_length(line->text);
  if (!length) return {State::foreign, 0};
  const auto size = line->end + *length + 2;
  return size <= stream.size() ? Extent{State::whole, size} : Extent{};
}

std::optional<RedisReply> parse_redis_reply(BytesView stream) {
  const auto text = as_text(stream);
  const auto extent = measure_redis_reply(stream);
  if (text.empty() || extent.foreign()) return std::nullopt;
  RedisReply reply;
  reply.truncated = !extent.whole();
  const auto line = first_line(text);
  if (is_bulk(text[0])) {
    if (!line) return std::nullopt;
    const auto length = bulk_length(line->text).value_or(0);
    reply.text = std::string(text.substr(line->end, length));
    if (text[0] == '=' && reply.text.size() >= 4) reply.text.erase(0, 4);  // "txt:"
    read_info(reply);
    return reply;
  }
  reply.kind = RedisReply::Kind::error;
  reply.text = std::string(line ? line->text.substr(1) : text.substr(1));
  reply.error_code = first_word_in_capitals(reply.text);
  return reply;
}

std::string_view RedisReply::find_info(std::string_view name) const {
  for (const auto& [key, value] : info) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace qingdan::net
