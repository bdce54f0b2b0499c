// text_request — the head of an RTSP or SIP request: first line and fields.
#pragma once

#include <map>
#include <string>

#include "qingdan/base/text.h"

namespace qingdan::practice {

struct TextRequest {
  std::string method, version;
  std::map<std::string, std::string> fields;  // names in lower case
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
};

[[nodiscard]] inline TextRequest read_text_request(std::string_view head) {
  TextRequest request;
  bool first = true;
  for (const auto raw : split(head, '\n')) {
    const auto line = trim(raw);
    if (std::exchange(first, false)) {
      request.method = std::string(line.substr(0, line.find(' ')));
      request.version = std::string(line.substr(line.rfind(' ') + 1));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.fields[to_lower_ascii(line.substr(0, colon))] =
        std::string(trim(line.substr(colon + 1)));
  }
  return request;
}

}  // namespace qingdan::practice
