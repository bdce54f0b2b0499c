// camera_wire — notices laid out as the makers' tools show them (tests/fuzz/corpus/camera_wire).
// covers: net/json_members net/xml_elements
#include "qingdan/net/camera_wire.h"

#include <catch2/catch.hpp>

#include "net/json_members.h"
#include "net/xml_elements.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

TEST_CASE("the search for Dahua's devices says how long it is, twice", "[net][camera]") {
  const auto search = build_dahua_search();
  ByteReader reader(search);
  CHECK(reader.u32le() == 32);
  CHECK(as_text(reader.take(4)) == "DHIP");
  CHECK(reader.u64le() == 0);
  for (int i = 0; i < 2; ++i) {
    CHECK(reader.u32le() == search.size() - 32);
    CHECK(reader.u32le() == 0);
  }
  const auto text = as_text(reader.rest());
  CHECK(json::text_of(text, "method") == "DHDiscover.search");
  CHECK(json::number_of(text, "uni") == 1);
  CHECK_FALSE(parse_dahua_device(search));
}

TEST_CASE("a camera of Dahua says its class, its model and its version", "[net][camera]") {
  const auto camera = parse_dahua_device(seed("camera_wire/dahua_ipc"));
  REQUIRE(camera);
  CHECK(camera->kind == "IPC");
  CHECK(camera->model == "DH-IPC-HFW4433M");
  CHECK(camera->version == "2.800.0000000.16.R");
  CHECK(camera->serial == "4A00000PAZ00001");
  CHECK(camera->mac == "3c:ef:8c:00:00:01");
  CHECK(camera->name == "DONGMEN-03");
  CHECK(camera->maker == "General");
  const auto spaced = parse_dahua_device(seed("camera_wire/dahua_nvr"));
  REQUIRE(spaced);
  CHECK(spaced->kind == "NVR");
  CHECK(spaced->model == "DHI-NVR5216-4KS2");
  // Of a cut one as much as came.
  const auto cut = parse_dahua_device(seed("camera_wire/dahua_cut"));
  REQUIRE(cut);
  CHECK(cut->model == "DH-IPC-HFW4433M");
  CHECK(cut->version.empty());
  CHECK_FALSE(parse_dahua_device(seed("camera_wire/dahua_search")));
}

TEST_CASE("the inquiry of SADP has a number that the answer gives back in either case",
          "[net][camera]") {
  const auto text = std::string(as_text(build_sadp_inquiry(7)));
  CHECK(xml::text_of(text, "Types") == "inquiry");
  CHECK(answers_inquiry(as_bytes(text), 7));
  CHECK_FALSE(answers_inquiry(as_bytes(text), 8));
  CHECK_FALSE(parse_sadp_device(as_bytes(text)));
  CHECK_FALSE(parse_sadp_device(seed("camera_wire/sadp_inquiry")));
  auto upper = xml::uuid_of(7);
  for (auto& c : upper) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  CHECK(answers_inquiry(as_bytes("<Uuid>" + upper + "</Uuid>"), 7));
}

TEST_CASE("a camera of Hikvision says its model, its version and its serial number",
          "[net][camera]") {
  const auto camera = parse_sadp_device(seed("camera_wire/sadp_camera"));
  REQUIRE(camera);
  CHECK(camera->kind == "139269");
  CHECK(camera->model == "DS-2CD2T45-I5");
  CHECK(camera->version == "V5.4.5build 170124");
  CHECK(camera->serial == "DS-2CD2T45-I520170612AAWR000000001");
  CHECK(camera->mac == "44-19-b6-00-00-01");
}

TEST_CASE("a value that is no name's is passed over, an escape ends a text", "[net][camera]") {
  const std::string_view text = R"({"a":"Version", "Version" : "1\u00e4", "n": -5, "x":"open)";
  CHECK(json::text_of(text, "Version") == "1");
  CHECK(json::text_of(text, "n").empty());
  CHECK(json::text_of(text, "x").empty());
  CHECK(json::text_of(text, "missing").empty());
  CHECK(json::number_of(text, "n") == -5);
  CHECK_FALSE(json::number_of(text, "a"));
  CHECK_FALSE(json::number_of(text, "missing"));
}

TEST_CASE("a text that is too long is left out", "[net][camera]") {
  const auto answer = parse_sadp_device(as_bytes(
      "<ProbeMatch><MAC>1</MAC></ProbeMatch><ProbeMatch>x</ProbeMatch><DeviceDescription>" +
      std::string(kCameraTextMax + 1, 'x') + "</DeviceDescription>"));
  REQUIRE(answer);
  CHECK(answer->model.empty());
  CHECK(answer->mac == "1");
}

TEST_CASE("damaged notices do no harm", "[net][camera]") {
  test::parse_damaged(seed("camera_wire/dahua_ipc"), parse_dahua_device);
  test::parse_damaged(seed("camera_wire/sadp_camera"), parse_sadp_device);
}
