// dissect_middleware — remote-call middleware, graph databases and key distribution: what answered
// one question; virtual displays, what refused another.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/giop_wire.h"
#include "qingdan/net/kerberos_wire.h"
#include "qingdan/net/rpc_wire.h"
#include "qingdan/net/spice_wire.h"

namespace qingdan::identify {
namespace {

std::string_view status_of(const net::GiopAnswer& answer) {
  if (answer.kind == net::GiopKind::error) return "error";
  if (answer.kind == net::GiopKind::close) return "closed";
  constexpr std::array<std::string_view, 6> kWords{"unknown",   "here",      "elsewhere",
                                                   "elsewhere", "exception", "other address"};
  return kWords.at(static_cast<std::size_t>(answer.status));
}

// Makers took three letters and a byte of their own: "BEA", else all four bytes in hex.
std::string orb_text(std::uint32_t type) {
  ByteWriter bytes;
  bytes.u32be(type);
  const auto letters = as_text(bytes.view().first(3));
  const bool word =
      std::all_of(letters.begin(), letters.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return word ? std::string(letters) : to_hex(bytes.view());
}

}  // namespace

void dissect_iiop(BytesView raw, Dissection& out) {
  constexpr std::size_t kKeyShown = 16;
  const auto answer = net::parse_giop(raw);
  if (!answer) return;
  out.protocol = "iiop";
  const auto version = fmt::format("{}.{}", answer->major, answer->minor);
  out.banner = fmt::format("GIOP {}, {} {}{}", version, status_of(*answer), answer->type_id,
                           answer->exception);
  out.add_text("iiop.version", version);
  out.add_text("iiop.status", status_of(*answer));
  out.add_text("iiop.type", answer->type_id);
  if (!answer->exception.empty()) {
    out.add_text("iiop.exception", fmt::format("{} {:08x}", answer->exception, answer->minor_code));
  }
  if (!answer->host.empty()) {
    out.add_text("iiop.address", fmt::format("{}:{}", answer->host, answer->port));
  }
  const auto key = BytesView(answer->key).first(std::min(answer->key.size(), kKeyShown));
  out.add_text("iiop.key", to_hex(key));
  if (answer->orb_type != 0) out.add_text("iiop.orb", orb_text(answer->orb_type));
}

void dissect_dubbo(BytesView raw, Dissection& out) {
  const auto answer = net::parse_dubbo(raw);
  if (!answer) return;
  out.protocol = "dubbo";
  out.banner = fmt::format("Dubbo, status {}", answer->status);
  out.add_text("dubbo.status", std::to_string(answer->status));
}

void dissect_rocketmq(BytesView raw, Dissection& out) {
  constexpr int kNotSupported = 3;
  const auto answer = net::parse_rocketmq(raw);
  if (!answer) return;
  const auto version = net::rocketmq_version_text(answer->version);
  out.protocol = "rocketmq";
  out.banner = fmt::format("RocketMQ {}, {} {}", version.empty() ? "?" : version, answer->code,
                           answer->remark);
  out.add_text("rocketmq.version", version);
  if (answer->brokers) out.add_text("rocketmq.role", "name server");
  if (answer->code == kNotSupported) out.add_text("rocketmq.role", "broker");
}

void dissect_bolt(BytesView raw, Dissection& out) {
  const auto version = net::parse_bolt(raw);
  if (!version) return;
  out.protocol = "bolt";
  out.banner = "Bolt " + *version;
  out.add_text("bolt.version", *version);
}

void dissect_openwire(BytesView raw, Dissection& out) {
  const auto info = net::parse_openwire(raw);
  if (!info) return;
  out.protocol = "openwire";
  out.banner = fmt::format("OpenWire {}", info->version);
  out.add_text("openwire.version", std::to_string(info->version));
  if (!info->provider.empty()) {
    const auto provider = info->provider + " " + info->provider_version;
    out.banner += ", " + provider;
    out.add_text("openwire.provider", provider);
  }
  out.add_text("openwire.platform", info->platform);
}

void dissect_kerberos(BytesView raw, Dissection& out) {
  const auto error = net::parse_kerberos_error(raw);
  if (!error) return;
  out.protocol = "kerberos";
  const auto said = fmt::format("{} {}", error->code, error->text);
  out.banner = "KRB-ERROR " + said;
  out.add_text("kerberos.error", said);
  if (error->realm == net::kKerberosNowhere) return;
  out.banner += " " + error->realm;
  out.add_text("kerberos.realm", error->realm);
}

void dissect_spice(BytesView raw, Dissection& out) {
  const auto reply = net::parse_spice_reply(raw);
  if (!reply) return;
  out.protocol = "spice";
  out.banner = fmt::format("SPICE {}.{}", reply->major, reply->minor);
  out.add_text("spice.version", fmt::format("{}.{}", reply->major, reply->minor));
}

}  // namespace qingdan::identify
