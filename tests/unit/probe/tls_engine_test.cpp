// tls_engine — against a real TLS server, byte by byte in memory.
#include "probe/tls_engine.h"

#include <catch2/catch.hpp>

#include "support/lib/tls_peer.h"

using namespace qingdan;
using probe::TlsEngine;
using probe::TlsState;
using test::peers::TlsOptions;

namespace {

// Hands bytes to and fro until both are silent.
void shake(TlsEngine& engine, test::Peer& peer, std::size_t piece = 100'000) {
  for (int turns = 0; turns < 20; ++turns) {
    engine.advance();
    const auto out = engine.take_outgoing();
    if (out.empty()) return;
    const auto reply = peer.on_received(out).send;
    for (std::size_t at = 0; at < reply.size(); at += piece) {
      engine.on_received(BytesView(reply).subspan(at, std::min(piece, reply.size() - at)));
      engine.advance();
    }
  }
}

probe::TlsContextPtr context() { return std::move(probe::open_tls_context()).value(); }

}  // namespace

TEST_CASE("a handshake gives version, cipher and the certificate", "[probe][tls]") {
  const auto tls = context();
  TlsEngine engine(*tls, {"name.invalid", "http/1.1"});
  TlsOptions options;
  options.alpn = "http/1.1";
  const auto peer = test::peers::tls(test::peers::silent(), options)();

  shake(engine, *peer);

  CHECK(engine.state() == TlsState::established);
  CHECK(engine.spoke_tls());
  CHECK(engine.session_text() == "TLSv1.3\nTLS_AES_256_GCM_SHA384\nhttp/1.1\n");
  REQUIRE(engine.chain().size() == 1);
  CHECK(engine.chain()[0].size() > 100);
  CHECK(engine.chain()[0][0] == 0x30);  // a DER SEQUENCE
}

TEST_CASE("old versions are spoken with", "[probe][tls]") {
  const auto tls = context();
  const std::array<std::pair<int, std::string>, 3> cases{
      {{0x0301, "TLSv1\n"}, {0x0302, "TLSv1.1\n"}, {0x0303, "TLSv1.2\n"}}};
  for (const auto& [version, text] : cases) {
    TlsOptions options;
    options.most_version = version;
    TlsEngine engine(*tls, {});
    const auto peer = test::peers::tls(test::peers::silent(), options)();
    shake(engine, *peer);
    CAPTURE(version);
    CHECK(engine.state() == TlsState::established);
    CHECK(engine.session_text().starts_with(text));
  }
}

TEST_CASE("plain text goes both ways, in pieces of one byte", "[probe][tls]") {
  const auto tls = context();
  TlsEngine engine(*tls, {});
  const auto peer = test::peers::tls(test::peers::scripted("hello\n", {{"ping", "pong\n"}}))();
  shake(engine, *peer, 1);
  REQUIRE(engine.state() == TlsState::established);
  CHECK(as_text(engine.take_plain()) == "hello\n");
  engine.write(as_bytes("ping"));
  engine.on_received(peer->on_received(engine.take_outgoing()).send);
  CHECK(as_text(engine.take_plain()) == "pong\n");
}

TEST_CASE("an alert is evidence of TLS", "[probe][tls]") {
  const auto tls = context();
  TlsEngine engine(*tls, {});
  TlsOptions options;
  options.refuse = true;
  const auto peer = test::peers::tls(test::peers::silent(), options)();
  shake(engine, *peer);
  CHECK(engine.state() == TlsState::failed);
  CHECK(engine.spoke_tls());
  CHECK(engine.session_text() == "TLS\n\n\nalert: handshake failure\n");
  CHECK(engine.chain().empty());
}

TEST_CASE("what is not TLS fails quietly and is not called TLS", "[probe][tls]") {
  const auto tls = context();
  for (const auto* said : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                           "\x16\x03", "\xff\xff\xff\xff\xff\xff\xff"}) {
    TlsEngine engine(*tls, {});
    engine.advance();
    CHECK_FALSE(engine.take_outgoing().empty());
    engine.on_received(as_bytes(said));
    engine.advance();
    CAPTURE(said);
    CHECK(engine.state() != TlsState::established);
    CHECK_FALSE(engine.spoke_tls());
    CHECK(engine.session_text().empty());
    CHECK(engine.take_plain().empty());
  }
}

TEST_CASE("a server without a certificate is agreed with only where that is wished",
          "[probe][tls]") {
  const auto tls = context();
  TlsOptions options;
  options.anonymous = true;
  TlsEngine usual(*tls, {});
  shake(usual, *test::peers::tls(test::peers::silent(), options)());
  CHECK(usual.state() == TlsState::failed);
  CHECK(usual.alert() == 40);
  TlsEngine engine(*tls, {"", "", true});
  shake(engine, *test::peers::tls(test::peers::silent(), options)());
  CHECK(engine.state() == TlsState::established);
  CHECK(engine.session_text().find("_anon_") != std::string::npos);
  CHECK(engine.chain().empty());
}
