// source_ports — a thousand ports that the kernel gives to nobody else.
#include <catch2/catch.hpp>

#include "qingdan/probe/raw_link.h"

using namespace qingdan;

namespace {

void check_span(std::string_view range, unsigned first) {
  const auto span = probe::choose_source_ports(range);
  CHECK(span.first == first);
  CHECK(span.last == first + 999);
}

}  // namespace

TEST_CASE("the fixed range is taken wherever the kernel keeps off it") {
  check_span("32768\t60999\n", 61'000);
  check_span("1024 32767", 61'000);
  check_span("62000 65535", 61'000);
}

TEST_CASE("else one above or below what the kernel hands out") {
  check_span("32768 61000", 64'536);
  check_span("32768 65535", 31'768);
  check_span("1024\t65535", 61'000);
}

TEST_CASE("an unreadable setting is no reason to fail") {
  check_span("", 61'000);
  check_span("many", 61'000);
  check_span("9 8", 61'000);
  check_span("1 99999", 61'000);
  CHECK(probe::read_source_ports().last == probe::read_source_ports().first + 999);
}
