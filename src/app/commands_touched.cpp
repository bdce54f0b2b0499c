// commands_touched — runs touched: did we touch this network between these times? One look into the
// probe ledger, whose chain `register verify` checks.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/output.h"
#include "app/time_text.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {
namespace {

Result<net::AddressRange> parse_network(const std::string& text) {
  if (text.find('/') == std::string::npos) return net::parse_range(text);
  auto prefix = net::parse_prefix(text);
  if (!prefix) return prefix.error();
  return prefix->range();
}

Result<registry::TouchFilter> filter_of(const RunsTouched& command) {
  registry::TouchFilter filter;
  auto network = parse_network(command.what);
  if (!network) return network.error();
  filter.addresses = *network;
  if (!command.from.empty()) {
    auto from = parse_time(command.from, "--from");
    if (!from) return from.error();
    filter.from = *from;
  }
  if (!command.to.empty()) {
    auto to = parse_time(command.to, "--to");
    if (!to) return to.error();
    filter.to = *to;
  }
  return filter;
}

std::string address_text(const net::Address& address) {
  return address == net::Address() ? "" : address.to_string();
}

void print_row(Output& output, const registry::TouchRow& row) {
  const auto& sent = row.sent;
  const std::string block = row.gap ? "" : net::block_of(sent.block).to_string();
  const model::Cell packets =
      row.packets < 0 ? model::Cell{} : number_cell(static_cast<std::uint64_t>(row.packets));
  output.row({number_cell(static_cast<std::uint64_t>(row.run.id.value)),
              text_cell(row.run.authorisation), text_cell(address_text(sent.from)),
              time_cell(sent.first), time_cell(sent.last), text_cell(block),
              std::string(row.gap ? "unrecorded" : to_string(sent.kind)), packets});
}

}  // namespace

// Status 1 where the record has a gap in that time: then the answer is not the whole answer.
Result<int> carry_out(const Call& call, const RunsTouched& command) {
  auto filter = filter_of(command);
  if (!filter) return filter.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto rows = query->touched(*filter);
  if (!rows) return rows.error();
  Output output(call.invocation, {"run", "authorisation", "from_address", "first", "last", "block",
                                  "kind", "packets"});
  bool gaps = false;
  for (const auto& row : *rows) {
    print_row(output, row);
    gaps = gaps || row.gap;
    if (!row.gap || call.invocation.quiet) continue;
    std::fputs(
        fmt::format("run {}: what was sent between {} and {} was not recorded{}\n",
                    row.run.id.value, format_local(row.sent.first), format_local(row.sent.last),
                    row.packets < 0 ? "" : fmt::format(", at most {} packets", row.packets))
            .c_str(),
        stderr);
  }
  if (auto done = output.done(); !done) return done.error();
  if (rows->empty() && !call.invocation.quiet)
    std::fputs("nothing was sent there in that time\n", stderr);
  return gaps ? 1 : 0;
}

}  // namespace qingdan::app
