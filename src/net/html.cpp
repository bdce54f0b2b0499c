// html — a forward-only scan of tags (HTML §13.2.5; only what the facts need, no tree).
//   M1  the position never goes back, and a search that fails ends the scan: linear time
//   M2  text inside script, style, svg and comments is never taken for the page's title
// Filing numbers are in filing_number.cpp.
#include "qingdan/net/html.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) --max;
  return text.substr(0, max);
}

std::string fold_space(std::string_view text) {
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // U+00A0 and U+3000 are white space to the reader.
    const auto rest = text.substr(i);
    const std::size_t wide = rest.starts_with("\xC2\xA0")       ? 2
                             : rest.starts_with("\xE3\x80\x80") ? 3
                                                                : 0;
    if (wide > 0 || is_space(text[i]) || text[i] == '\0') {
      gap = !out.empty();
      if (wide > 0) i += wide - 1;
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += text[i];
  }
  return out;
}

// Finds `needle` (lower case) ignoring ASCII case.
std::size_t find_ignoring_case(std::string_view text, std::string_view needle, std::size_t from) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  };
  if (from > text.size()) return std::string_view::npos;
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                                 needle.begin(), needle.end(), same);
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

struct Attribute {
  std::string name;  // lower case
  std::string_view value;
};

struct Tag {
  std::string name;  // lower case
  std::vector<Attribute> attributes;
  bool closing{false};
  bool empty{false};  // <x/>

  [[nodiscard]] std::string value_of(std::string_view attribute) const {
    for (const auto& a : attributes) {
      if (a.name == attribute) return decode_entities(cut(trim(a.value), kHtmlTextMax));
    }
    return {};
  }
};

class Scanner {
 public:
  explicit Scanner(std::string_view page) : page_(page) {}

  // The next tag, comments and declarations passed over; nothing at the end.
  std::optional<Tag> next_tag() {
    while (true) {
      at_ = page_.find('<', at_);
      if (at_ == std::string_view::npos || at_ + 1 >= page_.size()) return std::nullopt;
      const char c = page_[at_ + 1];
      if (c == '!' || c == '?') {
        if (!skip_declaration()) return std::nullopt;
      } else if (is_letter(c) || c == '/') {
        return read_tag();
      } else {
        ++at_;
      }
    }
  }

  // Text up to the end tag `name`, which is left to be read; the rest of the page where it does
  // not come.
  std::string_view raw_text(std::string_view name) {
    const auto from = at_;
    auto end = find_ignoring_case(page_, "</" + std::string(name), from);
    closed_ = end != std::string_view::npos;
    if (!closed_) end = page_.size();
    at_ = end;
    return page_.substr(from, end - from);
  }
  [[nodiscard]] bool raw_text_was_closed() const { return closed_; }

 private:
  bool skip_declaration() {
    const bool comment = page_.substr(at_).starts_with("<!--");
    // "<!-->" and "<!--->" are whole comments.
    const auto end = comment ? page_.find("-->", at_ + 2) : page_.find('>', at_);
    if (end == std::string_view::npos) return false;
    at_ = end + (comment ? 3 : 1);
    return true;
  }

  Tag read_tag() {
    constexpr std::size_t kAttributesMax = 64;
    Tag tag;
    ++at_;
    if (page_[at_] == '/') {
      tag.closing = true;
      ++at_;
    }
    const auto from = at_;
    while (at_ < page_.size() && !is_space(page_[at_]) && page_[at_] != '>' && page_[at_] != '/') {
      ++at_;
    }
    tag.name = to_lower_ascii(cut(page_.substr(from, at_ - from), 64));
    while (at_ < page_.size() && page_[at_] != '>') {
      tag.empty = page_[at_] == '/';
      if (is_space(page_[at_]) || page_[at_] == '/') {
        ++at_;
        continue;
      }
      auto attribute = read_attribute();
      if (tag.attributes.size() < kAttributesMax) tag.attributes.push_back(std::move(attribute));
    }
    if (at_ < page_.size()) ++at_;
    return tag;
  }

  Attribute read_attribute() {
    const auto from = at_++;  // a '=' in front belongs to the name (HTML §13.2.5.32)
    while (at_ < page_.size() && !is_space(page_[at_]) && page_[at_] != '=' && page_[at_] != '>' &&
           page_[at_] != '/') {
      ++at_;
    }
    Attribute attribute{to_lower_ascii(cut(page_.substr(from, at_ - from), 64)), {}};
    skip_space();
    if (at_ >= page_.size() || page_[at_] != '=') return attribute;
    ++at_;
    skip_space();
    if (at_ < page_.size() && (page_[at_] == '"' || page_[at_] == '\'')) {
      const char quote = page_[at_++];
      const auto end = std::min(page_.find(quote, at_), page_.size());
      attribute.value = page_.substr(at_, end - at_);
      at_ = std::min(end + 1, page_.size());
      return attribute;
    }
    const auto start = at_;
    while (at_ < page_.size() && !is_space(page_[at_]) && page_[at_] != '>') ++at_;
    attribute.value = page_.substr(start, at_ - start);
    return attribute;
  }

  void skip_space() {
    while (at_ < page_.size() && is_space(page_[at_])) ++at_;
  }

  std::string_view page_;
  std::size_t at_ = 0;
  bool closed_ = false;
};

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || is_space(text[at - 1]);
    const auto end = at + word.size();
    if (starts && (end == text.size() || is_space(text[end]))) return true;
  }
  return false;
}

template <class T>
void keep(std::vector<T>& list, T item) {
  if (list.size() < kHtmlItemsMax) list.push_back(std::move(item));
}

// "0; url=/index.html" (HTML §4.2.5.3).
std::string refresh_target(std::string_view content) {
  const auto at = find_ignoring_case(content, "url", 0);
  if (at == std::string_view::npos) return {};
  auto rest = trim(content.substr(at + 3));
  if (!rest.starts_with('=')) return {};
  rest = trim(rest.substr(1));
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    return std::string(rest.substr(1, rest.find(rest[0], 1) - 1));
  }
  return std::string(rest);
}

// The string that a script puts into `location` by itself, in the forms devices use. Only at the
// head of a script: deep inside, it is a handler of some button.
std::string script_target(std::string_view script) {
  constexpr std::size_t kLook = 4096;
  script = script.substr(0, kLook);
  for (auto at = script.find("location"); at != std::string_view::npos;
       at = script.find("location", at + 8)) {
    auto rest = script.substr(at + 8);
    if (rest.starts_with(".href")) rest.remove_prefix(5);
    rest = trim(rest);
    if (rest.starts_with(".replace(") || rest.starts_with(".assign(")) {
      rest = trim(rest.substr(rest.find('(') + 1));
    } else if (rest.starts_with('=') && !rest.starts_with("==")) {
      rest = trim(rest.substr(1));
    } else {
      continue;
    }
    if (!rest.starts_with('"') && !rest.starts_with('\'')) continue;
    const auto end = rest.find(rest[0], 1);
    if (end == std::string_view::npos) continue;
    // A string that goes on with "+" is only half a target.
    const auto after = trim(rest.substr(end + 1));
    if (!after.starts_with('+')) return std::string(rest.substr(1, end - 1));
  }
  return {};
}

void read_meta(const Tag& tag, HtmlFacts& facts) {
  HtmlMeta meta;
  for (const auto* key : {"name", "http-equiv", "property", "itemprop"}) {
    if (meta.name.empty()) meta.name = to_lower_ascii(tag.value_of(key));
  }
  if (meta.name.empty()) return;
  meta.content = tag.value_of("content");
  if (meta.name == "generator" && facts.generator.empty()) facts.generator = meta.content;
  if (meta.name == "refresh" && facts.refresh.empty()) facts.refresh = refresh_target(meta.content);
  keep(facts.metas, std::move(meta));
}

void read_link(const Tag& tag, HtmlFacts& facts) {
  HtmlLink link{to_lower_ascii(tag.value_of("rel")), tag.value_of("href")};
  if (link.href.empty()) return;
  if (facts.favicon.empty() && has_word(link.rel, "icon")) facts.favicon = link.href;
  keep(facts.links, std::move(link));
}

std::string read_title(Scanner& scanner) {
  auto text = scanner.raw_text("title");
  // A page cut or broken inside its title: what stands before the next tag.
  if (!scanner.raw_text_was_closed()) text = text.substr(0, text.find('<'));
  return std::string(cut(fold_space(decode_entities(cut(text, 4 * kHtmlTextMax))), kHtmlTextMax));
}

class Reader {
 public:
  explicit Reader(std::string_view page) : scanner_(page) {}

  HtmlFacts run() {
    while (const auto tag = scanner_.next_tag()) {
      if (tag->name == "svg") {
        in_svg_ = !tag->closing && !tag->empty;
      } else if (!tag->closing) {
        on_start(*tag);
      }
    }
    if (facts_.refresh.empty()) facts_.refresh = std::move(script_refresh_);
    return std::move(facts_);
  }

 private:
  void on_start(const Tag& tag) {
    const auto& name = tag.name;
    if (name == "title" && !in_svg_) {
      auto title = read_title(scanner_);
      if (!has_title_) facts_.title = std::move(title);
      has_title_ = true;
    } else if (name == "meta") {
      read_meta(tag, facts_);
    } else if (name == "link") {
      read_link(tag, facts_);
    } else if (name == "base") {
      if (facts_.base_href.empty()) facts_.base_href = tag.value_of("href");
    } else if (name == "input") {
      facts_.has_password_field |= equals_ignoring_case(tag.value_of("type"), "password");
    } else if (name == "script") {
      on_script(tag);
    } else if (name == "style" || name == "textarea" || name == "xmp" || name == "iframe") {
      scanner_.raw_text(name);
    }
  }

  void on_script(const Tag& tag) {
    if (auto src = tag.value_of("src"); !src.empty()) keep(facts_.scripts, std::move(src));
    const auto text = scanner_.raw_text("script");
    if (script_refresh_.empty()) script_refresh_ = script_target(text);
  }

  Scanner scanner_;
  HtmlFacts facts_;
  std::string script_refresh_;
  bool in_svg_ = false;
  bool has_title_ = false;
};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// "#38634" or "#x96EA" without & and ;.
std::optional<std::uint32_t> read_numeric(std::string_view name) {
  name.remove_prefix(1);
  const bool hex = name.starts_with('x') || name.starts_with('X');
  if (hex) name.remove_prefix(1);
  std::uint32_t code = 0;
  const auto* end = name.data() + name.size();
  const auto [stop, problem] = std::from_chars(name.data(), end, code, hex ? 16 : 10);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code == 0 || code > 0x10FFFF || surrogate) return 0xFFFD;  // HTML §13.2.5.80
  return code;
}

std::optional<std::uint32_t> read_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 26> kNames{{
      {"amp", '&'},     {"lt", '<'},       {"gt", '>'},       {"quot", '"'},      {"apos", '\''},
      {"nbsp", 0xA0},   {"copy", 0xA9},    {"reg", 0xAE},     {"trade", 0x2122},  {"middot", 0xB7},
      {"bull", 0x2022}, {"ndash", 0x2013}, {"mdash", 0x2014}, {"hellip", 0x2026}, {"laquo", 0xAB},
      {"raquo", 0xBB},  {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201C},  {"rdquo", 0x201D},
      {"ensp", 0x2002}, {"emsp", 0x2003},  {"times", 0xD7},   {"deg", 0xB0},      {"uuml", 0xFC},
      {"eacute", 0xE9},
  }};
  for (const auto& [known, code] : kNames) {
    if (known == name) return code;
  }
  return std::nullopt;
}

}  // namespace

std::string decode_entities(std::string_view text) {
  constexpr std::size_t kNameMax = 10;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto amp = std::min(text.find('&', at), text.size());
    out += text.substr(at, amp - at);
    if (amp == text.size()) break;
    const auto window = text.substr(amp + 1, kNameMax);
    const auto end = window.find(';');
    const auto name = window.substr(0, end);
    std::optional<std::uint32_t> code;
    if (end != std::string_view::npos && !name.empty()) {
      code = name[0] == '#' ? read_numeric(name) : read_named(name);
    }
    if (code) {
      append_utf8(out, *code);
      at = amp + end + 2;
    } else {
      out += '&';
      at = amp + 1;
    }
  }
  return out;
}

HtmlFacts parse_html(std::string_view utf8) {
  auto facts = Reader(utf8).run();
  facts.icp_number = find_icp_number(utf8);
  facts.police_number = find_police_number(utf8);
  return facts;
}

}  // namespace qingdan::net
