// hold — takes the connection and all bytes, says nothing; printers' raw ports, mute services.
#include "roles.h"

namespace qingdan::practice {
namespace {

class Hold final : public Player {
 public:
  Act on_data(BytesView) override { return {}; }
};

}  // namespace

PlayerMaker make_hold(const Settings&, const Seat&) {
  return [] { return std::make_unique<Hold>(); };
}

}  // namespace qingdan::practice
