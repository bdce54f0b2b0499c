// smb_wire — see the header. Offsets in answers are taken as claims: each is held against the bytes
// at hand before anything is read there.
#include "qingdan/net/smb_wire.h"

#include <algorithm>
#include <string_view>

#include "qingdan/base/contract.h"

namespace qingdan::net {

namespace {

// RFC 1002 §4.3.1: packet types.
constexpr std::uint8_t kSessionMessage = 0x00, kSessionRequest = 0x81, kPositive = 0x82,
                       kNegative = 0x83, kRetarget = 0x84, kKeepAlive = 0x85;
constexpr std::size_t kPacketHeader = 4;
constexpr std::size_t kPacketMax = 131'072;
constexpr std::size_t kMessagesMax = 16;

constexpr std::string_view kSmb1Magic = "\xFFSMB";  // [MS-CIFS] 2.2.3.1
constexpr std::string_view kSmb2Magic = "\xFESMB";  // [MS-SMB2] 2.2.1.2
constexpr std::size_t kSmb1Header = 32;
constexpr std::size_t kSmb2Header = 64;
constexpr std::uint8_t kSmb1NegotiateCommand = 0x72;  // [MS-CIFS] 2.2.2.1
constexpr std::uint8_t kSmb1SessionSetup = 0x73;
constexpr std::uint8_t kFlags = 0x18;      // case-insensitive, canonical paths
constexpr std::uint16_t kFlags2 = 0xC801;  // Unicode, NT status, extended security
constexpr std::uint16_t kFlags2Unicode = 0x8000;
constexpr std::uint16_t kProcess = 0xFEFF;          // any value; what clients commonly use
constexpr std::uint16_t kSmb2NegotiateCommand = 0;  // [MS-SMB2] 2.2.1.2
constexpr std::uint16_t kSmb2SessionSetup = 1;
constexpr std::uint16_t kSigningEnabled = 1;      // [MS-SMB2] 2.2.3
constexpr std::uint32_t kAllCapabilities = 0x7F;  // so that the server names its own
constexpr std::uint16_t kDialects[] = {0x0202, 0x0210, 0x0300, 0x0302, 0x0311};
constexpr std::uint16_t kPreauthIntegrity = 1;  // [MS-SMB2] 2.2.3.1
constexpr std::uint16_t kEncryption = 2;
constexpr std::uint16_t kSha512 = 1;
constexpr std::uint16_t kAes128Ccm = 1, kAes128Gcm = 2;
constexpr std::uint16_t kSaltSize = 32;
// [MS-SMB2] 2.2.3 wants a ClientGuid where 2.1 or later is offered: this one is ours, generated
// once.
constexpr std::uint8_t kClientGuid[16] = {0x5B, 0x1E, 0x0C, 0x6A, 0x93, 0xD7, 0x4F, 0x42,
                                          0x8E, 0x21, 0xA4, 0x7B, 0x66, 0x0D, 0x9C, 0x35};

Bytes packet(std::uint8_t type, BytesView body) {
  ByteWriter out;
  out.u8(type).u24be(static_cast<std::uint32_t>(body.size())).bytes(body);
  return std::move(out).take();
}

ByteWriter smb1_header(std::uint8_t command, std::uint16_t multiplex) {
  ByteWriter out;
  out.text(kSmb1Magic).u8(command).u32le(0).u8(kFlags).u16le(kFlags2);
  out.fill(12);  // process (high), signature, reserved
  out.u16le(0).u16le(kProcess).u16le(0).u16le(multiplex);
  return out;
}

ByteWriter smb2_header(std::uint16_t command, std::uint64_t message_id) {
  ByteWriter out;
  out.text(kSmb2Magic).u16le(kSmb2Header).u16le(0).u32le(0).u16le(command).u16le(1);
  out.u32le(0).u32le(0).u64le(message_id).u32le(kProcess).u32le(0).u64le(0).fill(16);
  return out;
}

// RFC 1001 §14.1: sixteen characters, each as two letters; label length in front, root behind.
void netbios_name(ByteWriter& out, std::string_view name, std::uint8_t suffix) {
  QD_EXPECTS(name.size() <= 15);
  std::string padded(name);
  padded.resize(15, ' ');
  out.u8(32);
  const auto half = [&out](unsigned nibble) { out.u8(static_cast<std::uint8_t>('A' + nibble)); };
  for (const char c : padded + static_cast<char>(suffix)) {
    half(static_cast<std::uint8_t>(c) >> 4);
    half(static_cast<std::uint8_t>(c) & 15U);
  }
  out.u8(0);
}

std::array<std::uint8_t, 16> read_guid(ByteReader& reader) {
  std::array<std::uint8_t, 16> guid{};
  const auto bytes = reader.take(guid.size());
  std::copy(bytes.begin(), bytes.end(), guid.begin());
  return guid;
}

BytesView slice(BytesView message, std::size_t offset, std::size_t length) {
  if (offset > message.size()) return {};
  return message.subspan(offset, std::min(length, message.size() - offset));
}

void read_blob(BytesView blob, SmbMessage& message) {
  message.offer = parse_spnego_offer(blob);
  message.challenge = parse_ntlm_challenge(blob);
}

// [MS-SMB2] 2.2.4
void read_negotiate2(ByteReader& reader, BytesView bytes, SmbMessage& message) {
  Smb2Negotiate negotiate;
  const auto structure_size = reader.u16le();
  negotiate.security_mode = reader.u16le();
  negotiate.dialect = reader.u16le();
  reader.skip(2);
  negotiate.guid = read_guid(reader);
  negotiate.capabilities = reader.u32le();
  negotiate.max_transact = reader.u32le();
  negotiate.max_read = reader.u32le();
  negotiate.max_write = reader.u32le();
  negotiate.system_time = time_of_filetime(reader.u64le());
  negotiate.start_time = time_of_filetime(reader.u64le());
  const auto offset = reader.u16le();
  const auto length = reader.u16le();
  if (!reader || structure_size != 65) return;
  message.negotiate2 = negotiate;
  read_blob(slice(bytes, offset, length), message);
}

// [MS-SMB2] 2.2.6
void read_session2(ByteReader& reader, BytesView bytes, SmbMessage& message) {
  const auto structure_size = reader.u16le();
  reader.skip(2);
  const auto offset = reader.u16le();
  const auto length = reader.u16le();
  if (reader && structure_size == 9) read_blob(slice(bytes, offset, length), message);
}

bool read_smb2(BytesView bytes, SmbMessage& message) {
  ByteReader reader(bytes);
  reader.skip(8);
  message.generation = 2;
  message.status = reader.u32le();
  message.command = reader.u16le();
  reader.skip(kSmb2Header - 14);
  if (!reader) return false;
  if (message.command == kSmb2NegotiateCommand) read_negotiate2(reader, bytes, message);
  if (message.command == kSmb2SessionSetup) read_session2(reader, bytes, message);
  return true;
}

// A NUL-terminated string of SMB 1; the last one may lack its end.
std::string read_smb1_string(ByteReader& reader, bool unicode) {
  BytesView rest = reader.rest();
  std::size_t length = 0;
  const std::size_t width = unicode ? 2 : 1;
  while (length + width <= rest.size() && (rest[length] != 0 || rest[length + width - 1] != 0)) {
    length += width;
  }
  const auto text = rest.first(std::min(length, rest.size()));
  reader = ByteReader(rest.subspan(std::min(length + width, rest.size())));
  return unicode ? text_of_utf16le(text) : std::string(as_text(text));
}

// [MS-SMB] 2.2.4.5.2: 17 words with extended security and without.
void read_negotiate1(ByteReader& reader, bool unicode, SmbMessage& message) {
  Smb1Negotiate negotiate;
  const auto words = reader.u8();
  negotiate.dialect_index = reader.u16le();
  if (!reader || words == 0) return;
  if (words == 17) {
    negotiate.security_mode = reader.u8();
    reader.skip(12);  // multiplex, circuits, buffer, raw
    negotiate.session_key = reader.u32le();
    negotiate.capabilities = reader.u32le();
    negotiate.system_time = time_of_filetime(reader.u64le());
    negotiate.minutes_west_of_utc = static_cast<std::int16_t>(reader.u16le());
    const auto challenge_length = reader.u8();
    reader.skip(2);
    if (!reader) return;
    if (negotiate.extended_security()) {
      negotiate.guid = read_guid(reader);
      read_blob(reader.rest(), message);
    } else {
      reader.skip(challenge_length);
      negotiate.domain = read_smb1_string(reader, unicode);
      negotiate.server = read_smb1_string(reader, unicode);
    }
  }
  message.negotiate1 = negotiate;
}

// [MS-SMB] 2.2.4.6.2: four words with a security blob; [MS-CIFS] 2.2.4.53.2: three without.
void read_session1(ByteReader& reader, bool unicode, SmbMessage& message) {
  const auto words = reader.u8();
  if (words != 3 && words != 4) return;
  reader.skip(6);
  const std::size_t blob = words == 4 ? reader.u16le() : 0;
  reader.skip(2);
  read_blob(reader.take(blob), message);
  if (!reader) return;
  if (unicode && reader.position() % 2 != 0) reader.skip(1);  // [MS-CIFS] 2.2.1.1.1
  Smb1Session session;
  session.native_os = read_smb1_string(reader, unicode);
  session.native_lan_manager = read_smb1_string(reader, unicode);
  session.domain = read_smb1_string(reader, unicode);
  message.session1 = session;
}

bool read_smb1(BytesView bytes, SmbMessage& message) {
  ByteReader reader(bytes);
  reader.skip(4);
  message.generation = 1;
  message.command = reader.u8();
  message.status = reader.u32le();
  reader.skip(1);
  const bool unicode = (reader.u16le() & kFlags2Unicode) != 0;
  reader.skip(kSmb1Header - 12);
  if (!reader) return false;
  if (message.command == kSmb1NegotiateCommand) read_negotiate1(reader, unicode, message);
  if (message.command == kSmb1SessionSetup) read_session1(reader, unicode, message);
  return true;
}

bool read_message(BytesView bytes, SmbStream& stream) {
  const auto magic = as_text(bytes.first(std::min<std::size_t>(4, bytes.size())));
  SmbMessage message;
  const bool known = magic == kSmb2Magic   ? read_smb2(bytes, message)
                     : magic == kSmb1Magic ? read_smb1(bytes, message)
                                           : false;
  if (known) stream.messages.push_back(std::move(message));
  return known;
}

void context(ByteWriter& out, std::uint16_t type, BytesView data) {
  out.u16le(type).u16le(static_cast<std::uint16_t>(data.size())).u32le(0).bytes(data);
}

// [MS-SMB2] 2.2.3.1: what 3.1.1 demands. The salt only varies a hash of a session we never open.
Bytes negotiate_contexts() {
  ByteWriter integrity;
  integrity.u16le(1).u16le(kSaltSize).u16le(kSha512).fill(kSaltSize, 0x51);
  ByteWriter ciphers;
  ciphers.u16le(2).u16le(kAes128Gcm).u16le(kAes128Ccm);
  ByteWriter out;
  context(out, kPreauthIntegrity, integrity.view());
  out.fill((8 - out.size() % 8) % 8);
  context(out, kEncryption, ciphers.view());
  return std::move(out).take();
}

}  // namespace

Bytes build_netbios_session_request() {
  ByteWriter names;
  netbios_name(names, "*SMBSERVER", 0x20);
  netbios_name(names, "QINGDAN", 0x00);
  return packet(kSessionRequest, names.view());
}

Bytes build_smb_multi_protocol_negotiate() {
  ByteWriter dialects;
  for (const std::string_view name : {"NT LM 0.12", "SMB 2.002", "SMB 2.???"}) {
    dialects.u8(2).text(name).u8(0);  // [MS-CIFS] 2.2.4.52.1: buffer format 2
  }
  auto out = smb1_header(kSmb1NegotiateCommand, 0);
  out.u8(0).u16le(static_cast<std::uint16_t>(dialects.size())).bytes(dialects.view());
  return packet(kSessionMessage, out.view());
}

Bytes build_smb2_negotiate(std::uint64_t message_id) {
  constexpr std::size_t kFixed = 36;
  constexpr std::size_t kContextsAt = (kSmb2Header + kFixed + sizeof kDialects + 7) / 8 * 8;
  auto out = smb2_header(kSmb2NegotiateCommand, message_id);
  out.u16le(kFixed).u16le(std::size(kDialects)).u16le(kSigningEnabled).u16le(0);
  out.u32le(kAllCapabilities).bytes(kClientGuid).u32le(kContextsAt).u16le(2).u16le(0);
  for (const auto dialect : kDialects) out.u16le(dialect);
  out.fill(kContextsAt - out.size()).bytes(negotiate_contexts());
  return packet(kSessionMessage, out.view());
}

Bytes build_smb2_session_setup(std::uint64_t message_id) {
  const auto blob = build_spnego_ntlm_negotiate();
  auto out = smb2_header(kSmb2SessionSetup, message_id);
  out.u16le(25).u8(0).u8(kSigningEnabled).u32le(0).u32le(0);
  out.u16le(kSmb2Header + 24).u16le(static_cast<std::uint16_t>(blob.size())).u64le(0).bytes(blob);
  return packet(kSessionMessage, out.view());
}

Bytes build_smb1_session_setup(std::uint32_t session_key) {
  // Circuit 1: circuit 0 makes old servers drop the client's other connections ([MS-CIFS]
  // 2.2.4.53.1). Unicode, NT status and extended security are all we claim to know.
  constexpr std::uint16_t kCircuit = 1;
  constexpr std::uint32_t kCapabilities = 0x8000'0044;
  constexpr std::size_t kBlobAt = kSmb1Header + 1 + 24 + 2;
  const auto blob = build_spnego_ntlm_negotiate();
  ByteWriter data;
  data.bytes(blob);
  data.fill((kBlobAt + blob.size()) % 2);  // [MS-CIFS] 2.2.1.1.1: strings are aligned
  for (const char c : std::string_view("Unix\0qingdan\0", 13)) {
    data.u16le(static_cast<std::uint8_t>(c));
  }
  auto out = smb1_header(kSmb1SessionSetup, 1);
  out.u8(12).u8(0xFF).u8(0).u16le(0).u16le(0xFFFF).u16le(1).u16le(kCircuit).u32le(session_key);
  out.u16le(static_cast<std::uint16_t>(blob.size())).u32le(0).u32le(kCapabilities);
  out.u16le(static_cast<std::uint16_t>(data.size())).bytes(data.view());
  return packet(kSessionMessage, out.view());
}

Extent measure_smb_packet(BytesView stream) {
  using State = Extent::State;
  if (stream.empty()) return {};
  const auto type = stream[0];
  const bool known = type == kSessionMessage || (type >= kPositive && type <= kKeepAlive);
  if (!known) return {State::foreign, 0};
  if (stream.size() < kPacketHeader) return {};
  ByteReader reader(stream.subspan(1));
  const std::size_t length = reader.u24be();
  if (length > kPacketMax) return {State::foreign, 0};
  // "\xFFSMB" and "\xFESMB" differ from all else in their second byte already.
  if (type == kSessionMessage && stream.size() > kPacketHeader + 1 &&
      (stream[kPacketHeader] < 0xFD || stream[kPacketHeader + 1] != 'S')) {
    return {State::foreign, 0};
  }
  const auto size = kPacketHeader + length;
  return size <= stream.size() ? Extent{State::whole, size} : Extent{};
}

std::optional<SmbStream> parse_smb_stream(BytesView bytes) {
  SmbStream stream;
  std::size_t packets = 0;
  while (packets < kMessagesMax) {
    const auto extent = measure_smb_packet(bytes);
    if (!extent.whole()) break;
    const auto type = bytes[0];
    const auto body = bytes.subspan(kPacketHeader, extent.size - kPacketHeader);
    bytes = bytes.subspan(extent.size);
    if (type == kPositive) stream.netbios_accepted = true;
    if (type == kNegative || type == kRetarget) stream.netbios_accepted = false;
    if (type == kSessionMessage && !read_message(body, stream)) break;
    ++packets;
  }
  if (stream.messages.empty() && !stream.netbios_accepted) return std::nullopt;
  return stream;
}

}  // namespace qingdan::net
