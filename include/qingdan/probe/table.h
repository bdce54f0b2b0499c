// table — everything this program can send, one record per conversation (src/probe/table.cpp,
// table_tls.cpp, table_services.cpp, table_middleware.cpp, table_devices.cpp).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "qingdan/net/port_set.h"
#include "qingdan/probe/conversation.h"
#include "qingdan/probe/sockets.h"

namespace qingdan::probe {

// What a port is treated as. What is known of the device outranks it: see devices.h.
enum class PortClass : std::uint8_t {
  normal,
  never_payload,  // raw printing: whatever arrives is printed. The sweep's handshake, nothing else
  ot_readonly     // industrial: a handshake, and one request where the subnet policy allows it
};
[[nodiscard]] PortClass class_of(net::TransportPort port);
[[nodiscard]] std::string_view to_string(PortClass port_class);

using Make = std::unique_ptr<Conversation> (*)(const Setting&);

struct ConversationEntry {
  std::string_view name;  // the Observation's `probe`
  net::Transport transport;
  std::span<const std::uint16_t> ports;  // that hint at it
  std::string_view sends;                // for people: one sentence
  std::string_view never;                // class of device it must never touch
  bool peer_speaks_first;
  bool with_tls;  // may also run inside TLS
  Limits limits;
  std::span<const std::string_view> channels;  // it may yield
  std::span<const std::string_view> kinds;     // words of net::sniff that mean "this is mine"
  int yield;                                   // order among those no port hints at: lower first
  Make make;
  AnswersFrom answers_from{AnswersFrom::asked_port};  // UDP
  PortClass runs_on{PortClass::normal};
  // Not asked for its own sake: after a conversation of this name, or after "tls"; "" = it is.
  std::string_view after{};
  // At these ports it is asked second: where the one whose `ports` they are got no answer that a
  // protocol is known by.
  std::span<const std::uint16_t> second{};
  // Its servers may have no certificate: one that refuses an ordinary handshake is offered one
  // without (RFC 5246 §A.5).
  bool anonymous{false};
};

[[nodiscard]] std::span<const ConversationEntry> conversations();
[[nodiscard]] const ConversationEntry* find_conversation(std::string_view name,
                                                         net::Transport transport);
// The conversation over TCP that a protocol answers for its own sake, by the name that the register
// has for it (service.protocol; "tls": HTTP's inside). nullopt: none, or only where hinted, or
// after another, or on a port that is not of the class normal.
[[nodiscard]] const ConversationEntry* conversation_of(std::string_view protocol);
// Those worth asking too where `name` recognised what listens on this port.
[[nodiscard]] std::vector<const ConversationEntry*> asked_after(std::string_view name,
                                                                net::TransportPort port);
// The conversation that brings TLS about where `name` says its peer offers that; nullptr: none.
[[nodiscard]] const ConversationEntry* start_tls_after(std::string_view name);
// The one request that a port of the class ot-readonly may be asked, where the subnet policy allows
// it; nullptr: a handshake at most.
[[nodiscard]] const ConversationEntry* industrial_entry(net::TransportPort port);
// What a UDP port is sent: what it hints at, or of class ot-readonly its one request where the
// policy of the area allows it (`industrial`). nullptr: nothing.
[[nodiscard]] const ConversationEntry* datagram_entry(std::uint16_t port, bool industrial);
// Those hinted by the port, in the order in which they are tried: one at most has it among its
// `ports`, then those that are asked second there, in order of the table.
[[nodiscard]] std::vector<const ConversationEntry*> hinted(net::TransportPort port);
// The port usually carries TLS from the first byte.
[[nodiscard]] bool hints_tls(std::uint16_t port);

// `ports` less the UDP ports for which we have no datagram to send and those of the classes that
// never get a payload. A UDP port left out was not asked: take what this returns for the target
// source *and* for the coverage, else silence would be read as absence. `industrial`: UDP ports of
// class ot-readonly stay, as every area of the scope allows them; where only some do, an address
// that was not asked could not be told from a silent one.
[[nodiscard]] net::PortSet askable(const net::PortSet& ports, bool industrial = false);

}  // namespace qingdan::probe
