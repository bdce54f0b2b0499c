// bookkeeper — the writing half of a run, on its own thread: what the field reports is identified
// and put into the register in batches. The only user of the Store while a run goes on.
//   B1  raw bytes are stored before and beside what was made of them
//   B2  the first error of the register stops the run; nothing after it is written
#pragma once

#include <atomic>
#include <map>
#include <optional>
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
  void close() { channel_.close(); }  // the field is done

  // The thread's body: until closed and empty; then says of each host what its services tell
  // together. The result is the first error of the register.
  [[nodiscard]] Result<void> run();

 private:
  using Message = std::variant<model::PortResult, std::vector<model::Observation>>;
  struct Batch {
    std::vector<model::PortResult> results;
    std::vector<model::Observation> observations;
    std::vector<model::Finding> findings;
  };
  void take(Message message, Batch& batch);
  [[nodiscard]] Result<void> write(const Batch& batch);
  [[nodiscard]] Result<void> write_hosts();

  registry::Store& store_;
  const model::RunId run_;
  identify::Identifier& identifier_;
  std::atomic<bool>& stop_;
  Channel<Message> channel_{4096};
  // Findings of one host, kept light (no certificates) until all its ports were heard.
  std::map<std::pair<std::string, net::Address>, std::vector<model::Finding>> hosts_;
};

}  // namespace qingdan::app
