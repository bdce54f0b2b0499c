// hearing — what one host that answered writes into the record of its asset.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "qingdan/model/world.h"

namespace qingdan::resolve {

// What holds for every host of the run.
struct RunFrame {
  const model::RunSeen& seen;
  std::string source;  // "probe:<vantage>"
  UnixMillis at;       // time_of(run)
};

// Ids of service records that stand under another asset but whose address `host` holds now.
using Inherited = std::map<std::pair<model::Endpoint, std::string>, model::ServiceId>;

struct HostPart {
  const model::HostSeen& host;
  bool newer{true};  // the run is later than what is held
  bool count_silence{true};
  const Inherited& inherited;
};
// Identifiers and services of `part.host` heard by `asset`, which holds the address.
void hear_host(model::AssetRecord& asset, const HostPart& part, const RunFrame& frame);
// What all its hosts claim of the machine as a whole; once per asset and run, or claims would age
// once per address.
void hear_claims(model::AssetRecord& asset, const std::vector<const model::HostSeen*>& hosts,
                 bool newer, const RunFrame& frame);

// Facts of the host and of every service anew.
void resolve_asset(model::AssetRecord& asset, UnixMillis now);

void open_binding(model::AssetRecord& asset, const std::string& zone, const net::Address& ip,
                  UnixMillis from);
// Its services stay with the asset, closed.
void close_binding(model::AssetRecord& asset, const std::string& zone, const net::Address& ip,
                   UnixMillis until);

}  // namespace qingdan::resolve
