// camera_wire — the questions by which the makers' own tools find cameras and recorders: Dahua's
// DHDiscover over DHIP and Hikvision's SADP. Neither logs in, and no device is told anything. Pure,
// linear, bounded.
// No standard has them. Sources: what the tools send and devices answer, as network monitors show
// it.
//
// Channels dahua.discovery, hikvision.discovery = the datagram as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

inline constexpr std::size_t kCameraDatagramMax = 16'384;
inline constexpr std::size_t kCameraTextMax = 256;  // of each value; longer ones are left out

struct CameraAnswer {
  std::string kind;   // Dahua's DeviceClass, "IPC", "NVR"; of Hikvision a number
  std::string model;  // "DH-IPC-HFW4433M", "DS-2CD2T45-I5"
  std::string version;
  std::string serial;
  std::string mac;    // as written
  std::string name;   // Dahua's MachineName
  std::string maker;  // Dahua's Vendor: makers who sell under their own name
};

// DHDiscover.search to UDP 37810, for devices of any MAC; "uni" asks for the answer to come to us
// alone and not to the group.
[[nodiscard]] Bytes build_dahua_search();
// nullopt where it is no notice of a device.
[[nodiscard]] std::optional<CameraAnswer> parse_dahua_device(BytesView datagram);

// SADP's inquiry to UDP 37020; `id` becomes the UUID that comes back. Many devices answer to the
// group and not to us: those are not heard.
[[nodiscard]] Bytes build_sadp_inquiry(std::uint64_t id);
// nullopt where it is no ProbeMatch.
[[nodiscard]] std::optional<CameraAnswer> parse_sadp_device(BytesView datagram);
// That it answers the inquiry of this `id`.
[[nodiscard]] bool answers_inquiry(BytesView datagram, std::uint64_t id);

}  // namespace qingdan::net
