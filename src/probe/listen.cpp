// listen — says nothing and hears what a peer says by itself, until that looks like a protocol we
// can name. What it hears belongs to nobody yet.
#include "listen.h"

#include "probe/heard_stream.h"
#include "qingdan/net/sniff.h"

namespace qingdan::probe {

namespace {

class Listen final : public Conversation {
 public:
  Step on_open() override { return {}; }
  Step on_received(BytesView received) override {
    heard_.keep(received);
    return {{}, !net::sniff(received).empty(), false};
  }
  std::vector<Heard> take() override {
    heard_.mark_complete();
    return heard_.take(model::channel::kUnknown);
  }

 private:
  HeardStream heard_;
};

}  // namespace

std::unique_ptr<Conversation> make_listen(const Setting&) { return std::make_unique<Listen>(); }

}  // namespace qingdan::probe
