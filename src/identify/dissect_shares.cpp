// dissect_shares — shares, proxies, streams and STOMP: what answered one question, or spoke first.
#include <fmt/format.h>

#include "identify/dissectors.h"
#include "qingdan/net/irc_wire.h"
#include "qingdan/net/iscsi_wire.h"
#include "qingdan/net/relay_wire.h"
#include "qingdan/net/share_wire.h"
#include "qingdan/net/stomp_wire.h"

namespace qingdan::identify {

void dissect_irc(BytesView raw, Dissection& out) {
  const auto reply = net::parse_irc(raw);
  if (!reply.any) return;
  out.protocol = "irc";
  for (const auto& notice : reply.notices) out.add_text("irc.notice", notice);
  for (const auto& name : reply.capabilities) out.add_text("irc.capability", name);
  out.add_text("irc.version", reply.version);
  out.add_text("irc.refusal", reply.refusal);
  out.add_text("irc.closing", reply.closing);
  if (!reply.version.empty()) out.banner = reply.version;
  if (reply.server.find('.') != std::string::npos) out.add_host_name(reply.server);
}

void dissect_stomp(BytesView raw, Dissection& out) {
  const auto frame = net::parse_stomp(raw);
  if (!frame) return;
  out.protocol = "stomp";
  const auto server = frame->find_header("server");
  const auto message = frame->find_header("message");
  out.banner = "STOMP " + (frame->connected ? server : message);
  out.add_text("stomp.server", server);
  out.add_text("stomp.version", frame->find_header("version"));
  if (frame->connected) return;
  out.add_text("stomp.message", message);
  out.add_text("stomp.body", frame->body);
}

// A greeting of which the end was trimmed off is one still.
void dissect_svn(BytesView raw, Dissection& out) {
  Bytes ended(raw.begin(), raw.end());
  ended.push_back(' ');
  const auto greeting = net::parse_svn(ended);
  if (!greeting) return;
  out.protocol = "svn";
  out.banner = greeting->line;
  out.add_text("svn.greeting", greeting->line);
}

void dissect_rsync(BytesView raw, Dissection& out) {
  Bytes ended(raw.begin(), raw.end());
  ended.push_back('\n');
  const auto greeting = net::parse_rsync(ended);
  if (!greeting) return;
  out.protocol = "rsync";
  out.banner = greeting->line;
  out.add_text("rsync.greeting", greeting->line);
  out.add_text("rsync.motd", greeting->motd);
}

void dissect_git(BytesView raw, Dissection& out) {
  const auto reply = net::parse_git(raw);
  if (!reply) return;
  out.protocol = "git";
  out.banner = reply->error.empty() ? reply->agent : reply->error;
  out.add_text("git.error", reply->error);
  out.add_text("git.agent", reply->agent);
}

void dissect_iscsi(BytesView raw, Dissection& out) {
  constexpr std::size_t kTargetsMost = 64;
  const auto heard = net::parse_iscsi(raw);
  if (!heard) return;
  const auto status = fmt::format("{}.{}", heard->status_class, heard->status_detail);
  out.protocol = "iscsi-target";
  out.banner = fmt::format("iSCSI, login {}", status);
  if (const auto count = heard->targets.size(); count > 0) {
    out.banner += fmt::format(", {} target{}: {}{}", count, count == 1 ? "" : "s",
                              heard->targets.front(), count == 1 ? "" : " …");
  }
  out.add_text("iscsi.status", status);
  for (const auto& key : heard->keys) out.add_text("iscsi.key", key);
  if (!heard->negotiated.empty()) {
    out.add_text("iscsi.negotiated", fmt::format("{}", fmt::join(heard->negotiated, " ")));
  }
  for (std::size_t i = 0; i < heard->targets.size() && i < kTargetsMost; ++i) {
    out.add_text("iscsi.target", heard->targets[i]);
  }
}

void dissect_socks(BytesView raw, Dissection& out) {
  const auto method = net::parse_socks(raw);
  if (!method) return;
  out.protocol = "socks";
  out.banner = fmt::format("SOCKS5, method {}", *method);
  out.add_text("socks.method", std::to_string(*method));
}

void dissect_fastcgi(BytesView raw, Dissection& out) {
  const auto answer = net::parse_fastcgi(raw);
  if (!answer) return;
  out.protocol = "fastcgi";
  out.banner = "FastCGI";
  std::string all;
  for (const auto& [name, value] : answer->values) {
    all += fmt::format("{}{}={}", all.empty() ? "" : " ", name, value);
  }
  out.add_text("fastcgi.values", all);
}

void dissect_rtmp(BytesView raw, Dissection& out) {
  const auto handshake = net::parse_rtmp(raw);
  if (!handshake) return;
  out.protocol = "rtmp";
  out.banner = handshake->mirrored ? "RTMP, mirrored" : "RTMP " + handshake->version;
  out.add_text("rtmp.version", handshake->version);
}

}  // namespace qingdan::identify
