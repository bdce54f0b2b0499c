// share_wire — see the header.
#include "qingdan/net/share_wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

// RFC 7143: §11.12, §11.13 opcodes; §11.12.1 to .3 the flags T and C and the stages; §11.2.1 sizes.
constexpr std::uint8_t kLoginRequest = 0x43, kLoginResponse = 0x23;  // immediate; of the target
constexpr std::uint8_t kToOperational = 0x81;                        // T, from SecurityNegotiation
constexpr std::uint8_t kReserved = 0x30;
constexpr std::size_t kHeader = 48;
constexpr std::uint32_t kTaskTag = 0x71'64'00'01;
// §11.12.5: a random qualifier. Together with the name it is ours alone, so that no session of an
// initiator is taken for reinstated (§6.3.5).
constexpr std::array<std::uint8_t, 6> kIsid{0x80, 0, 0, 0x71, 0, 0x64};

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

Bytes build_iscsi_login() {
  ByteWriter text;
  for (const std::string_view key : {"InitiatorName=iqn.2026-01.test.example:qingdan",
                                     "SessionType=Discovery", "AuthMethod=CHAP,None"}) {
    text.text(key).u8(0);
  }
  ByteWriter out;
  out.u8(kLoginRequest).u8(kToOperational).u8(0).u8(0);  // version 0 is RFC 7143's, §11.12.4
  out.u8(0).u24be(static_cast<std::uint32_t>(text.size()));
  out.bytes(kIsid).u16be(0).u32be(kTaskTag).u16be(0).u16be(0);
  out.u32be(1).u32be(0);  // CmdSN; ExpStatSN
  out.fill(kHeader - out.size());
  out.bytes(text.view()).fill((4 - text.size() % 4) % 4);
  return std::move(out).take();
}

Extent measure_iscsi(BytesView stream) {
  constexpr std::size_t kTaskTagAt = 16, kRead = 20;
  if (!stream.empty() && stream[0] != kLoginResponse) return kForeign;
  if (stream.size() > 1 && (stream[1] & kReserved) != 0) return kForeign;
  if (stream.size() < kRead) return {};
  ByteReader reader(stream);
  reader.skip(2);
  const bool version = reader.u16be() == 0;
  const bool plain = reader.u8() == 0;
  const std::size_t size = reader.u24be();
  reader.skip(kTaskTagAt - reader.position());
  if (!version || !plain || size > kIscsiTextMax || reader.u32be() != kTaskTag) return kForeign;
  const auto all = kHeader + (size + 3) / 4 * 4;
  return stream.size() < all ? Extent{} : Extent{State::whole, all};
}

std::optional<IscsiLogin> parse_iscsi(BytesView stream) {
  constexpr std::size_t kSizeAt = 5, kStatusAt = 36;
  if (!measure_iscsi(stream).whole()) return std::nullopt;
  ByteReader reader(stream);
  reader.skip(kSizeAt);
  const auto size = reader.u24be();
  reader.skip(kStatusAt - reader.position());
  IscsiLogin login;
  login.status_class = reader.u8();
  login.status_detail = reader.u8();
  for (const auto key : split(as_text(stream.subspan(kHeader, size)), '\0')) {
    if (key.find('=') != std::string_view::npos) login.keys.emplace_back(key);
  }
  return login;
}

}  // namespace qingdan::net
