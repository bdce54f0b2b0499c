// text — character sets through iconv(3); escaping; hex and base64.
#include "qingdan/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "chinese.h"
#include "converter.h"

namespace qingdan {
namespace {

constexpr std::size_t kJudgedBytes = 65'536;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the valid UTF-8 sequence at the start of `s`, 0 where there is none (RFC 3629 §4).
std::size_t sequence_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || s.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

// gb2312 and gbk pages routinely use characters of the larger set, so both are read as GB18030.
std::string canonical_charset(std::string_view name) {
  std::string lower = to_lower_ascii(trim(name));
  if (lower == "gbk" || lower == "gb2312" || lower == "gb_2312-80" || lower == "cp936" ||
      lower == "x-gbk") {
    return "gb18030";
  }
  // Hong Kong's characters stand where plain Big5 has none.
  if (lower == "big5" || lower == "cn-big5" || lower == "csbig5" || lower == "x-x-big5" ||
      lower == "big5hkscs" || lower == "cp950") {
    return "big5-hkscs";
  }
  if (lower == "utf8") return "utf-8";
  return lower;
}

std::optional<Chinese> chinese_family(std::string_view charset) {
  if (charset == "gb18030") return Chinese::gb;
  if (charset == "big5-hkscs") return Chinese::big5;
  return std::nullopt;
}

std::string sanitise_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    out += length == 0 ? kReplacement : text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return out;
}

// nullopt: unknown charset. `strict`: nullopt also at the first byte that does not belong, unless
// it begins the last character, which is cut.
std::optional<std::string> convert(std::string_view in, const std::string& charset, bool strict) {
  Converter converter("UTF-8", charset.c_str());
  if (!converter.usable()) return std::nullopt;
  std::string out;
  while (!in.empty()) {
    const std::size_t used = converter.run(in, out);
    if (used == in.size()) break;
    if (strict && !converter.cut()) return std::nullopt;
    out += kReplacement;
    in.remove_prefix(converter.cut() ? in.size() : used + 1);
  }
  return out;
}

// Where the text ends but for a last character that is cut.
std::size_t end_of_whole(std::string_view text) {
  for (std::size_t tail = 1; tail <= std::min<std::size_t>(3, text.size()); ++tail) {
    const auto byte = static_cast<unsigned char>(text[text.size() - tail]);
    if ((byte & 0xC0) == 0x80) continue;
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > tail ? text.size() - tail : text.size();
  }
  return text.size();
}

// Is it UTF-8, rather than a text of the other charset which earned `points`? Few bytes can be
// both.
bool is_rather_utf8(std::string_view text, int points) {
  const auto whole = text.substr(0, end_of_whole(text));
  const auto is_long = [](char c) { return static_cast<unsigned char>(c) >= 0xE0; };
  if (!is_utf8(whole) || std::none_of(whole.begin(), whole.end(), is_long)) return false;
  const auto gb = to_gb18030(whole.substr(0, end_of_whole(whole.substr(0, kJudgedBytes))));
  return gb.has_value() && chinese_points(*gb, Chinese::gb) >= points;
}

std::string whole_utf8(std::string_view text) {
  const auto end = end_of_whole(text);
  return std::string(text.substr(0, end)).append(end < text.size() ? kReplacement : "");
}

std::string detect(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  const int gb = chinese_points(text, Chinese::gb);
  const int big5 = chinese_points(text, Chinese::big5);
  if (is_rather_utf8(text, std::max(gb, big5))) return whole_utf8(text);
  // Nearly all texts of either are valid in both; where little speaks for Big5, the mainland's it
  // is.
  constexpr int kClearly = 3;
  struct Candidate {
    const char* charset;
    int points;
  };
  std::array<Candidate, 2> candidates{{{"gb18030", gb}, {"big5-hkscs", big5}}};
  if (big5 >= gb + kClearly) std::swap(candidates[0], candidates[1]);
  for (const auto& candidate : candidates) {
    const auto converted = convert(text, candidate.charset, true);
    // A last letter of Latin-1 looks like a cut character too.
    const bool cut = converted && converted->ends_with(kReplacement);
    if (converted && (!cut || candidate.points > 0)) return *converted;
  }
  return *convert(text, "iso-8859-1", false);
}

}  // namespace

bool is_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  for (std::size_t i = 0; i < text.size();) {
    // Most texts are ASCII: eight bytes at a time.
    std::uint64_t eight = 0;
    if (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, &text[i], sizeof eight);
      if ((eight & kHighBits) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string to_utf8(BytesView bytes, std::string_view charset) {
  std::string_view text = as_text(bytes);
  if (text.starts_with("\xEF\xBB\xBF")) return sanitise_utf8(text.substr(3));
  if (text.starts_with("\xFF\xFE")) return convert(text.substr(2), "UTF-16LE", false).value_or("");
  if (text.starts_with("\xFE\xFF")) return convert(text.substr(2), "UTF-16BE", false).value_or("");
  const std::string name = canonical_charset(charset);
  if (name.empty()) return detect(text);
  if (name == "utf-8") return sanitise_utf8(text);
  // A peer names its charset; iconv's own suffixes (//IGNORE) and path-like names are not for it.
  if (name.find('/') != std::string::npos) return detect(text);
  // Pages moved to UTF-8 keep the charset they named before.
  const auto family = chinese_family(name);
  if (family && is_rather_utf8(text, chinese_points(text, *family))) return whole_utf8(text);
  if (auto converted = convert(text, name, false)) return *converted;
  return detect(text);
}

Result<std::string> to_gb18030(std::string_view utf8) {
  Converter converter("GB18030", "UTF-8");
  if (!converter.usable()) {
    return Error{ErrorCode::internal, "this system's iconv has no GB18030; use --encoding utf8-bom",
                 ""};
  }
  std::string out;
  const std::size_t used = converter.run(utf8, out);
  if (used != utf8.size()) {
    return Error{ErrorCode::input,
                 fmt::format("byte {} of the text cannot be written in GB18030: {}", used,
                             escape_untrusted(utf8.substr(used, 8))),
                 ""};
  }
  return out;
}

std::string escape_untrusted(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kEllipsis = "…";
  std::string out;
  std::size_t cut = 0;  // where the ellipsis goes if the rest does not fit
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    std::string piece;
    if (length == 0 || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
        byte == 0x7F ||
        (length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0)) {
      const std::size_t width = length == 2 ? 2 : 1;  // C1 controls take two bytes
      for (std::size_t k = 0; k < width; ++k) {
        piece += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i + k]));
      }
      i += width;
    } else if (byte == '\n' || byte == '\r' || byte == '\t') {
      piece = byte == '\n' ? "\\n" : byte == '\r' ? "\\r" : "\\t";
      ++i;
    } else {
      piece = text.substr(i, length);
      i += length;
    }
    if (out.size() + piece.size() > max_bytes) {
      out.resize(cut);
      return out.append(kEllipsis);
    }
    out += piece;
    if (out.size() + kEllipsis.size() <= max_bytes) cut = out.size();
  }
  return out;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  std::size_t first = 0;
  auto last = text.size();
  while (first < last && is_space(text[first])) ++first;
  while (last > first && is_space(text[last - 1])) --last;
  return text.substr(first, last - first);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string to_hex(BytesView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

Result<Bytes> from_hex(std::string_view hex) {
  Bytes out;
  if (hex.size() % 2 != 0)
    return Error{ErrorCode::input, "hex text has an odd number of digits", ""};
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) {
      return Error{ErrorCode::input, fmt::format("not a hex digit at position {}", i + 1), ""};
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string to_base64(BytesView bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= bytes[i + 2];
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kBase64[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kBase64[group & 63] : '=';
  }
  return out;
}

Result<Bytes> from_base64(std::string_view base64) {
  Bytes out;
  std::uint32_t group = 0;
  int bits = 0;
  bool padded = false;
  for (std::size_t i = 0; i < base64.size(); ++i) {
    const char c = base64[i];
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos || padded) {
      return Error{ErrorCode::input, fmt::format("not base64 at position {}", i + 1), ""};
    }
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits & 0xFF));
    }
  }
  if (bits >= 6) return Error{ErrorCode::input, "base64 text is cut short", ""};
  return out;
}

}  // namespace qingdan
