// dissect_tunnel — what opens a tunnel: key exchange, L2TP, OpenVPN, QUIC, DTLS. Their first
// packets prove the protocol and seldom name the product.
#include <fmt/format.h>

#include "identify/dissectors.h"
#include "qingdan/net/dtls_wire.h"
#include "qingdan/net/ike_wire.h"
#include "qingdan/net/l2tp_wire.h"
#include "qingdan/net/openvpn_wire.h"
#include "qingdan/net/quic_wire.h"

namespace qingdan::identify {

void dissect_ike(BytesView raw, Dissection& out) {
  const auto reply = net::parse_ike_reply(raw);
  if (!reply) return;
  out.protocol = "isakmp";
  const auto version = fmt::format("{}.{}", reply->major, reply->minor);
  out.banner = "IKE " + version + (reply->accepted ? "" : ", refused");
  out.add_text("ike.version", version);
  out.add_text("ike.chosen", reply->chosen);
  for (const auto& vendor : reply->vendors) out.add_text("ike.vendor_id", vendor);
  for (const auto notice : reply->notices) out.add_text("ike.notify", std::to_string(notice));
}

void dissect_l2tp(BytesView raw, Dissection& out) {
  const auto reply = net::parse_l2tp_reply(raw);
  if (!reply) return;
  out.protocol = "l2tp";
  out.banner = reply->vendor;
  out.add_text("l2tp.vendor", reply->vendor);
  out.add_text("l2tp.host_name", reply->host);
  if (reply->firmware != 0) out.add_text("l2tp.firmware", fmt::format("{:04x}", reply->firmware));
  out.add_text("l2tp.error", reply->error);
  out.add_host_name(reply->host);
}

void dissect_openvpn(BytesView raw, Dissection& out) {
  const bool bare = net::parse_openvpn_reset(raw).has_value();
  const bool ours = bare || (raw.size() > 2 && net::parse_openvpn_reset(raw.subspan(2)));
  if (!ours) return;
  out.protocol = "openvpn";
  out.add_text("openvpn.packet", "hard-reset-server-v2");
}

void dissect_quic(BytesView raw, Dissection& out) {
  const auto said = net::parse_quic_versions(raw);
  if (!said) return;
  out.protocol = "quic";
  out.banner = "QUIC";
  for (const auto version : said->versions) {
    const auto name = net::quic_version_name(version);
    out.add_text("quic.version", name);
    out.banner += " " + name;
  }
}

void dissect_dtls(BytesView raw, Dissection& out) {
  const auto reply = net::parse_dtls_reply(raw);
  if (!reply) return;
  const auto& answer = reply->answer;
  out.protocol = "dtls";
  const auto kind = answer.version != 0 ? "server-hello"
                    : answer.alert      ? "alert"
                                        : "verify-request";
  out.banner = fmt::format("DTLS {}", kind);
  out.add_text("dtls.kind", kind);
  // A cookie alone: the version in it says nothing (RFC 6347 §4.2.1).
  if (answer.version == 0 && !answer.alert) return;
  if (answer.alert) out.add_text("dtls.alert", std::to_string(*answer.alert));
  add_answer({net::TlsVersion::dtls12, net::TlsKeys::any, net::TlsEnd::heard, {}}, answer, out);
  const auto& heard = *out.tls_heard;
  if (!heard.chosen) return;
  const auto version = net::to_string(*heard.chosen);
  out.banner = fmt::format("{} {}", version, heard.cipher);
  out.add_text("dtls.version", version.substr(version.find('v') + 1));
}

}  // namespace qingdan::identify
