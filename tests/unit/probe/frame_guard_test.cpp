// frame_guard — nothing leaves for an address outside the scope, whatever its maker says of it.
#include "probe/frame_guard.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "support/lib/scopes.h"

using namespace qingdan;
using net::Address;
using probe::FrameGuard;

namespace {

Address at(std::string_view text) { return net::parse_address(text).value(); }

const Address kOurs = at("10.98.255.1"), kOurs6 = at("fd00::1");
const net::Mac kOwn{{2, 0, 0, 0, 0, 1}}, kHop{{2, 0, 0, 0, 0, 2}};

Bytes syn(const Address& target, bool ethernet) {
  const net::SynFrame frame(target.is_v6() ? kOurs6 : kOurs, ethernet, kOwn, kHop);
  Bytes bytes(frame.size());
  frame.write(bytes.data(), target, 61000, 443, 1);
  return bytes;
}

struct Guarded {
  targets::Scope scope = test::make_scope(
      {{"10.98.0.0/24", "10.99.0.0/24", "fd00:98::/120"}, {"10.98.0.128/25"}, 0, 0, 0, ""});
  std::set<Address> gateways{at("192.0.2.254"), at("fe80::254")};
  FrameGuard guard{scope, gateways};

  bool permits(const Bytes& bytes, const Address& ip, bool ethernet = true) {
    return guard.permits({bytes, ip}, ethernet);
  }
};

}  // namespace

TEST_CASE("what is in scope may leave, with and without an Ethernet header") {
  Guarded g;
  for (const bool ethernet : {true, false}) {
    for (const auto* text : {"10.98.0.0", "10.98.0.127", "10.99.0.255", "fd00:98::5"}) {
      CHECK(g.permits(syn(at(text), ethernet), at(text), ethernet));
    }
  }
  CHECK(g.permits(net::build_arp_request(kOwn, kOurs, at("10.98.0.7")), at("10.98.0.7")));
  CHECK(g.permits(net::build_neighbour_solicitation(kOwn, kOurs6, at("fd00:98::7")),
                  at("fd00:98::7")));
  CHECK(g.guard.breach().has_value());
}

TEST_CASE("G1, G2: the first frame outside closes the guard for good") {
  for (const auto* text :
       {"10.98.0.128", "10.97.255.255", "10.98.1.0", "10.99.1.0", "fd00:98::100"}) {
    Guarded g;
    CHECK_FALSE(g.permits(syn(at(text), true), at(text)));
    CHECK(g.guard.is_closed());
    REQUIRE_FALSE(g.guard.breach().has_value());
    CHECK(g.guard.breach().error().code == ErrorCode::refused);
    CHECK(g.guard.breach().error().text.find(text) != std::string::npos);
    CHECK_FALSE(g.permits(syn(at("10.98.0.1"), true), at("10.98.0.1")));
  }
}

TEST_CASE("a frame that is for another than its maker says is a breach") {
  Guarded g;
  CHECK_FALSE(g.permits(syn(at("10.97.0.1"), true), at("10.98.0.1")));
  Guarded same_scope;
  CHECK_FALSE(same_scope.permits(syn(at("10.98.0.2"), true), at("10.98.0.1")));
}

TEST_CASE("only ARP and solicitations may ask for a gateway") {
  Guarded g;
  const auto hop = at("192.0.2.254"), hop6 = at("fe80::254");
  CHECK(g.permits(net::build_arp_request(kOwn, kOurs, hop), hop));
  CHECK(g.permits(net::build_neighbour_solicitation(kOwn, kOurs6, hop6), hop6));
  CHECK_FALSE(g.permits(syn(hop, true), hop));
  Guarded others;
  CHECK_FALSE(
      others.permits(net::build_arp_request(kOwn, kOurs, at("192.0.2.253")), at("192.0.2.253")));
}

TEST_CASE("a message that looks like a solicitation but goes to a host is not one") {
  Guarded g;
  auto frame = net::build_neighbour_solicitation(kOwn, kOurs6, at("fe80::254"));
  const auto elsewhere = at("2001:db8::1").v6_bytes();
  std::copy(elsewhere.begin(), elsewhere.end(), frame.begin() + 14 + 24);
  CHECK_FALSE(g.permits(frame, at("fe80::254")));
}

TEST_CASE("a frame that is cut or of no kind we send is a breach") {
  const auto good = syn(at("10.98.0.1"), true);
  for (const std::size_t size : {0U, 13U, 14U, 33U}) {
    Guarded g;
    CHECK_FALSE(g.permits(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)),
                          at("10.98.0.1")));
  }
  Guarded g;
  CHECK_FALSE(g.permits(net::build_ethernet(kHop, kOwn, 0x88CC, Bytes(60, 0)), at("10.98.0.1")));
}

TEST_CASE("of a million random targets none outside passes") {
  Guarded g;
  Rng rng(5);
  net::SynFrame frame(kOurs, true, kOwn, kHop);
  Bytes bytes(frame.size());
  std::uint64_t wrong = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const auto ip = Address::v4(0x0A61'FF00 + static_cast<std::uint32_t>(rng.below(0x2'0300)));
    frame.write(bytes.data(), ip, 61000, 443, 1);
    const bool inside = g.scope.contains(ip);
    if (inside) {
      wrong += !g.guard.permits({bytes, ip}, true);
      continue;
    }
    FrameGuard fresh(g.scope, g.gateways);
    wrong += fresh.permits({bytes, ip}, true);
  }
  CHECK(wrong == 0);
}
