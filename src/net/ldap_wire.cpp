// ldap_wire — see the header.
#include "qingdan/net/ldap_wire.h"

#include <array>

#include "net/ber.h"
#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

// RFC 4511 §4.2 to §4.14: application tags of the operations.
constexpr std::uint8_t kBindResponse = 0x61;
constexpr std::uint8_t kUnbindRequest = 0x42;
constexpr std::uint8_t kSearchRequest = 0x63;
constexpr std::uint8_t kSearchResultEntry = 0x64;
constexpr std::uint8_t kSearchResultDone = 0x65;
constexpr std::uint8_t kExtendedResponse = 0x78;
constexpr std::uint8_t kResponseName = 0x8A;   // §4.12, [10]
constexpr std::uint8_t kFilterPresent = 0x87;  // §4.5.1, [7]
constexpr std::size_t kMessageMax = 262'144;
constexpr std::size_t kMessagesMax = 64;
constexpr std::size_t kAttributesMax = 128;
constexpr std::size_t kValuesMax = 512;

// "*" asks for the user attributes; the others are operational and must be named (RFC 4512 §5.1).
constexpr std::array<std::string_view, 24> kAttributes{"*",
                                                       "vendorName",
                                                       "vendorVersion",
                                                       "namingContexts",
                                                       "defaultNamingContext",
                                                       "rootDomainNamingContext",
                                                       "subschemaSubentry",
                                                       "supportedLDAPVersion",
                                                       "supportedSASLMechanisms",
                                                       "supportedCapabilities",
                                                       "supportedControl",
                                                       "supportedExtension",
                                                       "supportedFeatures",
                                                       "objectClass",
                                                       "structuralObjectClass",
                                                       "configContext",
                                                       "dnsHostName",
                                                       "serverName",
                                                       "ldapServiceName",
                                                       "dsServiceName",
                                                       "domainFunctionality",
                                                       "forestFunctionality",
                                                       "domainControllerFunctionality",
                                                       "isGlobalCatalogReady"};

struct Message {
  std::uint8_t operation{0};
  BytesView body;
};

// LDAPMessage (§4.1.1): an id and one operation.
std::optional<Message> read_message(BytesView element) {
  ByteReader outer(element);
  const auto content = ber::next(outer, ber::kSequence);
  if (!content) return std::nullopt;
  ByteReader reader(*content);
  const auto id = ber::next(reader, ber::kInteger);
  const auto operation = id ? ber::next(reader) : std::nullopt;
  if (!operation || (operation->tag & 0xC0) != 0x40) return std::nullopt;
  return Message{operation->tag, operation->body};
}

bool is_last_word(std::uint8_t operation) {
  return operation == kSearchResultDone || operation == kExtendedResponse ||
         operation == kBindResponse;
}

void read_attribute(BytesView body, LdapAnswer& answer) {
  ByteReader reader(body);
  const auto name = ber::next(reader, ber::kOctetString);
  const auto values = name ? ber::next(reader, ber::kSet) : std::nullopt;
  if (!values) return;
  LdapAttribute attribute{std::string(as_text(*name)), {}};
  ByteReader inside(*values);
  while (attribute.values.size() < kValuesMax) {
    const auto value = ber::next(inside, ber::kOctetString);
    if (!value) break;
    attribute.values.emplace_back(as_text(*value));
  }
  answer.attributes.push_back(std::move(attribute));
}

// SearchResultEntry (§4.5.2): objectName, PartialAttributeList.
void read_entry(BytesView body, LdapAnswer& answer) {
  ByteReader reader(body);
  const auto name = ber::next(reader, ber::kOctetString);
  const auto list = name ? ber::next(reader, ber::kSequence) : std::nullopt;
  if (!list) return;
  ByteReader attributes(*list);
  while (answer.attributes.size() < kAttributesMax) {
    const auto attribute = ber::next(attributes, ber::kSequence);
    if (!attribute) return;
    read_attribute(*attribute, answer);
  }
}

// LDAPResult (§4.1.9): resultCode, matchedDN, diagnosticMessage; an ExtendedResponse adds its name.
void read_result(BytesView body, LdapAnswer& answer) {
  ByteReader reader(body);
  const auto code = ber::next(reader, ber::kEnumerated);
  if (!code) return;
  answer.result_code = ber::to_integer(*code);
  const auto matched = ber::next(reader, ber::kOctetString);
  const auto text = matched ? ber::next(reader, ber::kOctetString) : std::nullopt;
  if (!text) return;
  answer.diagnostic = std::string(as_text(*text));
  while (const auto extra = ber::next(reader)) {
    if (extra->tag == kResponseName) answer.notice = std::string(as_text(extra->body));
  }
}

}  // namespace

Bytes build_ldap_root_dse_search() {
  Bytes names;
  for (const auto name : kAttributes) {
    const auto one = ber::element(ber::kOctetString, as_bytes(name));
    names.insert(names.end(), one.begin(), one.end());
  }
  constexpr std::int64_t kBaseObject = 0, kNeverDeref = 0, kSizeLimit = 1, kTimeLimitSeconds = 5;
  const Bytes no = {0};
  const auto request = ber::element(
      kSearchRequest,
      {ber::element(ber::kOctetString, BytesView{}), ber::integer(kBaseObject, ber::kEnumerated),
       ber::integer(kNeverDeref, ber::kEnumerated), ber::integer(kSizeLimit),
       ber::integer(kTimeLimitSeconds), ber::element(ber::kBoolean, no),
       ber::element(kFilterPresent, as_bytes("objectClass")), ber::element(ber::kSequence, names)});
  return ber::element(ber::kSequence, {ber::integer(1), request});
}

Bytes build_ldap_start_tls() {
  constexpr std::uint8_t kExtendedRequest = 0x77, kRequestName = 0x80;  // RFC 4511 §4.12
  const auto name = ber::element(kRequestName, as_bytes(kLdapStartTls));
  const auto operation = ber::element(kExtendedRequest, BytesView(name));
  return ber::element(ber::kSequence, {ber::integer(1), operation});
}

Bytes build_ldap_unbind() {
  return ber::element(ber::kSequence, {ber::integer(2), ber::element(kUnbindRequest, BytesView{})});
}

Extent measure_ldap_answer(BytesView stream) {
  using State = Extent::State;
  std::size_t at = 0;
  for (std::size_t count = 0; count < kMessagesMax; ++count) {
    const auto rest = stream.subspan(at);
    if (!rest.empty() && rest[0] != ber::kSequence) return {State::foreign, 0};
    const auto size = ber::element_size(rest, kMessageMax);
    if (!size) return {State::foreign, 0};
    if (*size == 0) return {};
    const auto message = read_message(rest.first(*size));
    if (!message) return {State::foreign, 0};
    at += *size;
    if (is_last_word(message->operation)) return {State::whole, at};
  }
  return {State::foreign, 0};
}

std::string_view LdapAnswer::find_first(std::string_view name) const {
  for (const auto& attribute : attributes) {
    if (equals_ignoring_case(attribute.name, name)) {
      return attribute.values.empty() ? std::string_view{} : attribute.values.front();
    }
  }
  return {};
}

std::optional<LdapAnswer> parse_ldap_answer(BytesView stream) {
  LdapAnswer answer;
  std::size_t count = 0;
  for (; count < kMessagesMax; ++count) {
    const auto size = ber::element_size(stream, kMessageMax);
    if (!size || *size == 0) break;
    const auto message = read_message(stream.first(*size));
    if (!message) break;
    stream = stream.subspan(*size);
    if (message->operation == kSearchResultEntry) read_entry(message->body, answer);
    if (is_last_word(message->operation)) {
      read_result(message->body, answer);
      return answer;
    }
  }
  if (count == 0) return std::nullopt;
  return answer;
}

}  // namespace qingdan::net
