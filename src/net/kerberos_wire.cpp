// kerberos_wire — see the header.
#include "qingdan/net/kerberos_wire.h"

#include "net/ber.h"

namespace qingdan::net {
namespace {

// RFC 4120 §5.2.1: KerberosString is a GeneralString; §5.2.3: KerberosTime a GeneralizedTime.
constexpr std::uint8_t kGeneralString = 0x1B, kGeneralizedTime = 0x18, kBitString = 0x03;
constexpr std::uint8_t kAsReq = 0x6A, kKrbError = 0x7E;  // [APPLICATION 10], [APPLICATION 30]
constexpr std::int64_t kVersion = 5, kTypeAsReq = 10, kTypeError = 30;
constexpr std::int64_t kServiceInstance = 2;  // §7.5.8, NT-SRV-INST: krbtgt
constexpr std::size_t kMessageMax = 8192;

constexpr std::uint8_t context(std::uint8_t number) { return 0xA0 | number; }

Bytes string(std::string_view text) { return ber::element(kGeneralString, as_bytes(text)); }

Bytes numbered(std::uint8_t number, BytesView body) { return ber::element(context(number), body); }

// [number] INTEGER of what is left of a sequence whose fields come in order.
std::optional<std::int64_t> integer_of(const ber::Element& field) {
  ByteReader reader(field.body);
  const auto body = ber::next(reader, ber::kInteger);
  return body ? ber::to_integer(*body) : std::nullopt;
}

std::string string_of(const ber::Element& field) {
  ByteReader reader(field.body);
  const auto body = ber::next(reader, kGeneralString);
  return body ? std::string(as_text(*body)) : std::string();
}

// §7.2.2: over TCP four bytes with the length come first.
BytesView without_length(BytesView message) {
  ByteReader reader(message);
  const std::size_t length = reader.u32be();
  return reader && length <= kMessageMax && length <= reader.remaining() ? reader.take(length)
                                                                         : message;
}

}  // namespace

// §5.4.1: options, realm, server, end ("19700101000000Z": as late as may be), nonce, kinds of
// encryption; those of AES and, for old centres, RC4 (§8.1).
Bytes build_kerberos_request(std::uint32_t nonce) {
  constexpr std::uint32_t kFourBytes = 0x4000'0000, kLow = 0x3FFF'FFFF;
  const Bytes no_options{0, 0, 0, 0, 0};  // none of 32 bits, none unused
  const auto names = ber::element(ber::kSequence, {string("krbtgt"), string(kKerberosNowhere)});
  const auto server = ber::element(
      ber::kSequence, {numbered(0, ber::integer(kServiceInstance)), numbered(1, names)});
  const auto kinds =
      ber::element(ber::kSequence, {ber::integer(18), ber::integer(17), ber::integer(23)});
  const auto body = ber::element(
      ber::kSequence, {numbered(0, ber::element(kBitString, no_options)),
                       numbered(2, string(kKerberosNowhere)), numbered(3, server),
                       numbered(5, ber::element(kGeneralizedTime, as_bytes("19700101000000Z"))),
                       numbered(7, ber::integer(kFourBytes | (nonce & kLow))), numbered(8, kinds)});
  const auto request =
      ber::element(ber::kSequence, {numbered(1, ber::integer(kVersion)),
                                    numbered(2, ber::integer(kTypeAsReq)), numbered(4, body)});
  return ber::element(kAsReq, request);
}

Bytes build_kerberos_request_tcp(std::uint32_t nonce) {
  const auto request = build_kerberos_request(nonce);
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(request.size())).bytes(request);
  return std::move(out).take();
}

Extent measure_kerberos_error_tcp(BytesView stream) {
  using State = Extent::State;
  ByteReader reader(stream);
  const std::size_t length = reader.u32be();
  if (!reader) return {};
  if (length == 0 || length > kMessageMax) return {State::foreign, 0};
  if (!reader.at_end() && reader.u8() != kKrbError) return {State::foreign, 0};
  const std::size_t size = 4 + length;
  return size <= stream.size() ? Extent{State::whole, size} : Extent{};
}

std::optional<KerberosError> parse_kerberos_error(BytesView message) {
  if (message.empty()) return std::nullopt;
  ByteReader outer(message[0] == kKrbError ? message : without_length(message));
  const auto error = ber::next(outer, kKrbError);
  if (!error || !outer.at_end()) return std::nullopt;
  ByteReader inner(*error);
  const auto sequence = ber::next(inner, ber::kSequence);
  if (!sequence) return std::nullopt;
  ByteReader fields(*sequence);
  std::optional<std::int64_t> version, type, code;
  KerberosError out;
  while (const auto field = ber::next(fields)) {  // §5.9.1
    if (field->tag == context(0)) version = integer_of(*field);
    if (field->tag == context(1)) type = integer_of(*field);
    if (field->tag == context(6)) code = integer_of(*field);
    if (field->tag == context(9)) out.realm = string_of(*field);
    if (field->tag == context(11)) out.text = string_of(*field);
  }
  const bool sane = version == kVersion && type == kTypeError && code && *code >= 0 && *code < 256;
  if (!sane) return std::nullopt;
  out.code = static_cast<int>(*code);
  return out;
}

}  // namespace qingdan::net
