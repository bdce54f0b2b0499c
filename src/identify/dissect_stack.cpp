// dissect_stack — what shows how a host's own stack is made, whatever listens on it.
#include <charconv>
#include <string>
#include <system_error>

#include "identify/dissectors.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/net/tcp_signature.h"

namespace qingdan::identify {
namespace {

// IEEE 802 §8.2: the first three octets name the maker, "3c:ef:8c".
constexpr std::size_t kOuiChars = 8;

}  // namespace

bool is_of_stack(std::string_view field) { return field == "tcp.signature" || field == "eth.oui"; }

// Rules read the hop limit that the host begins with; how far away it is is none of its traits.
void dissect_syn_ack(BytesView raw, Dissection& out) {
  const auto text = as_text(raw);
  const auto end = text.find(' ');
  const auto signature = text.substr(0, end);
  const auto plus = signature.find('+');
  const auto after = signature.find(':', plus);
  if (!signature.starts_with("4:") && !signature.starts_with("6:")) return;
  if (plus == std::string_view::npos || after == std::string_view::npos) return;
  std::uint8_t received = 0;
  const auto* last = text.data() + plus;
  const auto read = std::from_chars(text.data() + 2, last, received);
  if (read.ptr != last || read.ec != std::errc()) return;
  const auto initial = std::to_string(net::initial_hop_limit(received));
  out.add_text("tcp.signature",
               std::string(signature.substr(0, 2)).append(initial).append(signature.substr(after)));
  if (end != std::string_view::npos) out.add_text("eth.oui", text.substr(end + 1, kOuiChars));
}

}  // namespace qingdan::identify
