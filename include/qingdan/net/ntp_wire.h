// ntp_wire — NTP's client request and the control message "read variables". Pure, bounded.
// Sources: RFC 5905 §7.3 (time), RFC 9327 §2 and §3 (control messages, mode 6).
//
// Channel ntp.reply = net/frames.h messages: each datagram as it came, time and control replies
// mixed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"

namespace qingdan::net {

// A mode 3 request of version 4. `cookie` goes out as transmit time and must come back as origin;
// nothing else of ours is told (as draft-ietf-ntp-data-minimization advises).
[[nodiscard]] Bytes build_ntp_client_request(std::uint64_t cookie);
// A mode 6 request to read the system variables: 12 bytes, read only.
[[nodiscard]] Bytes build_ntp_read_variables(std::uint16_t sequence);

struct NtpTime {
  std::uint8_t leap{0};  // 3 = not synchronized
  std::uint8_t version{0};
  std::uint8_t mode{0};     // 4 = server
  std::uint8_t stratum{0};  // 0 = kiss of death, 1 primary, 16 and above not synchronized
  std::int8_t poll{0};
  std::int8_t precision{0};
  double root_delay_ms{0};
  double root_dispersion_ms{0};
  std::string reference;    // stratum 0 and 1: up to four characters; else dotted quad
  std::uint64_t origin{0};  // the cookie we sent
  UnixMillis transmit;      // the server's clock; 0 where it says none
};
[[nodiscard]] std::optional<NtpTime> parse_ntp_time(BytesView datagram);

struct NtpControl {
  std::uint8_t version{0};
  std::uint8_t operation{0};  // 2 = read variables
  bool response{false};
  bool error{false};
  bool more{false};  // further fragments follow
  std::uint16_t sequence{0};
  std::uint16_t status{0};  // of the system; on an error its code is in the high byte
  std::uint16_t association{0};
  std::uint16_t offset{0};
  std::string data;
};
[[nodiscard]] std::optional<NtpControl> parse_ntp_control(BytesView datagram);

// The fragments of one response put together by their offsets; nullopt while a piece is missing.
[[nodiscard]] std::optional<std::string> join_ntp_control(const std::vector<NtpControl>& fragments);
// name=value, name="value": version, processor, system, stratum, refid, clock …
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_ntp_variables(
    std::string_view data);

}  // namespace qingdan::net
