// share_wire — see the header.
#include "qingdan/net/share_wire.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

constexpr std::string_view kSvnSuccess = "( success ( ";
constexpr std::string_view kRsyncWord = "@RSYNCD: ";
constexpr std::size_t kPktHead = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

int to_number(std::string_view text) {
  int value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The two versions at the start of a greeting; -1 where there is none.
std::pair<int, int> svn_versions(std::string_view text) {
  const auto words = split(text.substr(kSvnSuccess.size(), 32), ' ');
  if (words.size() < 3 || words[2] != "(") return {-1, -1};
  return {to_number(words[0]), to_number(words[1])};
}

// The number of bytes a pkt-line takes, its head included; 0 is a flush; nothing where it is none.
std::optional<std::size_t> pkt_size(std::string_view head) {
  std::size_t size = 0;
  const auto read = std::from_chars(head.data(), head.data() + head.size(), size, 16);
  const bool digits = read.ec == std::errc() && read.ptr == head.data() + head.size();
  if (!digits || (size != 0 && size <= kPktHead) || size > kGitReplyMax) return std::nullopt;
  return size;
}

Bytes pkt_line(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto size = text.size() + kPktHead;
  std::string head(kPktHead, '0');
  for (std::size_t i = 0; i < kPktHead; ++i) head[i] = kDigits[size >> (12 - 4 * i) & 0xF];
  return to_bytes(head + std::string(text));
}

// The lines of a whole reply, without heads and line ends.
std::vector<std::string_view> pkt_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (text.size() >= kPktHead) {
    const auto size = pkt_size(text.substr(0, kPktHead));
    if (!size || *size == 0 || *size > text.size()) break;
    lines.push_back(trim(text.substr(kPktHead, *size - kPktHead)));
    text.remove_prefix(*size);
  }
  return lines;
}

}  // namespace

Extent measure_svn(BytesView stream) {
  const auto text = as_text(stream).substr(0, kSvnGreetingMax);
  if (!may_begin(text, kSvnSuccess)) return kForeign;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != '(' && c != ')' && !is_space(c) && !is_word(c)) return kForeign;
    if (depth > 0 || at + 1 >= text.size()) continue;
    // Every item is followed by white space, §1.
    const auto [least, most] = svn_versions(text);
    const bool ours = is_space(text[at + 1]) && least >= 1 && most >= least;
    return ours ? Extent{State::whole, at + 2} : kForeign;
  }
  return text.size() < kSvnGreetingMax ? Extent{} : kForeign;
}

std::optional<SvnGreeting> parse_svn(BytesView stream) {
  const auto extent = measure_svn(stream);
  if (!extent.whole()) return std::nullopt;
  const auto text = as_text(stream.first(extent.size));
  const auto [least, most] = svn_versions(text);
  return SvnGreeting{std::string(trim(text)), least, most};
}

Extent measure_rsync(BytesView stream) {
  const auto text = as_text(stream);
  if (!may_begin(text, kRsyncWord)) return kForeign;
  if (text.size() <= kRsyncWord.size()) return {};
  if (!is_digit(text[kRsyncWord.size()])) return kForeign;  // "@RSYNCD: OK", "@RSYNCD: EXIT"
  const auto end = text.find('\n');
  if (end != std::string_view::npos && end <= kRsyncLineMax) return {State::whole, end + 1};
  return text.size() > kRsyncLineMax ? kForeign : Extent{};
}

std::optional<RsyncGreeting> parse_rsync(BytesView stream) {
  const auto extent = measure_rsync(stream);
  if (!extent.whole()) return std::nullopt;
  const auto text = as_text(stream);
  const auto line = trim(text.substr(0, extent.size));
  const auto words = split(line.substr(kRsyncWord.size()), ' ');
  return RsyncGreeting{std::string(line), std::string(words.front()),
                       std::string(trim(text.substr(extent.size)))};
}

Bytes build_git_request(std::string_view host) {
  std::string line = "git-upload-pack /qingdan-no-such-repository";
  line += '\0';
  line.append("host=").append(host) += '\0';
  line += '\0';  // extra parameters begin
  line.append("version=2") += '\0';
  return pkt_line(line);
}

Bytes build_git_flush() { return to_bytes("0000"); }

Extent measure_git(BytesView stream) {
  const auto text = as_text(stream);
  for (std::size_t at = 0; at <= kGitReplyMax;) {
    if (text.size() < at + kPktHead) return {};
    const auto size = pkt_size(text.substr(at, kPktHead));
    if (!size) return kForeign;
    if (*size == 0) return at == 0 ? kForeign : Extent{State::whole, at + kPktHead};
    const auto line = text.substr(at + kPktHead, *size - kPktHead);
    const bool error = may_begin(line, "ERR ");
    if (at == 0 && !error && !may_begin(line, "version 2\n")) return kForeign;
    if (text.size() < at + *size) return {};
    at += *size;
    if (error) return line.size() > 4 ? Extent{State::whole, at} : kForeign;
  }
  return kForeign;
}

std::optional<GitReply> parse_git(BytesView stream) {
  const auto extent = measure_git(stream);
  if (!extent.whole()) return std::nullopt;
  GitReply reply;
  for (const auto line : pkt_lines(as_text(stream.first(extent.size)))) {
    if (line.starts_with("ERR ")) reply.error = line.substr(4);
    if (line.starts_with("agent=")) reply.agent = line.substr(6);
  }
  return reply;
}

}  // namespace qingdan::net
