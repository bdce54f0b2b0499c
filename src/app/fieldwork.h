// fieldwork — the probing half of a run: sweep, canaries, interviews and confirmations on one
// thread. It knows no register and no rules; what it learns goes to a FieldSink.
//   F1  a host's open ports are interviewed only after its canaries were asked: a host that says
//       "open" everywhere gets the short form, and its ports count only if they differ
//   F2  a port the register holds open and that refuses is asked a second time before it is closed
//   F3  what it tells its sink is in an order of which every beginning can be resumed: an open port
//       before its interview, observations before the verdict drawn from them, both before the
//       checkpoint that covers them; the verdict on a web server after the names it is asked for;
//       a host's reverse name before anything its TCP ports say
//   F4  stopped hosts and machines in front of a prefix are told when they are found, and a run that
//       goes on knows those of the process before it (incidents.h)
//   F5  a host that falls silent under it is left alone; where it stops the run, `stop` is set
//   F6  what identification finds fragile is handled with care from then on (devices.h, C3)
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "app/incidents.h"
#include "app/sweeping.h"
#include "app/syn_looks.h"
#include "app/virtual_hosts.h"
#include "qingdan/base/channel.h"
#include "qingdan/base/clock.h"
#include "qingdan/base/rng.h"
#include "qingdan/model/checkpoint.h"
#include "qingdan/model/run.h"
#include "qingdan/probe/canary.h"
#include "qingdan/probe/devices.h"
#include "qingdan/probe/guard.h"
#include "qingdan/probe/interview_runner.h"
#include "qingdan/probe/reverse_names.h"
#include "qingdan/probe/sentinel.h"
#include "qingdan/probe/syn_picture.h"
#include "qingdan/targets/scope.h"

namespace qingdan::app {

// What a run has to remember, told now and then. It covers what the sink was told before it.
struct FieldState {
  std::vector<model::SentBlock> sent;  // since the last one
  TellOfIncidents incidents;           // since then
  std::optional<model::Checkpoint> checkpoint;
};

class FieldSink {
 public:
  virtual ~FieldSink() = default;
  // Of an open TCP port twice: `open` as soon as the sweep found it, then what the interview says.
  virtual void on_port(const model::PortResult& result) = 0;
  virtual void on_observations(std::vector<model::Observation> of_one_endpoint) = 0;
  virtual void on_reverse_name(const model::ReverseName&) {}
  virtual void on_state(FieldState) {}
};

// Of an earlier process, by which a run goes on.
struct Resumption {
  model::Checkpoint checkpoint;            // with all pages
  std::vector<model::PortResult> results;  // all that the run has kept
  // Of what they said (probe::shape_of); none: nothing.
  std::map<model::Endpoint, std::uint64_t> shapes{};
  std::vector<model::GuardTrip> trips{};
};

struct FieldPlan {
  const targets::Scope& scope;  // outlives the work
  net::PortSet ports;           // askable
  targets::Pace pace;
  Method method{Method::connect};
  std::set<model::Endpoint> known_open;  // of the register: closed ones among them are confirmed
  bool interviews{true};                 // false: sweep only
  Key128 key;                            // of the permutation
  std::optional<Resumption> resumed{};
  std::map<net::Address, probe::DeviceKind> devices{};       // of the register
  std::set<net::Address> dark{};                             // addresses nobody ever answered at
  KnownNames names{};                                        // of the register
  std::uint64_t turn{0};                                     // number of the run
  std::map<model::Endpoint, probe::Remembered> protocols{};  // of the register
};

struct FieldProgress {
  probe::SweepProgress sweep;
  probe::RunnerProgress interviews;
  std::size_t fragile_held{0};   // hosts asked at the pace of fragile devices
  std::uint32_t fragile_pps{0};  // that pace
};

class Fieldwork final : private probe::SweepSink {
 public:
  // All must outlive the work. `stop` may be set at any time, from any thread.
  Fieldwork(FieldPlan plan, const Clock& clock, std::atomic<bool>& stop, FieldSink& sink);
  ~Fieldwork() override;

  // F6. From any thread, at any time; never waits. False: too much was told that is not heeded yet.
  bool heed(const net::Address& ip, probe::DeviceKind kind);

  // Runs to the end on the calling thread. An Error ends the run: scope breach, no TLS library.
  [[nodiscard]] Result<void> run();
  // Where it stands, with coverage; before run() too.
  [[nodiscard]] model::Checkpoint checkpoint();

  [[nodiscard]] FieldProgress progress() const;  // from any thread
  [[nodiscard]] model::Coverage coverage() const;
  [[nodiscard]] model::RunCounts counts() const;
  // After run(): name servers that stated nothing and were asked no more.
  [[nodiscard]] std::vector<net::Address> resolvers_given_up() const {
    return reverse_names_.given_up();
  }
  // After run(); of the whole run, whichever process found them.
  [[nodiscard]] const std::vector<model::GuardTrip>& trips() const { return incidents_.trips(); }
  [[nodiscard]] std::vector<model::Middlebox> middleboxes() const {
    return incidents_.middleboxes();
  }

 private:
  struct Host;  // canaries of one host, and what waits for them
  void on_port(const targets::ApprovedTarget& target, const model::PortResult& result) override;
  void on_observations(std::vector<model::Observation> of_one_endpoint) override;
  void on_look(const net::Address& ip, bool open, const probe::SynAckTraits& traits) override {
    if (plan_.interviews) picture_.on_answer(ip, open, traits);
  }
  void on_open(const targets::ApprovedTarget& target, const model::PortResult& result);
  void on_report(probe::InterviewReport report);
  void on_site(probe::InterviewReport report);
  [[nodiscard]] bool may_ask_again(const std::string& zone);
  void ask_names(const probe::InterviewReport& report, const model::PortResult& result);
  [[nodiscard]] probe::Subject subject_of(const targets::ApprovedTarget& target,
                                          std::chrono::nanoseconds rtt, bool half_open) const;
  void release(Host& host);
  void take_up(const Resumption& resumed);
  void take_up(const std::vector<model::GuardTrip>& trips);
  enum class Told : std::uint8_t { sent, standing, everything };
  void tell(Told what);
  [[nodiscard]] model::Checkpoint standing();
  void resubmit();
  void on_trip(const probe::Trip& trip);
  void finish_when_done();
  void take_hints();
  void failed(const Error& error);
  void spawn_runner(probe::InterviewRunner& runner);
  Awaitable<void> sweep_and_confirm();
  Awaitable<void> ask_host(net::Address ip);
  Awaitable<void> ask_dark(net::Address ip);
  Awaitable<void> ask_name(net::Address ip);
  void name_datagram_hosts();
  void look_closer();
  void take_back(const model::Endpoint& at);
  void spawn_canary(Awaitable<void> canary);
  Awaitable<void> tend();
  Awaitable<void> await_window(std::string zone);

  FieldPlan plan_;
  const Clock& clock_;
  std::atomic<bool>& stop_;
  FieldSink& sink_;
  Rng rng_;
  probe::Guard guard_;  // these two before the context, whose coroutines tell them things
  probe::Devices devices_;
  boost::asio::io_context context_{1};
  std::unique_ptr<probe::Sockets> sockets_;
  probe::SendLog send_log_;
  probe::Dialer dialer_;
  targets::Budget budget_;
  probe::Pacer pacer_;
  probe::ReverseNames reverse_names_;
  probe::Sentinel sentinel_;
  std::unique_ptr<probe::RawNetwork> raw_;  // half-open only
  Sweeping sweep_;
  probe::TlsContextPtr tls_;
  std::unique_ptr<probe::InterviewRunner> runner_, short_runner_;  // short: for suspect hosts
  std::atomic<const probe::InterviewRunner*> ready_{nullptr};      // set once both runners exist
  std::map<net::Address, std::unique_ptr<Host>> hosts_;
  SynLooks looks_;
  std::vector<targets::ApprovedTarget> to_confirm_;
  std::vector<probe::Subject> again_;  // interviews cut short by the end of a window
  probe::Event tick_;
  std::size_t working_{0};  // coroutines that tend() outlives
  SteadyTime coverage_told_{};
  std::uint64_t packets_told_{0}, done_told_{0};
  std::size_t canaries_running_{0};
  std::atomic<std::uint64_t> canary_sent_{0};
  std::uint64_t interview_sent_{0};
  bool sweep_done_{false};
  bool finishing_{false};  // the runners take nothing more but what their reports lead to
  int runners_running_{0};
  Incidents incidents_;
  probe::SynPicture picture_;
  std::set<net::Address> datagram_hosts_;  // where a datagram was answered
  std::set<net::Address> suspects_;    // by their picture; complete once the sweep has ended
  std::vector<model::Endpoint> mute_;  // accepted a handshake and said nothing, while it had not
  using Hint = std::pair<net::Address, probe::DeviceKind>;
  Channel<Hint> hints_{65'536};  // as many as a scope of that size has hosts
  std::atomic<bool> hinted_{false};
  VirtualHosts virtual_hosts_;
  std::optional<Error> failure_;
};

}  // namespace qingdan::app
