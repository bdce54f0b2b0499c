// capture — what the filter lets through.
#include "probe/capture.h"

#include <pcap.h>

#include <catch2/catch.hpp>
#include <memory>

using namespace qingdan;
using net::Address;

namespace {

class Filter {
 public:
  Filter() : dead_(pcap_open_dead(DLT_EN10MB, 160), &pcap_close) {
    const auto text = probe::capture_filter({61'000, 61'999});
    REQUIRE(pcap_compile(dead_.get(), &code_, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0);
  }
  ~Filter() { pcap_freecode(&code_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  [[nodiscard]] bool takes(const Bytes& frame) const {
    pcap_pkthdr head{};
    head.caplen = head.len = static_cast<bpf_u_int32>(frame.size());
    return pcap_offline_filter(&code_, &head, frame.data()) != 0;
  }

 private:
  std::unique_ptr<pcap_t, decltype(&pcap_close)> dead_;
  bpf_program code_{};
};

Address theirs(bool six) { return net::parse_address(six ? "fd00::7" : "10.98.3.7").value(); }
Address ours(bool six) { return net::parse_address(six ? "fd00::1" : "10.98.0.1").value(); }

Bytes ethernet(bool six, BytesView packet) {
  return net::build_ethernet({}, {}, six ? net::kEtherIpv6 : net::kEtherIpv4, packet);
}

Bytes tcp(bool six, std::uint16_t target_port, std::uint8_t flags) {
  net::TcpSegment segment;
  segment.source = theirs(six);
  segment.target = ours(six);
  segment.source_port = 61'000;
  segment.target_port = target_port;
  segment.flags = flags;
  return ethernet(six, net::build_tcp(segment));
}

Bytes icmp(bool six, std::uint8_t type) {
  auto packet = net::build_echo(theirs(six), ours(six), 1, 1);
  packet[six ? 40 : 20] = type;
  return ethernet(six, packet);
}

}  // namespace

TEST_CASE("answers to our ports pass, questions and other ports do not") {
  const Filter filter;
  for (const bool six : {false, true}) {
    for (const std::uint16_t port : {61'000, 61'999}) {
      CHECK(filter.takes(tcp(six, port, net::kSyn | net::kAck)));
      CHECK(filter.takes(tcp(six, port, net::kRst | net::kAck)));
      CHECK(filter.takes(tcp(six, port, net::kRst)));
      CHECK_FALSE(filter.takes(tcp(six, port, net::kSyn)));
    }
    CHECK_FALSE(filter.takes(tcp(six, 60'999, net::kSyn | net::kAck)));
    CHECK_FALSE(filter.takes(tcp(six, 62'000, net::kSyn | net::kAck)));
    CHECK_FALSE(filter.takes(
        ethernet(six, net::build_udp(theirs(six), ours(six), 53, 61'000, to_bytes("x")))));
  }
}

TEST_CASE("ICMP replies and errors pass, requests do not") {
  const Filter filter;
  for (const int type : {0, 3, 4, 11, 12, 14}) {
    CHECK(filter.takes(icmp(false, static_cast<std::uint8_t>(type))));
  }
  for (const int type : {5, 8, 13}) {
    CHECK_FALSE(filter.takes(icmp(false, static_cast<std::uint8_t>(type))));
  }
  for (const int type : {1, 2, 3, 4, 129, 136}) {
    CHECK(filter.takes(icmp(true, static_cast<std::uint8_t>(type))));
  }
  for (const int type : {128, 134, 135}) {
    CHECK_FALSE(filter.takes(icmp(true, static_cast<std::uint8_t>(type))));
  }
}

TEST_CASE("ARP replies pass, ARP requests do not") {
  const Filter filter;
  auto frame = net::build_arp_request({{2, 0, 0, 0, 0, 1}}, ours(false), theirs(false));
  CHECK_FALSE(filter.takes(frame));
  frame[net::kEthernetSize + 7] = 2;
  CHECK(filter.takes(frame));
}

TEST_CASE("an interface that is not there is an error") {
  const SystemClock clock;
  probe::FrameInbox inbox;
  const auto capture =
      probe::open_capture({"no-such-if0", {61'000, 61'999}, true}, clock, inbox, [] {});
  CHECK_FALSE(capture);
}
