// frame_bench — cost of one SYN written for its target, and of one answer taken apart.
#include <benchmark/benchmark.h>

#include "qingdan/net/frame.h"

using namespace qingdan;

namespace {

net::Address address(bool six, std::uint64_t low) {
  if (!six) return net::Address::v4(static_cast<std::uint32_t>(0x0A62'0000 + (low & 0xFFFF)));
  return net::Address::from_number(static_cast<unsigned __int128>(0xFD00ULL << 48) << 64 | low,
                                   true);
}

void syn_write(benchmark::State& state) {
  const bool six = state.range(0) == 6;
  const net::SynFrame frame(address(six, 1), true, net::Mac{{2, 0, 0, 0, 0, 1}},
                            net::Mac{{2, 0, 0, 0, 0, 2}});
  std::array<std::uint8_t, net::SynFrame::kSizeMost> bytes{};
  std::uint32_t n = 0;
  for (auto _ : state) {
    ++n;
    frame.write(bytes.data(), address(six, n), 60000, 443, n * 2'654'435'761U);
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(syn_write)->Arg(4)->Arg(6)->ArgName("ip");

void answer_parse(benchmark::State& state) {
  const bool six = state.range(0) == 6;
  net::TcpSegment answer;
  answer.source = address(six, 7);
  answer.target = address(six, 1);
  answer.flags = net::kSyn | net::kAck;
  answer.options.assign(net::syn_options().begin(), net::syn_options().end());
  const auto frame =
      net::build_ethernet({}, {}, six ? net::kEtherIpv6 : net::kEtherIpv4, net::build_tcp(answer));
  for (auto _ : state) {
    const auto ethernet = net::parse_ethernet(frame);
    benchmark::DoNotOptimize(net::parse_packet(ethernet->payload));
  }
}
BENCHMARK(answer_parse)->Arg(4)->Arg(6)->ArgName("ip");

}  // namespace
