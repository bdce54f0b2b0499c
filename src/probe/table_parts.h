// table_parts — the parts of the table beside table.cpp, and what all of them say alike.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "qingdan/probe/table.h"

namespace qingdan::probe {

inline constexpr std::string_view kNever = "never-payload, ot-readonly";

// Greetings wait for reverse look-ups of our address; 10 s covers the resolver's usual two tries.
inline constexpr Limits kGreeting{std::chrono::milliseconds(15'000),
                                  std::chrono::milliseconds(11'000), 65'536};
inline constexpr Limits kReply{std::chrono::milliseconds(8000), std::chrono::milliseconds(4000),
                               65'536};
inline constexpr Limits kDatagrams{std::chrono::milliseconds(5000), std::chrono::milliseconds(1000),
                                   65'536};

template <class... T>
constexpr std::array<std::string_view, sizeof...(T)> words(T... text) {
  return {std::string_view(text)...};
}

// A conversation over TCP of one question and one answer, or of what the peer says first.
struct Part {
  std::string_view name;
  std::span<const std::uint16_t> ports;
  std::string_view sends;
  std::span<const std::string_view> channels, kinds;
  Make make;
  std::string_view after{};
  bool peer_first{false};
  bool with_tls{false};
  std::span<const std::uint16_t> second{};
  bool anonymous{false};
};

[[nodiscard]] constexpr ConversationEntry entry(const Part& part) {
  return {.name = part.name,
          .transport = net::Transport::tcp,
          .ports = part.ports,
          .sends = part.sends,
          .never = kNever,
          .peer_speaks_first = part.peer_first,
          .with_tls = part.with_tls,
          .limits = kReply,
          .channels = part.channels,
          .kinds = part.kinds,
          .yield = 0,
          .make = part.make,
          .after = part.after,
          .second = part.second,
          .anonymous = part.anonymous};
}

// The same over UDP.
[[nodiscard]] constexpr ConversationEntry datagram(const Part& part) {
  auto made = entry(part);
  made.transport = net::Transport::udp;
  made.limits = kDatagrams;
  return made;
}

// TLS: hellos, and the words by which protocols begin it (table_tls.cpp).
[[nodiscard]] std::span<const ConversationEntry> tls_entries();
// One question, one answer (table_services.cpp).
[[nodiscard]] std::span<const ConversationEntry> service_entries();
// The same of remote-call middleware, graph databases, key distribution (table_middleware.cpp).
[[nodiscard]] std::span<const ConversationEntry> middleware_entries();
// Wireless controllers, cameras (table_devices.cpp).
[[nodiscard]] std::span<const ConversationEntry> device_entries();

}  // namespace qingdan::probe
