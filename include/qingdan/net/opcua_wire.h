// opcua_wire — who an OPC UA server is: HEL, a secure channel without security, GetEndpoints, CLO.
// Discovery services need no session and no user (OPC 10000-4 §5.4.1, §5.5.1 ff.). Pure.
// Sources: OPC 10000-6 §7.1.2 (HEL, ACK, ERR), §6.7.2 (OPN, MSG, CLO and their chunks), §5.2
// (binary encoding); OPC 10000-4 §5.4.4 (GetEndpoints), §5.5.2, §5.5.3 (channels), §7.1, §7.14,
// §7.32, §7.33; numbers of encodings: OPC 10000-6 annex A (NodeIds.csv): 446, 449, 428, 431, 452.
//
// Channel opcua.reply = the messages as they came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// `url`: "opc.tcp://192.0.2.7:4840", cut to what the standard allows.
[[nodiscard]] Bytes build_opcua_hello(std::string_view url);
[[nodiscard]] Bytes build_opcua_open_channel();

struct OpcUaChannel {
  std::uint32_t channel{0}, token{0};
};
[[nodiscard]] Bytes build_opcua_get_endpoints(const OpcUaChannel& channel, std::string_view url);
[[nodiscard]] Bytes build_opcua_close_channel(const OpcUaChannel& channel);

// Of one message (chunk).
[[nodiscard]] Extent measure_opcua_message(BytesView stream);

enum class OpcUaKind : std::uint8_t { other, acknowledge, error, channel, reply, part };
// `part`: a chunk that another one follows. EXPECTS a whole message.
[[nodiscard]] OpcUaKind read_opcua_kind(BytesView message);
// Of an answer to the opening; nullopt where it is none or says no.
[[nodiscard]] std::optional<OpcUaChannel> parse_opcua_channel(BytesView message);

struct OpcUaServer {
  bool acknowledged{false};
  std::uint32_t error{0};  // of ERR
  // Of the first endpoint; empty where there is none.
  std::string application_uri, product_uri, application_name;
  std::vector<std::string> policies;  // "Basic256Sha256", of all endpoints, each once
};
// Of all messages in a stream; what follows the last whole one is left aside. nullopt: not one is.
[[nodiscard]] std::optional<OpcUaServer> parse_opcua_stream(BytesView stream);

}  // namespace qingdan::net
