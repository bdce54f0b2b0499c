// bookkeeper — the writing half of a run, on its own thread: what the field reports is identified
// and put into the register in batches. The only user of the Store while a run goes on.
//   B1  raw bytes are stored before and beside what was made of them
//   B2  the first error of the register stops the run; nothing after it is written
//   B3  what the field told is written in that order, and a checkpoint with all that came before it
//   B4  a host that turns out to be fragile is told to the field at once, without ever waiting for it
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/fieldwork.h"
#include "qingdan/base/channel.h"
#include "qingdan/identify/identifier.h"
#include "qingdan/registry/store.h"

namespace qingdan::app {

class Bookkeeper final : public FieldSink {
 public:
  // All must outlive the bookkeeper. `stop` is set on the first error.
  Bookkeeper(registry::Store& store, model::RunId run, identify::Identifier& identifier,
             std::atomic<bool>& stop)
      : store_(store), run_(run), identifier_(identifier), stop_(stop) {}

  // From the field's thread; wait while the bookkeeper is behind.
  void on_port(const model::PortResult& result) override;
  void on_observations(std::vector<model::Observation> of_one_endpoint) override;
  void on_reverse_name(const model::ReverseName& told) override;
  void on_state(FieldState state) override;
  void close() { channel_.close(); }  // the field is done

  // B4. Called on the bookkeeper's thread; false: not taken just now, to be told again.
  using WarnOf = std::function<bool(const net::Address&, probe::DeviceKind)>;
  void warn(WarnOf warn_of) { warn_of_ = std::move(warn_of); }

  // Of a run that goes on, before run(): hears again what an earlier process kept.
  [[nodiscard]] Result<void> recall();
  // The thread's body: until closed and empty; then says of each host what its services tell
  // together. The result is the first error of the register.
  [[nodiscard]] Result<void> run();
  // Says of each host what its services tell together; the end of run(), and of a run that is
  // finished without being resumed.
  [[nodiscard]] Result<void> write_hosts();

 private:
  using Message = std::variant<model::PortResult, std::vector<model::Observation>,
                               model::ReverseName, FieldState>;
  using Host = std::pair<std::string, net::Address>;
  using Place = std::pair<model::Endpoint, std::string>;  // with the name it was asked for
  void take(Message message, registry::Batch& batch);
  void notice(const model::Finding& finding);
  void pass_warnings();
  void identify(std::vector<model::Observation> of_one_endpoint, registry::Batch& batch);

  registry::Store& store_;
  const model::RunId run_;
  identify::Identifier& identifier_;
  std::atomic<bool>& stop_;
  Channel<Message> channel_{4096};
  WarnOf warn_of_;
  std::map<net::Address, probe::DeviceKind> fragile_;
  std::set<net::Address> untold_;
  // Findings of one host, kept light (no certificates) until all its ports were heard. One heard
  // again speaks instead of the former.
  std::map<Host, std::map<Place, model::Finding>> hosts_;
};

}  // namespace qingdan::app
