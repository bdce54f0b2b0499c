// fieldwork — see fieldwork.h. Coroutines here are members of an object that outlives the context.
#include "app/fieldwork.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "app/fieldwork_host.h"
#include "qingdan/base/contract.h"

namespace qingdan::app {
namespace {

// What a dead process may leave untold: at most so much of the ledger, so much to ask again.
constexpr std::chrono::milliseconds kLedgerEvery{900};
constexpr std::chrono::milliseconds kCheckpointEvery{5000};
constexpr std::chrono::seconds kCoverageEvery{60};

}  // namespace

Fieldwork::Fieldwork(FieldPlan plan, const Clock& clock, std::atomic<bool>& stop, FieldSink& sink)
    : plan_(std::move(plan)),
      clock_(clock),
      stop_(stop),
      sink_(sink),
      rng_(random_key()[0]),
      devices_(plan_.devices),
      sockets_(probe::make_sockets(context_.get_executor(), clock)),
      dialer_(plan_.scope, *sockets_),
      budget_(plan_.pace),
      pacer_(dialer_, budget_, stop),
      reverse_names_(pacer_),
      sentinel_(pacer_, guard_, [this](const probe::Trip& trip) { on_trip(trip); }),
      raw_(plan_.method == Method::syn
               ? probe::make_raw_network(context_.get_executor(), clock, plan_.scope)
               : nullptr),
      sweep_(pacer_, raw_.get(), {plan_.ports, plan_.method, plan_.key}, *this),
      tick_(sockets_->executor(), sockets_->alarms()),
      incidents_(plan_.scope, clock_, plan_.dark),
      virtual_hosts_(std::move(plan_.names), plan_.turn) {
  dialer_.keep_log(send_log_);
  dialer_.watch(guard_);
  dialer_.mind(devices_);
  if (plan_.resumed) sweep_.resume(plan_.resumed->checkpoint);
}

Fieldwork::~Fieldwork() = default;

// One posted call however many hints: the flag falls before the hints are taken, so that none that
// comes later is left lying.
bool Fieldwork::heed(const net::Address& ip, probe::DeviceKind kind) {
  if (!hints_.try_push({ip, kind})) return false;
  if (!hinted_.exchange(true)) boost::asio::post(context_, [this] { take_hints(); });
  return true;
}

void Fieldwork::take_hints() {
  hinted_.store(false);
  while (const auto hint = hints_.try_pop()) devices_.on_identified(hint->first, hint->second);
}

Result<void> Fieldwork::run() {
  take_hints();
  if (plan_.interviews) {
    auto tls = probe::open_tls_context();
    if (!tls) return tls.error().in("fieldwork");
    tls_ = std::move(*tls);
    const auto report = [this](probe::InterviewReport made) { on_report(std::move(made)); };
    runner_ = std::make_unique<probe::InterviewRunner>(pacer_, *tls_, report);
    short_runner_ = std::make_unique<probe::InterviewRunner>(pacer_, *tls_, report, short_form());
    ready_.store(runner_.get());
    spawn_runner(*runner_);
    spawn_runner(*short_runner_);
  }
  boost::asio::co_spawn(context_, sentinel_.run(), [this](const std::exception_ptr& thrown) {
    if (thrown) failed({ErrorCode::internal, "the sentinel ended by an exception", ""});
  });
  if (plan_.resumed) take_up(*plan_.resumed);
  ++working_;
  boost::asio::co_spawn(context_, sweep_and_confirm(), [this](const std::exception_ptr& thrown) {
    if (thrown) failed({ErrorCode::internal, "the sweep ended by an exception", ""});
    --working_;
    tick_.wake();
  });
  boost::asio::co_spawn(context_, tend(), [this](const std::exception_ptr& thrown) {
    if (thrown) failed({ErrorCode::internal, "keeping the state ended by an exception", ""});
  });
  context_.run();
  tell(Told::everything);
  if (failure_) return *failure_;
  return {};
}

void Fieldwork::spawn_runner(probe::InterviewRunner& runner) {
  ++working_;
  ++runners_running_;
  boost::asio::co_spawn(
      context_, runner.run(), [this](const std::exception_ptr& thrown, auto done) {
        if (--runners_running_ == 0) sentinel_.finish();
        if (thrown) {
          failed({ErrorCode::internal, "the interviews ended by an exception", ""});
        } else if (!done) {
          failed(done.error());
        }
        --working_;
        tick_.wake();
      });
}

// What an earlier process left: open ports without a final word, refusals without a second one.
void Fieldwork::take_up(const Resumption& resumed) {
  take_up(resumed.trips);
  for (const auto& result : resumed.results) {
    const bool open = model::is_open(result.verdict);
    // What was open in this very run closes by two refusals only, like what the register held.
    if (open) plan_.known_open.insert(result.at);
    if (!sweep_.has_verdict(result.at)) continue;
    const auto target = plan_.scope.approve(result.at.ip, result.at.transport, result.at.port);
    if (!target) continue;
    if (result.verdict == model::Verdict::closed && result.tries < 2)
      to_confirm_.push_back(*target);
    const bool unheard = result.verdict == model::Verdict::open ||
                         result.verdict == model::Verdict::open_synack || result.tries == 0;
    const bool tcp = result.at.transport == net::Transport::tcp;
    if (open && unheard && tcp) on_open(*target, result);
    if (open && !tcp) datagram_hosts_.insert(result.at.ip);
    if (open && !unheard && tcp && result.verdict != model::Verdict::tarpit) {
      const auto said = resumed.shapes.find(result.at);
      incidents_.on_open(result.at, said == resumed.shapes.end() ? 0 : said->second);
    }
  }
}

// Somebody looked at what stopped the whole run before it was taken up again: the hosts stay
// stopped, but the count towards another such stop begins anew. A lost path is no fault of the host
// it showed at.
void Fieldwork::take_up(const std::vector<model::GuardTrip>& trips) {
  const auto stop = std::find_if(trips.rbegin(), trips.rend(),
                                 [](const auto& trip) { return trip.stopped == "run"; });
  const auto looked_at = static_cast<std::size_t>(trips.rend() - stop);
  for (std::size_t i = 0; i < trips.size(); ++i) {
    if (!trips[i].path) guard_.keep_stopped(trips[i].ip, i >= looked_at);
  }
  incidents_.restore(trips);
}

model::Checkpoint Fieldwork::standing() {
  auto made = sweep_.checkpoint();
  made.key = plan_.key;
  made.pps = plan_.pace.global_pps;
  made.counts = counts();
  packets_told_ = send_log_.packets();
  done_told_ = sweep_.progress().done;
  return made;
}

model::Checkpoint Fieldwork::checkpoint() {
  auto made = standing();
  made.coverage = coverage();
  coverage_told_ = pacer_.now();
  return made;
}

void Fieldwork::tell(Told what) {
  FieldState state;
  state.sent = send_log_.take();
  state.incidents = incidents_.take();
  // Without interviews nobody keeps a register, and there is nothing to go on with.
  if (plan_.interviews && what == Told::everything) state.checkpoint = checkpoint();
  if (plan_.interviews && what == Told::standing) state.checkpoint = standing();
  const bool news = !state.sent.empty() || !state.incidents.empty();
  if (news || state.checkpoint) sink_.on_state(std::move(state));
}

// Ledger every second of sending, checkpoint every five and when a pause begins, until all is done.
Awaitable<void> Fieldwork::tend() {
  auto due = pacer_.now() + kCheckpointEvery;
  bool paused = false;
  while (working_ > 0) {
    const auto until = pacer_.now() + kLedgerEvery;
    co_await tick_.wait_until(until);
    const auto progress = sweep_.progress();
    const bool pauses = progress.paused_until.value != 0;
    const bool moved = send_log_.packets() != packets_told_ || progress.done != done_told_;
    const bool now = moved && pacer_.now() >= due;
    const bool all = (pauses && !paused) || pacer_.now() - coverage_told_ >= kCoverageEvery;
    if (now) due = pacer_.now() + kCheckpointEvery;
    paused = pauses;
    tell(moved && all ? Told::everything : now ? Told::standing : Told::sent);
    resubmit();
  }
}

void Fieldwork::resubmit() {
  if (again_.empty()) return;
  std::vector<probe::Subject> later;
  for (auto& subject : again_) {
    if (stop_.load()) continue;  // it stands as `open`, and is asked when the run goes on
    if (pacer_.closed_until(subject.target.zone()).value != 0) {
      later.push_back(std::move(subject));
    } else {
      auto& host = *hosts_.at(subject.target.ip());
      (host.canaries.suspect() ? *short_runner_ : *runner_).submit(std::move(subject));
    }
  }
  again_ = std::move(later);
  finish_when_done();
}

Awaitable<void> Fieldwork::await_window(std::string zone) {
  probe::Event timer(sockets_->executor(), sockets_->alarms());
  while (!stop_.load() && pacer_.closed_until(zone).value != 0) {
    const auto until = pacer_.now() + probe::kStopCheck;
    co_await timer.wait_until(until);
  }
}

void Fieldwork::failed(const Error& error) {
  if (!failure_) failure_ = error;
  stop_.store(true);
  dialer_.abort_waits();
  if (sweep_done_) finish_when_done();
}

Awaitable<void> Fieldwork::sweep_and_confirm() {
  auto swept = co_await sweep_.run();
  if (!swept) failed(swept.error());
  look_closer();
  name_datagram_hosts();
  if (!to_confirm_.empty()) {
    auto again = co_await probe::confirm(pacer_, std::move(to_confirm_));
    if (!again) {
      failed(again.error());
    } else {
      for (auto& result : *again) {
        if (result.verdict == model::Verdict::closed) result.tries = 2;
        sink_.on_port(result);
      }
    }
  }
  sweep_done_ = true;
  finish_when_done();
}

void Fieldwork::finish_when_done() {
  if (!sweep_done_ || canaries_running_ > 0 || !again_.empty()) return;
  if (!runner_) return sentinel_.finish();
  finishing_ = true;
  runner_->finish();
  short_runner_->finish();
}

void Fieldwork::on_port(const targets::ApprovedTarget& target, const model::PortResult& result) {
  if (result.verdict == model::Verdict::closed) {
    const bool known = plan_.known_open.contains(result.at);
    if (known) to_confirm_.push_back(target);
    model::PortResult refused = result;
    if (plan_.interviews) refused.tries = 1;  // one refusal, in whichever pass it came
    if (known || !plan_.interviews) sink_.on_port(refused);
    return;
  }
  // A TCP port that is open gets its verdict from the interview.
  const bool handshake =
      result.verdict == model::Verdict::open || result.verdict == model::Verdict::open_synack;
  if (plan_.interviews && handshake) {
    sink_.on_port(result);
    return on_open(target, result);
  }
  if (plan_.interviews && is_open(result.verdict)) datagram_hosts_.insert(target.ip());
  if (!plan_.interviews || is_open(result.verdict)) sink_.on_port(result);
}

void Fieldwork::on_observations(std::vector<model::Observation> of_one_endpoint) {
  sink_.on_observations(std::move(of_one_endpoint));
}

// A window closed over it, and the runners still take what is to be asked when it opens.
bool Fieldwork::may_ask_again(const std::string& zone) {
  return !finishing_ && !stop_.load() && pacer_.closed_until(zone).value != 0;
}

void Fieldwork::on_report(probe::InterviewReport report) {
  interview_sent_ += report.sent;
  if (!report.vhost.empty()) return on_site(std::move(report));
  const auto& host = *hosts_.at(report.at.ip);
  const bool cut = !report.complete && dialer_.breaches() == 0;
  if (cut && may_ask_again(report.at.zone)) {
    const auto target = plan_.scope.approve(report.at.ip, report.at.transport, report.at.port);
    if (target) return again_.push_back(subject_of(*target, std::chrono::nanoseconds(-1), false));
  }
  if (model::is_open(report.verdict) && report.verdict != model::Verdict::tarpit) {
    incidents_.on_open(report.at, probe::shape_of(report));
  }
  model::PortResult result;
  result.at = report.at;
  result.verdict = probe::judge(report, host.canaries);
  const bool mute = report.observations.empty() && result.verdict == model::Verdict::open_acked;
  if (mute && suspects_.contains(report.at.ip)) result.verdict = model::Verdict::suspect_proxy;
  if (mute && !sweep_done_ && plan_.method == Method::syn) mute_.push_back(report.at);
  looks_.hand_over(report, !host.canaries.suspect());
  result.tries = cut ? 0 : 1;
  result.time = clock_.now();
  // What a middlebox makes up has no names; printers and industrial devices are asked no more than
  // once.
  const bool plain = !host.canaries.suspect() && !devices_.fragile(report.at.ip);
  if (!cut && !stop_.load() && plain && model::is_listed(result.verdict)) {
    return ask_names(report, result);
  }
  if (!report.observations.empty()) sink_.on_observations(std::move(report.observations));
  sink_.on_port(result);
}

void Fieldwork::ask_names(const probe::InterviewReport& report, const model::PortResult& result) {
  const auto questions = virtual_hosts_.on_report(report, result);
  bool waits = false;
  if (!report.observations.empty()) sink_.on_observations(report.observations);
  for (const auto& question : questions) {
    // Once more by the scope, though the endpoint was approved when it was found open.
    const auto target =
        plan_.scope.approve(question.at.ip, question.at.transport, question.at.port);
    QD_ENSURES(target.has_value());
    waits = waits || question.at == report.at;
    runner_->submit({*target, std::chrono::nanoseconds(-1), question.name, false, question.web});
  }
  if (!waits) sink_.on_port(result);
}

// What a web server said to one of its names.
void Fieldwork::on_site(probe::InterviewReport report) {
  const bool cut = !report.complete && dialer_.breaches() == 0;
  if (cut && may_ask_again(report.at.zone)) {
    const auto target = plan_.scope.approve(report.at.ip, report.at.transport, report.at.port);
    const auto web = virtual_hosts_.web_of(report.at);
    if (target) {
      return again_.push_back({*target, std::chrono::nanoseconds(-1), report.vhost, false, web});
    }
  }
  const auto answer = virtual_hosts_.on_answer(report);
  if (answer.website) sink_.on_observations(std::move(report.observations));
  if (answer.result) sink_.on_port(*answer.result);
}

void Fieldwork::on_trip(const probe::Trip& trip) {
  incidents_.on_trip(trip);
  tell(Told::sent);
  if (trip.stops_run) stop_.store(true);
}

FieldProgress Fieldwork::progress() const {
  FieldProgress progress;
  progress.sweep = sweep_.progress();
  progress.fragile_held = pacer_.fragile_held();
  progress.fragile_pps = plan_.pace.fragile_pps;
  if (const auto* runner = ready_.load(); runner != nullptr) {
    progress.interviews = runner->progress();
    const auto brief = short_runner_->progress();
    progress.interviews.submitted += brief.submitted;
    progress.interviews.running += brief.running;
    progress.interviews.finished += brief.finished;
    progress.interviews.connections += brief.connections;
  }
  return progress;
}

model::Coverage Fieldwork::coverage() const {
  return {plan_.ports, sweep_.coverage(), plan_.scope.exclusions()};
}

model::RunCounts Fieldwork::counts() const {
  const auto sweep = sweep_.progress();
  model::RunCounts counts;
  counts.addresses = plan_.scope.address_count();
  counts.planned = sweep.planned;
  counts.sent = sweep.sent + canary_sent_ + interview_sent_ + sentinel_.sent() +
                reverse_names_.sent();
  counts.retried = sweep.retried;
  counts.answered = sweep.answered;
  counts.open = sweep.open;
  counts.conversations = progress().interviews.connections;
  counts.names_left_out = virtual_hosts_.left_out();
  if (plan_.resumed) {
    const auto& before = plan_.resumed->checkpoint.counts;
    counts.conversations += before.conversations;
    counts.names_left_out += before.names_left_out;
  }
  counts.not_probed = sweep.planned - sweep.done;
  return counts;
}

}  // namespace qingdan::app
