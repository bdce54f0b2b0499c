// virtual_hosts — by which names web servers are asked beside their addresses, and which answers
// make a website of its own.
//
// Names come from certificates, redirects, the register and what the owner's name server calls an
// address. Nobody is asked where they lead: a name
// is the Host header and the SNI of a request to an endpoint that was found by its address. Names
// with a wildcard are not asked; one that a redirect spells out and a wildcard covers is.
//   W1  a name is asked only at endpoints whose address and port are in scope and gave an HTTP
//       answer; one that nothing but a redirect of this host tells, only at the port where the
//       redirect leads, and not at all where the register holds it of another host
//   W2  of one endpoint at most kNamesPerSite names are asked: those of its own certificate first,
//       then those the register holds of it, then the others. Where there are more, another run
//       (`turn`) begins elsewhere among them; what is left out is counted
//   W3  what everybody gets is no website, whatever its status, unless the name is in that
//       endpoint's own certificate or the register holds it there, and it is no error; an error is
//       one only where it is another than everybody gets. What nothing but a redirect tells must
//       show a page under that name: servers send strangers away in many ways
// Not thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/front_page.h"
#include "qingdan/model/run.h"
#include "qingdan/model/world.h"
#include "qingdan/probe/interview.h"

namespace qingdan::app {

inline constexpr std::size_t kNamesPerSite = 8;
inline constexpr std::size_t kNamesPerHost = 1024;  // kept

// A name of the DNS that may stand in a Host header: two labels at least, no wildcard, no address
// (RFC 1123 §2.1). Lower case; nullopt where it is none.
[[nodiscard]] std::optional<std::string> host_name_of(std::string_view text);

struct NamesTold {
  std::vector<std::string> certified;  // by the leaf certificates, each once
  std::vector<std::string> wildcards;  // by these too: "*.example.cn"
  struct Redirect {
    std::string name;
    std::uint16_t port{0};
    auto operator<=>(const Redirect&) const = default;
  };
  std::vector<Redirect> redirects;
};
[[nodiscard]] NamesTold names_in(const probe::InterviewReport& report);

struct KnownNames {
  std::map<net::Address, std::set<std::string>> hosts;  // what they call themselves, and:
  std::map<model::Endpoint, std::set<std::string>> websites;
};
// Of what the register holds open.
[[nodiscard]] KnownNames known_names(const model::World& world);

// What speaks for a name at an endpoint.
enum class Backing : std::uint8_t {
  redirect,  // nothing else
  host,      // another certificate of this host, or what the register holds of it
  endpoint,  // the endpoint's own certificate, or the register
};
// W3. `address` as it stands in a URL.
[[nodiscard]] bool is_website(const Page& by_address, std::string_view address,
                              const std::optional<Page>& by_name, std::string_view name,
                              Backing backing);

class VirtualHosts {
 public:
  // `turn`: the number of the run.
  explicit VirtualHosts(KnownNames known, std::uint64_t turn = 0);

  // What the name server calls a host; no name of the DNS is left out. Before its first report.
  void learn_reverse_name(const net::Address& ip, std::string_view name);

  struct Question {
    model::Endpoint at;
    std::string name;
    probe::Subject::Web web{probe::Subject::Web::plain};
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
  // How an endpoint that was reported on is asked; plain where it is no web server.
  [[nodiscard]] probe::Subject::Web web_of(const model::Endpoint& at) const;
  // Names that endpoints were not asked for, by W2.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  struct Site {
    Page page;
    std::set<std::string> own;  // of its certificate
    std::set<std::string> asked;
    std::size_t left_out{0};
    std::size_t open{0};  // questions
    std::optional<model::PortResult> kept;
  };
  struct Host {
    std::set<std::string> names;      // with those of all sites
    std::set<std::string> wildcards;  // of certificates
    std::set<NamesTold::Redirect> redirects;
    std::map<model::Endpoint, Site> sites;
  };
  void learn(Host& host, const net::Address& ip, NamesTold told);
  [[nodiscard]] std::vector<std::string> candidates(const Host& host, const model::Endpoint& at,
                                                    const Site& site) const;
  [[nodiscard]] Backing backing_of(const Host& host, const model::Endpoint& at, const Site& site,
                                   const std::string& name) const;
  void choose(const Host& host, const model::Endpoint& at, Site& site,
              std::vector<Question>& questions);

  KnownNames known_;
  std::map<std::string, std::set<net::Address>> holders_;  // of the register's names
  std::uint64_t turn_;
  std::uint64_t left_out_{0};
  std::map<net::Address, Host> hosts_;
};

}  // namespace qingdan::app
