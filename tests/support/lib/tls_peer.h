// tls_peer — a TLS server around another peer, with a self-signed certificate made on the spot.
#pragma once

#include <string>

#include "support/lib/peers.h"

namespace qingdan::test::peers {

struct TlsOptions {
  std::string common_name{"test.invalid"};
  int least_version{0};   // 0 = the library's, or TLS 1.0 where there is a highest
  int most_version{0};    // 0 = the library's; else 0x0301 … 0x0304 as the highest offered
  bool rsa{false};        // has an RSA key beside the one of P-256
  bool refuse{false};     // answers every ClientHello with handshake_failure
  bool anonymous{false};  // has no certificate, and agrees on a key without, up to TLS 1.2
  std::string alpn;       // chosen where offered, e.g. "http/1.1"
};
MakePeer tls(MakePeer inside, TlsOptions options = {});

// A script that, told what contains `trigger`, says `agreed` and is a TLS server from then on.
MakePeer starts_tls(MakePeer before, std::string trigger, std::string agreed, MakePeer after);

}  // namespace qingdan::test::peers
