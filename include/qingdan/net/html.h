// html — what a page says of itself: title, metas, scripts, links, login form, filing numbers.
// Pure.
//
// A scanner, not a parser: linear in the page, no tree, no scripts run. Input is UTF-8
// (http_wire's decode_body); broken and cut pages give what was readable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qingdan::net {

// Longer texts are cut, further items of a list are left out.
inline constexpr std::size_t kHtmlTextMax = 2048;
inline constexpr std::size_t kHtmlItemsMax = 200;

struct HtmlMeta {
  std::string name;     // of name=, property= or http-equiv=, lower case
  std::string content;  // entities decoded
  bool operator==(const HtmlMeta&) const = default;
};

struct HtmlLink {
  std::string rel;  // lower case
  std::string href;
  bool operator==(const HtmlLink&) const = default;
};

struct HtmlFacts {
  std::string title;  // the first outside script and svg; entities decoded, white space folded
  std::vector<HtmlMeta> metas;
  std::vector<std::string> scripts;  // src
  std::vector<HtmlLink> links;
  std::string base_href;
  std::string favicon;    // href of the first link whose rel has the word "icon"; may be data:
  std::string generator;  // <meta name="generator">
  // Where the page sends its reader at once: <meta http-equiv="refresh">, else a first
  // location = "…" / location.href = "…" / location.replace("…") in a script.
  std::string refresh;
  bool has_password_field{false};
  std::string icp_number;     // 苏ICP备12345678号-1 (工信部备案), "" where none
  std::string police_number;  // 苏公网安备 32040002000001号 (公安备案), "" where none
};

[[nodiscard]] HtmlFacts parse_html(std::string_view utf8);

// Character references (HTML §13.5): numeric ones and the names that occur in titles. Others stay.
[[nodiscard]] std::string decode_entities(std::string_view text);

// The first filing number in a text, in its official spelling; "" where there is none.
[[nodiscard]] std::string find_icp_number(std::string_view utf8);
[[nodiscard]] std::string find_police_number(std::string_view utf8);

}  // namespace qingdan::net
