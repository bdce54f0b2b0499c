#include "qingdan/net/fins_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;

TEST_CASE("we ask for a node, then for the controller's data", "[net][fins]") {
  CHECK(build_fins_node_request() ==
        Bytes{'F', 'I', 'N', 'S', 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  const auto read = build_fins_controller_read({0xEF, 7});
  CHECK(measure_fins_frame(read).size == read.size());
  CHECK(Bytes(read.end() - 13, read.end()) ==
        Bytes{0x80, 0, 2, 0, 7, 0, 0, 0xEF, 0, 0x51, 5, 1, 0});
}

TEST_CASE("a controller says its model and version", "[net][fins]") {
  const auto stream = seed("fins_wire/controller");
  const auto nodes = parse_fins_nodes(stream);
  REQUIRE(nodes);
  CHECK(nodes->client == 0xEF);
  CHECK(nodes->server == 7);
  const auto found = parse_fins_stream(stream);
  REQUIRE(found);
  CHECK(found->model == "CJ2M-CPU31");
  CHECK(found->version == "02.01");
  CHECK(found->end_code == 0);
}

TEST_CASE("a refusal, a full table and a cut stream give no model", "[net][fins]") {
  const auto refused = parse_fins_stream(seed("fins_wire/refused"));
  REQUIRE(refused);
  CHECK(refused->end_code == 0x0401);
  CHECK(refused->model.empty());
  CHECK_FALSE(parse_fins_nodes(seed("fins_wire/full")));
  const auto whole = seed("fins_wire/controller");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = parse_fins_stream(BytesView(whole).first(size));
    CHECK(found.has_value() == (size >= 24));
    if (found) CHECK(found->model.empty());
  }
  CHECK(measure_fins_frame(as_bytes("FIN ")).foreign());
  CHECK(measure_fins_frame(Bytes{'F', 'I', 'N', 'S', 0, 1, 0, 0}).foreign());
}
