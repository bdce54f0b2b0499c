// tls_wire — ClientHellos that ask one thing each, and what a server says to one in the clear: its
// hello and certificates, or an alert. No handshake is ever completed with these. Pure, bounded.
// Sources: RFC 8446 §4, §5.1 (1.3), RFC 5246 §7.4 (1.2), RFC 4346 (1.1), RFC 2246 (1.0), RFC 6066
// §3 (names), RFC 7301 (ALPN), RFC 7685 (padding), RFC 8998 (SM suites in 1.3); TLCP: GB/T
// 38636-2020 §6.3 (records), §6.4.5 (handshake, suites).
//
// Channel tls.answer = one line "<asked> <keys> <end>\n", then everything the server sent:
// asked: TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3 TLCP, the highest version the hello offered (TLSv1.3 and
// TLCP: the only one); keys: any RSA ECC, the kinds of key it had suites for; end: heard (whole),
// closed (the peer ended it first), silent (nothing more came).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Those over datagrams come from net/dtls_wire.h alone.
enum class TlsVersion : std::uint8_t { tlcp, tls10, tls11, tls12, tls13, dtls10, dtls12, dtls13 };
// "TLCP", "TLSv1.0" … "TLSv1.3", "DTLSv1.0" "DTLSv1.2" "DTLSv1.3".
[[nodiscard]] std::string_view to_string(TlsVersion version);
[[nodiscard]] std::optional<TlsVersion> parse_tls_version(std::string_view text);
// Of the number on the wire; nullopt: SSL 3.0, a draft, or none.
[[nodiscard]] std::optional<TlsVersion> tls_version_of(std::uint16_t number);
[[nodiscard]] std::uint16_t number_of(TlsVersion version);

// Which kind of key a hello has suites and signatures for. TLSv1.3 and TLCP: any.
enum class TlsKeys : std::uint8_t { any, rsa, ecc };
[[nodiscard]] std::string_view to_string(TlsKeys keys);

struct TlsQuestion {
  TlsVersion most{TlsVersion::tls12};  // over a stream
  TlsKeys keys{TlsKeys::any};
  std::string sni;        // "" = none: asked by address
  std::uint64_t seed{0};  // makes random, session and key share, on which nothing will rest
  // Of TLSv1.2: offers h2 before http/1.1 (RFC 7301, RFC 9113 §3.2).
  bool web{false};
};
[[nodiscard]] Bytes build_tls_hello(const TlsQuestion& question);

// Two warnings, user_canceled and close_notify (RFC 5246 §7.2), in a record of this version: how a
// client leaves a handshake that it will not go on with.
[[nodiscard]] Bytes build_tls_goodbye(std::uint16_t version);

inline constexpr std::size_t kTlsCertificatesMax = 16;
inline constexpr std::uint8_t kTlsProtocolVersion = 70;         // RFC 5246 §7.2.2: the alert
inline constexpr std::uint8_t kTlsNoApplicationProtocol = 120;  // RFC 7301 §3.2

struct TlsAnswer {
  std::uint16_t version{0};  // chosen: of supported_versions where the hello has it; 0 = no hello
  std::uint16_t cipher{0};
  bool retry{false};  // a HelloRetryRequest (RFC 8446 §4.1.4)
  std::string alpn;
  std::vector<std::uint16_t> extensions;  // of the ServerHello, in its order
  std::vector<Bytes> certificates;        // DER, as sent; TLCP: signing, encrypting, then issuers
  std::optional<std::uint8_t> alert;      // the first fatal one, or user_canceled and the like
  bool complete{false};                   // nothing more is to come before the client speaks
};
// nullopt where the bytes do not begin as TLS or TLCP records of a server.
[[nodiscard]] std::optional<TlsAnswer> parse_tls_answer(BytesView stream);

// What a registered suite number is called; "0xE0FF" where it is none we offer.
[[nodiscard]] std::string tls_suite_name(std::uint16_t number);

// The line of the channel and what follows it.
enum class TlsEnd : std::uint8_t { heard, closed, silent };
[[nodiscard]] std::string_view to_string(TlsEnd end);
struct TlsRecordOfAnswer {
  TlsVersion asked{TlsVersion::tls12};
  TlsKeys keys{TlsKeys::any};
  TlsEnd end{TlsEnd::silent};
  BytesView stream;  // into what was parsed
};
[[nodiscard]] Bytes write_tls_record(const TlsRecordOfAnswer& record);
[[nodiscard]] std::optional<TlsRecordOfAnswer> read_tls_record(BytesView raw);

}  // namespace qingdan::net
