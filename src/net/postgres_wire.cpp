// postgres_wire — see the header. A peer may claim any length; only what is there is read, and a
// message longer than kMessageMax is no answer to what we asked.
#include "qingdan/net/postgres_wire.h"

#include <algorithm>

namespace qingdan::net {

namespace {

constexpr std::uint32_t kSslRequestCode = 80877103;  // PG SSLRequest: 1234 << 16 | 5679
// PG StartupMessage: major << 16 | minor. 255.255 is no version, and not one of the 1234.x codes.
constexpr std::uint32_t kNoSuchVersion = 255U << 16 | 255U;
constexpr std::size_t kMessageMax = 65536;
constexpr std::size_t kMessagesMax = 128;
constexpr std::size_t kFieldsMax = 64;          // PGE defines 18
constexpr std::string_view kTypes = "ERSNvKZ";  // what may answer a startup

std::string text_of(BytesView bytes) { return std::string(as_text(bytes)); }

// Protocol 3 lengths of an error are far below 2^24, so their first byte is zero; in protocol 2 a
// printable character follows the 'E'.
bool is_protocol_2_error(BytesView bytes) {
  return bytes.size() >= 2 && bytes[0] == 'E' && bytes[1] != 0;
}

PostgresError parse_error(BytesView body) {
  PostgresError error;
  ByteReader reader(body);
  while (error.fields.size() < kFieldsMax) {
    const char field = static_cast<char>(reader.u8());
    const auto value = field != 0 ? reader.until(0) : BytesView{};
    if (!reader || field == 0) break;
    error.fields.emplace_back(field, text_of(value));
  }
  const std::pair<char, std::string*> wanted[] = {
      {'S', &error.severity}, {'C', &error.code}, {'M', &error.message}, {'D', &error.detail},
      {'H', &error.hint},     {'F', &error.file}, {'L', &error.line},    {'R', &error.routine}};
  for (const auto& [letter, target] : wanted) {
    const auto found = std::find_if(error.fields.begin(), error.fields.end(),
                                    [letter = letter](const auto& f) { return f.first == letter; });
    if (found != error.fields.end()) *target = found->second;
  }
  return error;
}

PostgresError protocol_2_error(BytesView bytes) {
  PostgresError error;
  const auto stop = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  error.message = std::string(bytes.begin() + 1, stop);
  while (!error.message.empty() && error.message.back() == '\n') error.message.pop_back();
  return error;
}

// One typed message; false where it is cut or is none.
bool read_message(ByteReader& reader, PostgresReply& reply) {
  const char type = static_cast<char>(reader.u8());
  const auto length = reader.u32be();
  if (!reader || length < 4 || length > kMessageMax || kTypes.find(type) == kTypes.npos)
    return false;
  const auto body = reader.take(length - 4);
  if (!reader) return false;
  ByteReader inside(body);
  if (type == 'E') reply.error = parse_error(body);
  if (type == 'R') reply.authentication = inside.u32be();
  if (type == 'v') reply.newest_minor = inside.u32be();
  if (type == 'S') {
    auto name = text_of(inside.until(0));
    auto value = text_of(inside.until(0));
    if (inside) reply.parameters.emplace_back(std::move(name), std::move(value));
  }
  return true;
}

}  // namespace

Bytes build_postgres_ssl_request() {
  ByteWriter out;
  out.u32be(8).u32be(kSslRequestCode);
  return std::move(out).take();
}

Bytes build_postgres_version_request() {
  ByteWriter out;
  out.u32be(9).u32be(kNoSuchVersion).u8(0);  // no parameters, then PG's terminator
  return std::move(out).take();
}

Extent measure_postgres_message(BytesView stream) {
  using State = Extent::State;
  if (stream.empty()) return {};
  if (kTypes.find(static_cast<char>(stream[0])) == kTypes.npos) return {State::foreign, 0};
  if (is_protocol_2_error(stream)) {
    const auto limit = stream.first(std::min(stream.size(), kMessageMax));
    const auto stop = std::find(limit.begin(), limit.end(), std::uint8_t{0});
    if (stop != limit.end())
      return {State::whole, static_cast<std::size_t>(stop - limit.begin()) + 1};
    return {stream.size() < kMessageMax ? State::partial : State::foreign, 0};
  }
  if (stream.size() < 5) return {};
  ByteReader reader(stream.subspan(1));
  const std::size_t length = reader.u32be();
  if (length < 4 || length > kMessageMax) return {State::foreign, 0};
  if (stream.size() < length + 1) return {};
  return {State::whole, length + 1};
}

std::optional<PostgresReply> parse_postgres_reply(BytesView bytes) {
  PostgresReply reply;
  if (bytes.size() == 1 && (bytes[0] == 'S' || bytes[0] == 'N')) {
    reply.tls = bytes[0] == 'S';
    return reply;
  }
  if (is_protocol_2_error(bytes)) {
    reply.error = protocol_2_error(bytes);
    return reply;
  }
  ByteReader reader(bytes);
  std::size_t read = 0;
  while (read < kMessagesMax && read_message(reader, reply)) ++read;
  if (read == 0) return std::nullopt;
  return reply;
}

}  // namespace qingdan::net
