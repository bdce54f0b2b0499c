// virtual_hosts — by which names web servers are asked beside their addresses, and which answers
// make a website of its own.
//
// Names come from certificates, redirects and the register. Nobody is asked where they lead: a name
// is the Host header and the SNI of a request to an endpoint that was found by its address.
//   W1  a name is asked only at endpoints whose address and port are in scope and gave an HTTP
//   answer W2  of one endpoint at most kNamesPerSite names are asked, of one host at most
//   kNamesPerHost kept W3  a name whose answer is an error, or no HTTP, and what everybody gets is
//   no website
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/model/run.h"
#include "qingdan/model/world.h"
#include "qingdan/probe/interview.h"

namespace qingdan::app {

inline constexpr std::size_t kNamesPerSite = 8;
inline constexpr std::size_t kNamesPerHost = 32;

// A name of the DNS that may stand in a Host header: two labels at least, no wildcard, no address
// (RFC 1123 §2.1). Lower case; nullopt where it is none.
[[nodiscard]] std::optional<std::string> host_name_of(std::string_view text);

// Of leaf certificates and redirects.
[[nodiscard]] std::vector<std::string> names_in(const probe::InterviewReport& report);

// Of what the register holds: names that were websites, and what hosts call themselves.
using KnownNames = std::map<net::Address, std::set<std::string>>;
[[nodiscard]] KnownNames known_names(const model::World& world);

// The first page of a report.
struct Page {
  int status{0};
  std::uint64_t shape{0};  // of status line, headers that do not change, and body
  bool tls{false};
};
[[nodiscard]] std::optional<Page> page_of(const probe::InterviewReport& report);

// W3.
[[nodiscard]] bool is_website(const Page& by_address, const std::optional<Page>& by_name);

class VirtualHosts {
 public:
  explicit VirtualHosts(KnownNames known) : known_(std::move(known)) {}

  struct Question {
    model::Endpoint at;
    std::string name;
    bool tls{false};
  };
  // What an interview by address told. The questions that follow, also of other endpoints of the
  // host. Where one is of this endpoint, `result` is kept until the last of them was answered.
  [[nodiscard]] std::vector<Question> on_report(const probe::InterviewReport& report,
                                                const model::PortResult& result);

  struct Answer {
    bool website{false};
    std::optional<model::PortResult> result;  // that was kept
  };
  // Of a question, every one once. Not `complete`: asked again when the run goes on.
  [[nodiscard]] Answer on_answer(const probe::InterviewReport& report);
  [[nodiscard]] bool over_tls(const model::Endpoint& at) const;

 private:
  struct Site {
    Page page;
    std::set<std::string> asked;
    std::size_t open{0};  // questions
    std::optional<model::PortResult> kept;
  };
  struct Host {
    std::set<std::string> names;
    std::map<model::Endpoint, Site> sites;
  };
  KnownNames known_;
  std::map<net::Address, Host> hosts_;
};

}  // namespace qingdan::app
