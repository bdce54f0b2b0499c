// ssdp — the answer of one root device to a search (UPnP Device Architecture 1.1 section 1.3.3); a
// search for something else, or without MAN, gets none.
#include "../certificates.h"
#include "qingdan/base/text.h"
#include "roles.h"
#include "text_request.h"

namespace qingdan::practice {

DatagramPlayer make_ssdp(const Settings& settings, const Seat& seat) {
  const auto id = to_hex(BytesView(sha256(as_bytes("upnp " + seat.ip))).first(16));
  const auto uuid = id.substr(0, 8) + "-" + id.substr(8, 4) + "-4" + id.substr(13, 3) + "-8" +
                    id.substr(17, 3) + "-" + id.substr(20);
  const std::string answer =
      "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nST: upnp:rootdevice\r\nUSN: uuid:" + uuid +
      "::upnp:rootdevice\r\nEXT:\r\nSERVER: " + settings.text("server") + "\r\nLOCATION: http://" +
      seat.ip + ":" + std::to_string(settings.number("http_port", 49152)) + "/rootDesc.xml\r\n\r\n";
  return [answer](BytesView asked) -> Bytes {
    const auto request = read_text_request(as_text(asked));
    const auto target = request.field("st");
    const bool search = request.method == "M-SEARCH" && request.field("man") == "\"ssdp:discover\"";
    if (!search || (target != "upnp:rootdevice" && target != "ssdp:all")) return {};
    return to_bytes(answer);
  };
}

}  // namespace qingdan::practice
