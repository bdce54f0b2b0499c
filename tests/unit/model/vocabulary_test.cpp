// The closed words read back as themselves.
#include "qingdan/model/vocabulary.h"

#include <catch2/catch.hpp>

using namespace qingdan::model;

namespace {

template <class T>
void reads_back(int count) {
  for (int i = 0; i < count; ++i) {
    const T value = static_cast<T>(i);
    CAPTURE(i);
    CHECK_FALSE(to_string(value).empty());
    CHECK(parse<T>(to_string(value)) == value);
  }
  CHECK(to_string(static_cast<T>(count)).empty());  // the list above is whole
  CHECK_FALSE(parse<T>("").has_value());
  CHECK_FALSE(parse<T>("no such word").has_value());
}

}  // namespace

TEST_CASE("every word of every closed list reads back as itself", "[model][vocabulary]") {
  reads_back<Verdict>(9);
  reads_back<HostOutcome>(5);
  reads_back<RunKind>(2);
  reads_back<RunState>(5);
  reads_back<SendKind>(6);
  reads_back<Presence>(4);
  reads_back<PortState>(3);
  reads_back<Registration>(5);
  reads_back<FactState>(4);
  reads_back<Cause>(6);
  reads_back<ChangeType>(21);
  reads_back<IdentifierType>(7);
  reads_back<Precision>(4);
}

TEST_CASE("only verified and acknowledged ports enter the list", "[model][vocabulary]") {
  CHECK(is_listed(Verdict::open_verified));
  CHECK(is_listed(Verdict::open_acked));
  for (const auto verdict :
       {Verdict::open, Verdict::open_synack, Verdict::suspect_proxy, Verdict::tarpit,
        Verdict::closed, Verdict::filtered, Verdict::open_filtered}) {
    CHECK_FALSE(is_listed(verdict));
  }
}

TEST_CASE("silence of a UDP port is not an open port", "[model][vocabulary]") {
  CHECK_FALSE(is_open(Verdict::open_filtered));
  CHECK(is_open(Verdict::tarpit));
}
