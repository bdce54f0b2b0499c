// dns_wire — see the header. Compression pointers must point strictly backwards, so a name ends
// after at most as many jumps as there are bytes before it; 255 bytes of name and kRecordsMax
// records bound the rest.
#include "qingdan/net/dns_wire.h"

#include <algorithm>
#include <cstdio>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kHeaderSize = 12;  // RFC 1035 §4.1.1
constexpr std::size_t kLabelMax = 63;    // §2.3.4
constexpr std::size_t kNameMax = 255;
constexpr std::size_t kJumpsMax = 32;
constexpr std::size_t kRecordsMax = 256;
constexpr std::uint8_t kPointer = 0xC0;  // §4.1.4
constexpr std::uint16_t kRecursionDesired = 0x0100;
constexpr std::uint16_t kTypeNs = 2, kTypeCname = 5;
constexpr std::size_t kSrvTarget = 6;  // RFC 2782: priority, weight and port come first

void append_label(std::string& name, BytesView label) {
  if (!name.empty()) name += '.';
  for (const auto byte : label) {
    if (byte > 0x20 && byte < 0x7F && byte != '.' && byte != '\\') {
      name += static_cast<char>(byte);
    } else {  // RFC 1035 §5.1: \DDD
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\%03u", static_cast<unsigned>(byte));
      name += escaped;
    }
  }
}

// Reads labels from `reader` on; false where the name cannot be. Follows pointers in `message`.
bool read_name(ByteReader& reader, BytesView message, std::string& name) {
  ByteReader at = reader;
  std::size_t lowest = reader.position();  // each pointer must lead below all before it
  std::size_t length = 0;
  for (std::size_t jumps = 0;;) {
    const auto first = at.u8();
    if (!at) return false;
    if ((first & kPointer) == kPointer) {
      const std::size_t target = (first & 0x3FU) << 8 | at.u8();
      if (!at || target >= lowest || ++jumps > kJumpsMax) return false;
      if (jumps == 1) reader.skip(at.position() - reader.position());
      lowest = target;
      at = ByteReader(message);
      at.skip(target);
      continue;
    }
    if (first > kLabelMax || (length += first + 1U) > kNameMax) return false;
    if (first == 0) {
      if (jumps == 0) reader.skip(at.position() - reader.position());
      return true;
    }
    const auto label = at.take(first);
    if (!at) return false;
    append_label(name, label);
  }
}

// RFC 1035 §3.3.14: character strings, each with its length.
std::string txt_text(BytesView data) {
  std::string text;
  ByteReader reader(data);
  while (!reader.at_end()) {
    const auto length = reader.u8();
    text += as_text(reader.take(length));
  }
  return text;
}

bool read_record(ByteReader& reader, BytesView message, DnsRecord& record) {
  if (!read_name(reader, message, record.name)) return false;
  record.type = reader.u16be();
  record.dns_class = reader.u16be();
  record.ttl = reader.u32be();
  const auto length = reader.u16be();
  ByteReader inside = reader;  // names in the data may point into the message
  const auto data = reader.take(length);
  if (!reader) return false;
  record.data = Bytes(data.begin(), data.end());
  if (record.type == kDnsTypeTxt) record.text = txt_text(data);
  if (record.type == kTypeNs || record.type == kTypeCname || record.type == kDnsTypePtr) {
    if (!read_name(inside, message, record.text)) record.text.clear();
  }
  // RFC 2782 forbids compression here, RFC 6762 §18.14 asks for it.
  if (record.type == kDnsTypeSrv && length > kSrvTarget) {
    inside.skip(kSrvTarget);
    if (!read_name(inside, message, record.text)) record.text.clear();
  }
  return true;
}

bool read_records(ByteReader& reader, BytesView message, std::size_t count,
                  std::vector<DnsRecord>& records) {
  for (std::size_t i = 0; i < count; ++i) {
    DnsRecord record;
    if (i == kRecordsMax || !read_record(reader, message, record)) return false;
    records.push_back(std::move(record));
  }
  return true;
}

bool read_questions(ByteReader& reader, BytesView message, std::size_t count,
                    std::vector<DnsQuestion>& questions) {
  for (std::size_t i = 0; i < count; ++i) {
    DnsQuestion question;
    if (i == kRecordsMax || !read_name(reader, message, question.name)) return false;
    question.type = reader.u16be();
    question.dns_class = reader.u16be();
    if (!reader) return false;
    questions.push_back(std::move(question));
  }
  return true;
}

}  // namespace

Bytes build_dns_query(std::string_view name, std::uint16_t type, std::uint16_t dns_class,
                      std::uint16_t id, Recursion recursion) {
  QD_EXPECTS(name.size() <= 253);
  const std::uint16_t flags = recursion == Recursion::desired ? kRecursionDesired : 0;
  ByteWriter out;
  out.u16be(id).u16be(flags).u16be(1).u16be(0).u16be(0).u16be(0);
  for (const auto label : split(name, '.')) {
    QD_EXPECTS(!label.empty() && label.size() <= kLabelMax);
    out.u8(static_cast<std::uint8_t>(label.size())).text(label);
  }
  out.u8(0).u16be(type).u16be(dns_class);
  return std::move(out).take();
}

Bytes build_dns_tcp(BytesView message) {
  QD_EXPECTS(message.size() <= 0xFFFF);
  ByteWriter out;
  out.u16be(static_cast<std::uint16_t>(message.size())).bytes(message);
  return std::move(out).take();
}

Extent measure_dns_tcp(BytesView stream) {
  if (stream.size() < 2) return {};
  const std::size_t length = static_cast<std::size_t>(stream[0]) << 8 | stream[1];
  if (length < kHeaderSize) return {Extent::State::foreign, 0};
  // Byte 4 holds the QR bit and the opcode: what is no response to a query is not for us.
  if (stream.size() > 4 && (stream[4] & 0xF8) != 0x80) return {Extent::State::foreign, 0};
  return length + 2 <= stream.size() ? Extent{Extent::State::whole, length + 2} : Extent{};
}

std::optional<DnsMessage> parse_dns_message(BytesView bytes) {
  if (bytes.size() < kHeaderSize) return std::nullopt;
  ByteReader reader(bytes);
  DnsMessage message;
  message.id = reader.u16be();
  const auto flags = reader.u16be();
  message.response = (flags & 0x8000) != 0;
  message.opcode = flags >> 11 & 0xF;
  message.authoritative = (flags & 0x0400) != 0;
  message.truncated = (flags & 0x0200) != 0;
  message.recursion_desired = (flags & 0x0100) != 0;
  message.recursion_available = (flags & 0x0080) != 0;
  message.rcode = flags & 0xF;
  const auto questions = reader.u16be(), answers = reader.u16be(), authorities = reader.u16be(),
             additionals = reader.u16be();
  message.malformed = !(read_questions(reader, bytes, questions, message.questions) &&
                        read_records(reader, bytes, answers, message.answers) &&
                        read_records(reader, bytes, authorities, message.authorities) &&
                        read_records(reader, bytes, additionals, message.additionals));
  return message;
}

namespace {

// Where the aliases of `name` lead (RFC 1034 §3.6.2), both in lower case; as many steps as there
// are records end a circle.
std::string alias_end(const DnsMessage& message, std::string name) {
  for (std::size_t step = 0; step < message.answers.size(); ++step) {
    const auto next =
        std::find_if(message.answers.begin(), message.answers.end(), [&](const DnsRecord& record) {
          return record.type == kTypeCname && to_lower_ascii(record.name) == name;
        });
    if (next == message.answers.end()) break;
    name = to_lower_ascii(next->text);
  }
  return name;
}

bool answers_pointer(const DnsMessage& message, std::string_view name) {
  if (!message.response || message.truncated || message.malformed) return false;
  if (message.questions.size() != 1) return false;
  const auto& question = message.questions.front();
  return question.type == kDnsTypePtr && question.dns_class == kDnsClassIn &&
         to_lower_ascii(question.name) == to_lower_ascii(name);
}

}  // namespace

std::optional<std::string> pointer_of(const DnsMessage& message, std::string_view name) {
  if (!answers_pointer(message, name)) return std::nullopt;
  if (message.rcode == kDnsNoSuchName) return "";
  if (message.rcode != 0) return std::nullopt;
  const auto end = alias_end(message, to_lower_ascii(name));
  std::optional<std::string> first;
  for (const auto& record : message.answers) {
    if (record.type != kDnsTypePtr || to_lower_ascii(record.name) != end) continue;
    auto told = to_lower_ascii(record.text);
    if (!told.empty() && (!first || told < *first)) first = std::move(told);
  }
  if (first) return first;
  // RFC 2308 §2.2: no such record. One that asks nobody and is not responsible refers to others.
  const bool knows = message.authoritative || message.recursion_available;
  return knows ? std::optional<std::string>("") : std::nullopt;
}

}  // namespace qingdan::net
