// front_page — what a web server shows first, in a form in which the answers to two names can be
// compared. Pure.
//
// A server that has one page for everybody still writes into it whom it was asked as, how long it
// took and a token for its form. All three are folded, so that such pages are alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "qingdan/probe/interview.h"

namespace qingdan::app {

struct Page {
  int status{0};
  // Of status, headers that describe the page, and body; names, addresses, numbers and tokens
  // folded. Of a redirect: of the page a visitor ends on, 0 where it was not followed.
  std::uint64_t shape{0};
  probe::Subject::Web web{probe::Subject::Web::plain};  // how it was asked for
  std::string location{};  // as sent; "" where it is no redirect
  bool certified{false};   // the certificate shown with it names whom we asked for
};
// The first page of a report; nullopt where there is no HTTP.
[[nodiscard]] std::optional<Page> page_of(const probe::InterviewReport& report);

// What `by_name` shows to who asks for `name` is what who asks for `address` gets. Redirects are
// compared by status and by where they lead, the name asked for and the address being one.
[[nodiscard]] bool alike(const Page& by_address, std::string_view address, const Page& by_name,
                         std::string_view name);

// The page itself, or a redirect to another page of the same name.
[[nodiscard]] bool shows_itself(const Page& by_name, std::string_view name);

}  // namespace qingdan::app
