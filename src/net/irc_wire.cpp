// irc_wire — see the header.
#include "qingdan/net/irc_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

constexpr std::size_t kPrefixMax = 128;  // names of servers have 63, RFC 2812 §1.1
constexpr std::size_t kFirstLineMax = 1024;
constexpr std::size_t kEachMax = 64;  // notices, capabilities

// What a server may say to who has not registered, each with what follows it.
constexpr std::array<std::string_view, 4> kCommands{"NOTICE ", "ERROR :", "CAP ", "PING "};
constexpr std::string_view kNotRegistered = "451", kVersion = "351";

struct Line {
  std::string_view prefix, command, rest;
};

Line read_line(std::string_view text) {
  Line line;
  text = trim(text);
  if (text.starts_with(':')) {
    const auto space = text.find(' ');
    line.prefix = text.substr(1, space == std::string_view::npos ? space : space - 1);
    text = space == std::string_view::npos ? std::string_view{} : trim(text.substr(space));
  }
  const auto space = text.find(' ');
  line.command = text.substr(0, space);
  if (space != std::string_view::npos) line.rest = trim(text.substr(space));
  return line;
}

// "451 " and the like, as far as it has come.
bool may_be_number(std::string_view text) {
  constexpr std::size_t kDigits = 3;
  const auto digits = text.substr(0, kDigits);
  const bool number =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number && (text.size() <= kDigits || text[kDigits] == ' ');
}

// Without a prefix numbers prove nothing: mail and files begin with them too.
bool may_be_first(std::string_view text) {
  if (text.empty()) return true;
  const bool prefixed = text.starts_with(':');
  if (prefixed) {
    const auto prefix = text.substr(0, kPrefixMax);
    const auto space = prefix.find(' ');
    const auto name = prefix.substr(1, space == std::string_view::npos ? space : space - 1);
    const bool printable =
        std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!printable || (!name.empty() && name.front() == ':')) return false;
    if (space == std::string_view::npos) return text.size() < kPrefixMax;
    if (name.empty()) return false;
    text.remove_prefix(space + 1);
  }
  return (prefixed && may_be_number(text)) ||
         std::any_of(kCommands.begin(), kCommands.end(),
                     [&](std::string_view command) { return may_begin(text, command); });
}

std::string_view text_of(std::string_view rest) {
  if (rest.starts_with(':')) return rest.substr(1);
  const auto at = rest.find(" :");
  return at == std::string_view::npos ? rest : rest.substr(at + 2);
}

// "* LS :a b", and "* LS * :a b" where more lines follow.
void read_capabilities(std::string_view rest, IrcReply& out) {
  const auto words = split(rest, ' ');
  if (words.size() < 2 || words[1] != "LS") return;
  for (const auto name : split(text_of(rest), ' ')) {
    if (!trim(name).empty() && out.capabilities.size() < kEachMax)
      out.capabilities.emplace_back(name);
  }
}

void read(const Line& line, IrcReply& out) {
  if (out.server.empty()) out.server = line.prefix;
  if (line.command == "NOTICE" && out.notices.size() < kEachMax)
    out.notices.emplace_back(text_of(line.rest));
  if (line.command == "CAP") read_capabilities(line.rest, out);
  if (line.command == "ERROR" && out.closing.empty()) out.closing = text_of(line.rest);
  if (line.command == kNotRegistered && out.refusal.empty()) out.refusal = line.rest;
  if (line.command == kVersion && out.version.empty()) {
    const auto space = line.rest.find(' ');
    if (space != std::string_view::npos) out.version = trim(line.rest.substr(space));
  }
}

}  // namespace

Bytes build_irc_question() { return to_bytes("CAP LS 302\r\nVERSION\r\nQUIT\r\n"); }

Extent measure_irc(BytesView stream) {
  const auto text = as_text(stream);
  const auto first = text.substr(0, text.find('\n'));
  if (!may_be_first(first) || text.size() > kIrcMax) return kForeign;
  if (first.size() == text.size()) return text.size() > kFirstLineMax ? kForeign : Extent{};
  std::size_t at = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', at)) {
    if (read_line(text.substr(at, end - at)).command == "ERROR") return {State::whole, end + 1};
    at = end + 1;
  }
  return {};
}

IrcReply parse_irc(BytesView stream) {
  IrcReply out;
  if (measure_irc(stream).foreign()) return out;
  const auto text = as_text(stream);
  std::size_t at = 0;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', at)) {
    read(read_line(text.substr(at, end - at)), out);
    at = end + 1;
    out.any = true;
  }
  return out;
}

}  // namespace qingdan::net
