// tls_peer — a TLS server around another peer, with a self-signed certificate made on the spot.
#pragma once

#include <string>

#include "support/lib/peers.h"

namespace qingdan::test::peers {

struct TlsOptions {
  std::string common_name{"test.invalid"};
  int most_version{0};  // 0 = the library's; else 0x0301 … 0x0304 as the highest offered
  bool refuse{false};   // answers every ClientHello with handshake_failure
  std::string alpn;     // chosen where offered, e.g. "http/1.1"
};
MakePeer tls(MakePeer inside, TlsOptions options = {});

}  // namespace qingdan::test::peers
