// parse(build(x)) = x, and: how a stream is cut into pieces never changes what it means.
#include <catch2/catch.hpp>
#include <cstdio>
#include <iterator>
#include <string>

#include "qingdan/base/rng.h"
#include "qingdan/net/digest.h"
#include "qingdan/net/http_location.h"
#include "qingdan/net/http_wire.h"
#include "qingdan/net/line_wire.h"
#include "qingdan/net/mysql_wire.h"
#include "qingdan/net/ssh_wire.h"
#include "qingdan/net/telnet_wire.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

std::string random_word(Rng& rng, std::size_t max) {
  constexpr std::string_view kBytes = "abcdefghijklmnopqrstuvwxyzABC0123456789-_.@/+";
  std::string word;
  for (auto n = 1 + rng.below(max); n > 0; --n) {
    word += kBytes[static_cast<std::size_t>(rng.below(kBytes.size()))];
  }
  return word;
}

std::vector<std::string> random_names(Rng& rng) {
  std::vector<std::string> names;
  for (auto n = rng.below(6); n > 0; --n) names.push_back(random_word(rng, 30));
  return names;
}

}  // namespace

TEST_CASE("a KEXINIT that was built is read as it was", "[net][property]") {
  Rng rng(11);
  for (int i = 0; i < 2000; ++i) {
    SshKexInit offer;
    for (auto* list : {&offer.kex, &offer.host_key, &offer.cipher_to_server,
                       &offer.cipher_to_client, &offer.mac_to_server, &offer.mac_to_client,
                       &offer.compression_to_server, &offer.compression_to_client}) {
      *list = random_names(rng);
    }
    offer.first_kex_follows = rng.below(2) == 0;
    const auto software = random_word(rng, 40);
    auto bytes = build_ssh_ident(software);
    const auto packet = build_ssh_kexinit(offer);
    bytes.insert(bytes.end(), packet.begin(), packet.end());
    const auto seen = parse_ssh_stream(bytes);
    REQUIRE(seen.complete);
    REQUIRE(seen.kexinit);
    REQUIRE(seen.ident->software == software);
    REQUIRE(seen.kexinit->kex == offer.kex);
    REQUIRE(seen.kexinit->cipher_to_server == offer.cipher_to_server);
    REQUIRE(seen.kexinit->compression_to_client == offer.compression_to_client);
    REQUIRE(seen.kexinit->first_kex_follows == offer.first_kex_follows);
    REQUIRE(offer_digest(*seen.kexinit) == offer_digest(offer));
  }
}

TEST_CASE("a MySQL handshake that was built is read as it was", "[net][property]") {
  Rng rng(12);
  for (int i = 0; i < 2000; ++i) {
    MysqlHandshake shake;
    shake.version = (rng.below(3) == 0 ? "5.5.5-" : "") + random_word(rng, 40);
    shake.connection = static_cast<std::uint32_t>(rng.next());
    shake.capabilities = static_cast<std::uint32_t>(rng.next());
    shake.charset = static_cast<std::uint8_t>(rng.next());
    shake.status = static_cast<std::uint16_t>(rng.next());
    const bool plugin = (shake.capabilities & 0x00080000) != 0;
    if (plugin) shake.auth_plugin = random_word(rng, 30);
    const auto seen = parse_mysql_greeting(build_mysql_greeting({shake, {}}));
    REQUIRE(seen);
    REQUIRE(seen->handshake);
    REQUIRE(seen->handshake->version == shake.version);
    REQUIRE(seen->handshake->connection == shake.connection);
    REQUIRE(seen->handshake->capabilities == shake.capabilities);
    REQUIRE(seen->handshake->charset == shake.charset);
    REQUIRE(seen->handshake->status == shake.status);
    REQUIRE(seen->handshake->auth_plugin == shake.auth_plugin);
  }
}

TEST_CASE("chunks of any size make the same body", "[net][property]") {
  Rng rng(13);
  for (int i = 0; i < 500; ++i) {
    std::string body;
    std::string sent = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (auto n = rng.below(8); n > 0; --n) {
      const auto piece = random_word(rng, 300);
      char size[16];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      sent += size + piece + "\r\n";
      body += piece;
    }
    REQUIRE_FALSE(is_complete(as_bytes(sent)));
    sent += "0\r\n\r\n";
    REQUIRE(is_complete(as_bytes(sent)));
    const auto seen = parse_response(as_bytes(sent));
    REQUIRE(seen);
    REQUIRE(as_text(seen->body) == body);
    REQUIRE_FALSE(seen->truncated);
  }
}

TEST_CASE("a complete response stays complete and the same when more bytes come",
          "[net][property]") {
  Rng rng(14);
  for (int i = 0; i < 300; ++i) {
    const auto body = random_word(rng, 200);
    const auto sent = "HTTP/1.1 200 OK\r\nServer: " + random_word(rng, 20) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::size_t size = 0; size < sent.size(); ++size) {
      REQUIRE_FALSE(is_complete(as_bytes(std::string_view(sent).substr(0, size))));
    }
    const auto seen = parse_response(as_bytes(sent));
    const auto more = sent + random_word(rng, 50);
    REQUIRE(is_complete(as_bytes(more)));
    REQUIRE(parse_response(as_bytes(more))->body == seen->body);
  }
}

TEST_CASE("a resolved location printed and resolved again is itself", "[net][property]") {
  Rng rng(15);
  const HttpLocation base{"https", "portal.example", 8443, "/a/b/c?d=e"};
  constexpr std::string_view kPieces[] = {"/",  "..", ".",    "//",        "http:", "https:", "a",
                                          "?x", "#",  ":80",  "h.example", "[::1]", "%20",    " ",
                                          "\\", "登", "\r\n", "@",         ":",     "data:"};
  int resolved = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (auto n = rng.below(8); n > 0; --n) {
      text += kPieces[static_cast<std::size_t>(rng.below(std::size(kPieces)))];
    }
    const auto found = resolve_location(base, text);
    if (!found) continue;
    ++resolved;
    const auto again = resolve_location({"http", "other.example", 81, "/"}, found->to_string());
    if (!again || *again != *found) FAIL(text << " -> " << found->to_string());
  }
  CHECK(resolved > 10000);
}

TEST_CASE("pieces of any size have the digest of their whole", "[net][property]") {
  Rng rng(16);
  for (int i = 0; i < 200; ++i) {
    const auto whole = random_word(rng, 500);
    Sha256 digest;
    for (std::size_t at = 0; at < whole.size();) {
      const auto size = static_cast<std::size_t>(1 + rng.below(whole.size() - at));
      digest.update(as_bytes(std::string_view(whole).substr(at, size)));
      at += size;
    }
    REQUIRE(digest.hex() == sha256_hex(as_bytes(whole)));
  }
}

TEST_CASE("Telnet text survives being escaped", "[net][property]") {
  Rng rng(17);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    std::string sent;
    for (auto n = rng.below(100); n > 0; --n) {
      const auto byte = static_cast<char>(1 + rng.below(255));
      text += byte;
      sent += byte;
      if (byte == '\xFF') sent += byte;
      if (rng.below(4) == 0) sent += {'\xFF', '\xFB', static_cast<char>(rng.below(200))};
    }
    REQUIRE(parse_telnet(as_bytes(sent)).text == text);
  }
}

TEST_CASE("replies grow by whole lines only", "[net][property]") {
  Rng rng(18);
  for (int i = 0; i < 200; ++i) {
    std::string sent;
    std::size_t replies = 0;
    for (auto n = 1 + rng.below(5); n > 0; --n, ++replies) {
      const auto code = std::to_string(200 + rng.below(300));
      for (auto lines = rng.below(4); lines > 0; --lines) {
        sent += code + "-" + random_word(rng, 20) + "\r\n";
      }
      sent += code + " " + random_word(rng, 20) + "\r\n";
    }
    REQUIRE(count_complete_replies(as_bytes(sent), LineStyle::coded) == replies);
    sent.pop_back();
    REQUIRE(count_complete_replies(as_bytes(sent), LineStyle::coded) == replies - 1);
  }
}
