// learn_text — TOML with escapes, so that any bytes can stand there.
#include "identify/learn_text.h"

#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

// A basic string of TOML 1.0; bytes that are no text never come here (see example_text).
std::string toml_quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += {kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string example_text(const std::string& value) {
  return is_utf8(value) ? "text = " + toml_quoted(value)
                        : "hex = " + toml_quoted(to_hex(as_bytes(value)));
}

}  // namespace

std::string rule_text(const Rule& rule, Role role) {
  const auto& part = rule.parts.front();
  const char* subject = role == Role::os ? "os" : role == Role::hardware ? "hw" : "service";
  const auto& claim = role == Role::os ? rule.os : role == Role::hardware ? rule.hw : rule.service;
  std::string out =
      "[[rule]]\nid = " + toml_quoted(rule.id) + "\ninput = " + toml_quoted(part.input) + "\n";
  if (part.kind == MatchKind::equals) {
    out += "equals = [" + toml_quoted(part.texts.front()) + "]\n";
  } else {
    out += "pattern = '" + part.texts.front() + "'\n";
  }
  out += std::string(subject) + " = " + toml_quoted(claim.product) + "\n";
  if (!rule.protocol.empty()) out += "protocol = " + toml_quoted(rule.protocol) + "\n";
  out += "trust = " + std::to_string(rule.trust) + "\nsource = " + toml_quoted(rule.source) + "\n";
  for (const auto& example : rule.accept) {
    out += "[[rule.accept]]\n" + example_text(example.fields.front().second) + "\n";
    std::string expect;
    for (const auto& [name, value] : example.expect)
      expect += (expect.empty() ? " " : ", ") + name + " = " + toml_quoted(value);
    if (!expect.empty()) out += "expect = {" + expect + " }\n";
  }
  for (const auto& example : rule.reject) {
    out += "[[rule.reject]]\n" + example_text(example.fields.front().second) +
           "\nwhy = " + toml_quoted(example.why) + "\n";
  }
  return out;
}

std::string product_text(const Product& product) {
  std::string out = "[[product]]\n";
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out += std::string(key) + " = " + toml_quoted(value) + "\n";
  };
  add("id", product.id);
  add("vendor", product.vendor);
  add("vendor_zh", product.vendor_zh);
  add("product", product.product);
  add("product_zh", product.product_zh);
  add("category", product.category);
  add("role", std::string(to_string(product.role)));
  add("device_class", product.device_class);
  add("protocol", product.protocol);
  return out;
}

}  // namespace qingdan::identify
