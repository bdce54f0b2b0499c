// unknown_digest — the fields that tell looks, with everything that changes from host to host or
// from minute to minute folded away.
#include "identify/unknown_digest.h"

#include "identify/telling_fields.h"
#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kLooksMaxBytes = 512;

// Words with a digit in them are versions, times, addresses, tokens: each becomes "0".
std::string looks_of(std::string_view value) {
  std::string out;
  std::string word;
  bool numbered = false;
  const auto end_word = [&] {
    out += numbered ? "0" : word;
    word.clear();
    numbered = false;
  };
  for (const char c : value.substr(0, kLooksMaxBytes)) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    const bool joins = c == '.' || c == ':' || c == '-' || c == '_';
    if (digit || letter || (joins && !word.empty())) {
      word += c;
      numbered = numbered || digit;
    } else {
      end_word();
      out += c;
    }
  }
  end_word();
  return out;
}

}  // namespace

std::string unknown_digest(std::string_view channel, const Dissection& dissection) {
  std::string looks(channel);
  for (const auto& field : dissection.fields) {
    if (!tells_looks(field.name)) continue;
    looks += "\n" + field.name + "=";
    looks += field.name == "http_header.cookie" ? field.value.substr(0, field.value.find('='))
                                                : looks_of(field.value);
  }
  return net::sha256_hex(as_bytes(looks));
}

}  // namespace qingdan::identify
