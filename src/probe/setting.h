// setting — what a conversation is told of the place it runs in.
#pragma once

#include <string>

#include "qingdan/probe/conversation.h"
#include "qingdan/targets/approved_target.h"

namespace qingdan::probe {

inline Setting make_setting(const targets::ApprovedTarget& target, const std::string& vhost,
                            bool inside_tls) {
  Setting setting;
  const auto text = target.ip().to_string();
  // RFC 3986 §3.2.2: an IPv6 literal stands in brackets.
  setting.host = !vhost.empty() ? vhost : target.ip().is_v6() ? "[" + text + "]" : text;
  setting.vhost = vhost;
  setting.port = target.port();
  setting.inside_tls = inside_tls;
  return setting;
}

}  // namespace qingdan::probe
