// dissect_text — protocols of lines: greetings with codes, headers, options between text.
#include <algorithm>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/line_wire.h"
#include "qingdan/net/redis_wire.h"
#include "qingdan/net/sip_wire.h"
#include "qingdan/net/ssh_wire.h"
#include "qingdan/net/telnet_wire.h"
#include "qingdan/net/vnc_wire.h"
#include "qingdan/net/ws_discovery_wire.h"

namespace qingdan::identify {
namespace {

const net::LineReply* find_reply(const std::vector<net::LineReply>& replies, int code) {
  for (const auto& reply : replies) {
    if (reply.code == code) return &reply;
  }
  return nullptr;
}

// The greeting as a field; the codes, where there are any, prove the protocol.
std::vector<net::LineReply> take_greeting(BytesView raw, const char* field, const char* protocol,
                                          Dissection& out) {
  auto replies = net::split_replies(raw, net::LineStyle::coded);
  const bool coded = !replies.empty() && replies.front().code != 0;
  if (coded) out.protocol = protocol;
  out.add_text(field, coded ? replies.front().text() : as_text(raw));
  return replies;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

void add_headers(const net::TextResponse& response, const std::string& prefix, char dash,
                 Dissection& out) {
  std::string block;
  for (const auto& [name, value] : response.headers) {
    block.append(name).append(": ").append(value).append("\n");
    auto lower = to_lower_ascii(name);
    if (lower == "www-authenticate") lower = "wwwauth";
    std::replace(lower.begin(), lower.end(), '-', dash);
    out.add_text(prefix + "_header." + lower, value);
  }
  out.add_text(prefix + ".headers", block);
}

// Texts between <…:name …> and </…:name>, of an XML document that we do not otherwise read.
std::vector<std::string_view> elements_named(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found;
  std::size_t at = 0;
  while (found.size() < 16) {
    at = xml.find(name, at);
    if (at == std::string_view::npos) break;
    const bool opens = at > 0 && (xml[at - 1] == '<' || xml[at - 1] == ':');
    const auto end = xml.find('>', at);
    const auto stop = end == std::string_view::npos ? end : xml.find("</", end);
    if (stop == std::string_view::npos) break;
    if (opens) found.push_back(xml.substr(end + 1, stop - end - 1));
    at = stop + 2;
    const auto close = xml.find('>', at);
    if (close != std::string_view::npos) at = close;
  }
  return found;
}

}  // namespace

void dissect_ssh(BytesView raw, Dissection& out) {
  auto line = to_bytes(as_text(raw));
  if (std::find(line.begin(), line.end(), '\n') == line.end()) line.push_back('\n');
  const auto stream = net::parse_ssh_stream(line);
  if (!stream.ident) return out.add_text("ssh.banner", as_text(raw));  // the part after SSH-2.0-
  out.protocol = "ssh";
  out.banner = stream.ident->line;
  out.add_text("ssh.protocol", stream.ident->protocol);
  out.add_text("ssh.banner", stream.ident->after_protocol());
  std::string preamble;
  for (const auto& before : stream.ident->preamble) preamble += before + "\n";
  out.add_text("ssh.preamble", preamble);
  if (!stream.kexinit) return;
  out.add_text("ssh.kex", joined(stream.kexinit->kex));
  out.add_text("ssh.host_key_algorithms", joined(stream.kexinit->host_key));
  out.add_text("ssh.ciphers", joined(stream.kexinit->cipher_to_client));
  out.add_text("ssh.macs", joined(stream.kexinit->mac_to_client));
}

void dissect_ftp(BytesView raw, Dissection& out) {
  const auto replies = take_greeting(raw, "ftp.banner", "ftp", out);
  if (const auto* syst = find_reply(replies, 215)) out.add_text("ftp.syst", syst->text());
  if (const auto* feat = find_reply(replies, 211)) out.add_text("ftp.feat", feat->text());
}

void dissect_smtp(BytesView raw, Dissection& out) {
  const auto replies = take_greeting(raw, "smtp.banner", "smtp", out);
  if (replies.size() > 1 && replies[1].code == 250) out.add_text("smtp.ehlo", replies[1].text());
}

void dissect_nntp(BytesView raw, Dissection& out) {
  take_greeting(raw, "nntp.banner", "nntp", out);
}

void dissect_pop3(BytesView raw, Dissection& out) {
  const auto replies = net::split_replies(raw, net::LineStyle::pop3);
  if (replies.empty() || replies.front().status.empty())
    return out.add_text("pop3.banner", as_text(raw));
  out.protocol = "pop3";
  out.add_text("pop3.banner", replies.front().text());
  if (replies.size() > 1 && replies[1].status == "+OK")
    out.add_text("pop3.capa", replies[1].text());
}

void dissect_imap(BytesView raw, Dissection& out) {
  const auto replies = net::split_replies(raw, net::LineStyle::imap);
  if (replies.empty() || replies.front().status.empty())
    return out.add_text("imap4.banner", as_text(raw));
  out.protocol = "imap";
  out.add_text("imap4.banner", replies.front().text());
  for (const auto& reply : replies) {
    const auto text = reply.text();
    if (reply.status == "*" && text.starts_with("CAPABILITY "))
      out.add_text("imap.capability", text.substr(11));
  }
}

void dissect_telnet(BytesView raw, Dissection& out) {
  const auto stream = net::parse_telnet(raw);
  if (!stream.commands.empty()) out.protocol = "telnet";
  out.add_text("telnet_banners", stream.text);
}

void dissect_vnc(BytesView raw, Dissection& out) {
  const auto stream = net::parse_vnc_stream(raw);
  if (stream.version.empty()) return out.add_text("vnc.version", as_text(raw));
  out.protocol = "rfb";
  out.banner = "RFB " + stream.version;
  out.add_text("vnc.version", stream.version);
  std::string types;
  for (const auto type : stream.security)
    types += (types.empty() ? "" : " ") + std::to_string(type);
  out.add_text("vnc.security", types);
}

void dissect_rtsp(BytesView raw, Dissection& out) {
  const auto responses = net::parse_text_responses(raw);
  if (responses.empty()) return;
  out.protocol = "rtsp";
  out.banner = std::string(responses.back().find_header("Server"));
  add_headers(responses.back(), "rtsp", '-', out);
}

void dissect_sip(BytesView raw, Dissection& out) {
  const auto responses = net::parse_text_responses(raw);
  if (responses.empty()) return;
  out.protocol = "sip";
  out.banner = std::string(responses.back().find_header("User-Agent"));
  if (out.banner.empty()) out.banner = std::string(responses.back().find_header("Server"));
  add_headers(responses.back(), "sip", '_', out);
}

void dissect_onvif(BytesView raw, Dissection& out) {
  const auto xml = as_text(raw);
  for (const auto scopes : elements_named(xml, "Scopes")) {
    for (const auto scope : split(scopes, ' ')) out.add_text("onvif.scopes", scope);
  }
  for (const auto types : elements_named(xml, "Types")) out.add_text("onvif.types", types);
  if (const auto matches = net::parse_ws_probe_matches(raw)) {
    out.protocol = "ws-discovery";
    if (!matches->types.empty()) out.banner = matches->types.front();
    for (const auto& address : matches->addresses) out.add_text("onvif.xaddrs", address);
  }
  out.add_text("onvif.probematch", xml);
}

void dissect_memcached(BytesView raw, Dissection& out) {
  const auto text = as_text(raw);
  if (text.starts_with("VERSION ") || text.starts_with("ERROR\r\n")) out.protocol = "memcache";
  out.add_text("memcached.reply", text);
}

void dissect_redis(BytesView raw, Dissection& out) {
  if (net::parse_redis_reply(raw)) out.protocol = "redis";
  out.add_text("redis.reply", as_text(raw));
}

}  // namespace qingdan::identify
