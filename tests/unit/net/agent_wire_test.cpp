// agent_wire — what agents are asked and what they answer.
#include "qingdan/net/agent_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;
using State = Extent::State;

TEST_CASE("questions of apcaccess, epmd and zabbix_get", "[net][agents]") {
  CHECK(build_apcupsd_status() == Bytes{0, 6, 's', 't', 'a', 't', 'u', 's'});
  CHECK(build_epmd_names() == Bytes{0, 1, 'n'});
  const auto request = build_zabbix_version();
  CHECK(as_text(request).starts_with("ZBXD\x01\x0D"));
  CHECK(as_text(request).ends_with("agent.version"));
  CHECK(request.size() == 5 + 8 + 13);
}

TEST_CASE("an agent's answer is whole at its end", "[net][agents]") {
  using Measure = Extent (*)(BytesView);
  const std::vector<std::pair<std::string, Measure>> answers{{"apcupsd", &measure_apcupsd},
                                                             {"zabbix", &measure_zabbix},
                                                             {"nrpe", &measure_nrpe},
                                                             {"epmd", &measure_epmd}};
  for (const auto& [name, measure] : answers) {
    const auto answer = seed("agent_wire/" + name);
    for (std::size_t size = 0; size < answer.size(); ++size) {
      CAPTURE(name, size);
      CHECK(measure(BytesView(answer).first(size)).state == State::partial);
    }
    if (name != "epmd") CHECK(measure(answer).size == answer.size());
    for (const auto& [other, foreign] : answers) {
      if (other != name) CHECK(foreign(answer).foreign());
    }
  }
  for (const auto* text : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "+OK\r\n"}) {
    for (const auto& [name, measure] : answers) CHECK(measure(as_bytes(text)).foreign());
  }
}

TEST_CASE("an uninterruptible power supply is read line by line", "[net][apcupsd]") {
  const auto status = parse_apcupsd(seed("agent_wire/apcupsd"));
  REQUIRE(status);
  CHECK(status->version == "3.14.14 (31 May 2016) debian");
  CHECK(status->host == "ups-01");
  CHECK(status->model == "Smart-UPS 1500");
  CHECK(measure_apcupsd(Bytes{0, 9, 'N', 'o', 't', ' ', 'f', 'o', 'u', 'n', 'd'}).foreign());
  // Lines without end.
  Bytes endless{0, 6, 'A', 'P', 'C', ' ', ':', '\n'};
  while (endless.size() <= kApcupsdMax) {
    const Bytes line{0, 4, 'A', ' ', ':', '\n'};
    endless.insert(endless.end(), line.begin(), line.end());
  }
  CHECK(measure_apcupsd(endless).foreign());
}

TEST_CASE("nodes have names, and an answer may have none", "[net][epmd]") {
  CHECK(parse_epmd(seed("agent_wire/epmd")) == std::vector<std::string>{"rabbit", "ejabberd"});
  CHECK(parse_epmd(seed("agent_wire/epmd_none")).value().empty());
  auto cut = seed("agent_wire/epmd");
  cut.pop_back();
  CHECK(parse_epmd(cut) == std::vector<std::string>{"rabbit"});
  CHECK_FALSE(parse_epmd(Bytes{0, 0, 0x11}));
  CHECK_FALSE(parse_epmd(Bytes{0, 0, 0x11, 0x12}));
  CHECK_FALSE(parse_epmd(to_bytes(std::string("\0\0\x11\x11name x\n", 11))));
}

TEST_CASE("a Zabbix agent tells its version or that it may not", "[net][zabbix]") {
  CHECK(parse_zabbix(seed("agent_wire/zabbix")) == "6.0.21");
  CHECK(parse_zabbix(seed("agent_wire/zabbix_unsupported")) == "");
  auto long_one = seed("agent_wire/zabbix");
  long_one[6] = 0x7F;
  CHECK(measure_zabbix(long_one).foreign());
  long_one[4] = 3;  // compressed
  CHECK(measure_zabbix(long_one).foreign());
}

TEST_CASE("NRPE's version is in a packet that answers for itself", "[net][nrpe]") {
  const auto request = build_nrpe_version();
  REQUIRE(request.size() == kNrpePacket);
  // As check_nrpe sends it: CRC-32 over the rest.
  CHECK(to_hex(BytesView(request).first(21)) == "00020001d4673f0000005f4e5250455f434845434b");
  CHECK(parse_nrpe(seed("agent_wire/nrpe")) == "NRPE v4.1.0");
  CHECK(measure_nrpe(request).foreign());  // an echo
  auto wrong = seed("agent_wire/nrpe");
  wrong[12] ^= 1;
  CHECK(measure_nrpe(wrong).foreign());
  CHECK_FALSE(parse_nrpe(wrong));
}
