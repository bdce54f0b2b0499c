// tls_engine — a TLS client without I/O: bytes in, bytes out (OpenSSL on memory BIOs).
//
// Permissive on purpose, as an inventory must see what is there: TLS 1.0 and up, every cipher the
// library has, legacy renegotiation, no verification. It proves nothing about the peer and must not
// be used to protect anything.
//   E1  one ordinary ClientHello; nothing is sent after the handshake but what write() is given
//   E2  an alert of the peer is evidence too: spoke_tls() is true of it
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/result.h"
#include "qingdan/net/tls_wire.h"
#include "qingdan/probe/interview.h"

namespace qingdan::probe {

struct TlsWish {
  std::string sni;          // "" = none: asked by address
  std::string_view alpn{};  // the one protocol to offer (RFC 7301): "http/1.1", "h2"; "" = none
  bool anonymous{false};    // a key without certificates, and no other, up to TLS 1.2
};

enum class TlsState : std::uint8_t { handshaking, established, failed, closed };

class TlsEngine {
 public:
  TlsEngine(TlsContext& context, const TlsWish& wish);
  ~TlsEngine();
  TlsEngine(const TlsEngine&) = delete;
  TlsEngine& operator=(const TlsEngine&) = delete;

  // Goes as far as the bytes allow; call once at the start and after every on_received().
  TlsState advance();
  void on_received(BytesView bytes);
  [[nodiscard]] Bytes take_outgoing();  // for the wire; may be empty
  [[nodiscard]] Bytes take_plain();     // decrypted so far
  void write(BytesView plain);          // EXPECTS established
  void close();                         // close_notify; take_outgoing() has it

  [[nodiscard]] TlsState state() const;
  [[nodiscard]] bool spoke_tls() const;  // the peer sent a TLS record, be it an alert
  // Agreed on; nullopt before.
  [[nodiscard]] std::optional<net::TlsVersion> version() const;
  [[nodiscard]] std::string_view alpn() const;  // the peer's choice, "" = none
  [[nodiscard]] int alert() const;              // the fatal one the peer sent, -1 = none
  // "version\ncipher\nalpn\n" after the handshake. Where the peer ended it by an alert:
  // "TLS\n\n\nalert: <description>\n". "" otherwise.
  [[nodiscard]] std::string session_text() const;
  [[nodiscard]] std::vector<Bytes> chain() const;  // DER, leaf first, as the peer sent it

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace qingdan::probe
