// listing_walk — one pass over each stream of the source. The assets go first, because what belongs
// to a unit is known only by its assets.
#include "report/listing_walk.h"

#include <fmt/format.h>

#include <set>

#include "report/cell_text.h"
#include "report/cover.h"
#include "report/rows.h"
#include "report/statistics.h"

namespace qingdan::report {
namespace {

namespace field = model::field;

class Walk {
 public:
  Walk(const model::ListingSource& source, const ExportOptions& options, RowSink& sink)
      : source_(source), options_(options), sink_(sink) {}

  Result<void> run() {
    context_.meta = source_.meta();
    context_.masked = options_.profile == Profile::masked;
    for (const auto step : {&Walk::learn_news, &Walk::assets, &Walk::addresses, &Walk::certificates,
                            &Walk::changes, &Walk::runs}) {
      if (auto done = (this->*step)(); !done) return done;
    }
    if (auto done = look_back(); !done) return done;
    emit_rest();
    return {};
  }

 private:
  [[nodiscard]] bool filtered() const { return !options_.unit.empty(); }

  template <class Row>
  void emit(SheetId sheet, std::span<const Column<Row>> columns, const Row& row) {
    if (!sink_.wants(sheet)) return;
    auto cells = cells_of(columns, row);
    shorten(columns, cells);
    sink_.row(sheet, cells);
  }

  template <class Row>
  void shorten(std::span<const Column<Row>> columns, std::vector<Cell>& cells) const {
    if (options_.profile != Profile::masked) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto* text = std::get_if<std::string>(&cells[i]);
      if (columns[i].text.kind == Kind::contact && text != nullptr) *text = mask_contact(*text);
    }
  }

  Result<void> learn_news() {
    return source_.for_each_change([&](const model::Change& change) { learn(change); });
  }

  void learn(const model::Change& change) {
    using Type = model::ChangeType;
    if (change.type == Type::prefix_anomaly && change.ip) {
      context_.anomalies[{change.zone, net::block_of(*change.ip).base}] =
          "网段级异常：" + change.after;
    }
    if (!change.asset) return;
    auto& news = context_.news[change.asset];
    switch (change.type) {
      case Type::asset_new:
        news.added = true;
        break;
      case Type::asset_back:
        news.back = true;
        break;
      case Type::duplicate_suspected:
        news.duplicate = true;
        break;
      case Type::address_reused:
        news.reused = true;
        break;
      case Type::asset_suspect:
      case Type::asset_missing:
        break;  // the presence says so
      default:
        news.changed = true;
    }
  }

  Result<void> assets() {
    auto read = source_.for_each_asset([&](const model::AssetRecord& asset) {
      const auto view = make_asset_view(asset, context_);
      if (filtered() && view.text(field::kUnit) != options_.unit) return;
      statistics_.add(view);
      if (filtered()) remember(asset);
      emit_asset(view);
    });
    if (read && filtered() && statistics_.assets() == 0) {
      return Error{ErrorCode::input,
                   "no asset of the list belongs to the unit \"" + options_.unit + "\"",
                   {}};
    }
    return read;
  }

  void remember(const model::AssetRecord& asset) {
    numbers_.insert(asset.number);
    for (const auto& binding : asset.bindings) {
      blocks_.emplace(binding.zone, net::block_of(binding.ip).to_string());
    }
  }

  void emit_asset(const AssetView& view) {
    emit(SheetId::identity, identity_columns(), view);
    emit(SheetId::carrying, carrying_columns(), view);
    emit(SheetId::state, state_columns(), view);
    if (sink_.wants(SheetId::assets)) emit_whole(view);
    if (view.os) {
      const auto* fact = view.fact(field::kOs);
      emit(SheetId::components, component_columns(), {view, *view.os, *fact, nullptr});
    }
    for (const auto& service : view.services) emit_service(view, service);
    for (const auto& doubt : doubts_of(view)) emit(SheetId::doubts, doubt_columns(), doubt);
  }

  void emit_whole(const AssetView& view) {
    auto cells = cells_of(identity_columns(), view);
    shorten(identity_columns(), cells);
    for (const auto columns : {carrying_columns(), state_columns()}) {
      auto more = cells_of(columns, view);
      shorten(columns, more);
      cells.insert(cells.end(), more.begin() + kRepeatedColumns, more.end());
    }
    sink_.row(SheetId::assets, cells);
  }

  void emit_service(const AssetView& view, const ServiceView& service) {
    const ServiceRow row{view, service};
    emit(SheetId::services, service_columns(), row);
    if (service.website) emit(SheetId::websites, website_columns(), row);
    const auto& facts = service.record->facts;
    if (service.product) {
      const auto& fact = facts.at(std::string(field::kProduct));
      emit(SheetId::components, component_columns(), {view, *service.product, fact, &service});
    }
    for (const auto& product : service.also) {
      const auto& fact = facts.at(std::string(field::kAlso));
      emit(SheetId::components, component_columns(), {view, product, fact, &service});
    }
  }

  Result<void> addresses() {
    if (!sink_.wants(SheetId::addresses)) return {};
    return source_.for_each_address([&](const model::ListedAddress& address) {
      if (filtered() && address.unit != options_.unit) return;
      emit(SheetId::addresses, address_columns(), {address});
    });
  }

  Result<void> certificates() {
    return source_.for_each_certificate([&](const model::ListedCertificate& listed) {
      if (!filtered()) return emit_certificate(listed);
      auto own = listed;
      std::erase_if(own.uses, [&](const auto& use) { return use.unit != options_.unit; });
      if (!own.uses.empty()) emit_certificate(own);
    });
  }

  void emit_certificate(const model::ListedCertificate& listed) {
    statistics_.count_certificate();
    emit(SheetId::certificates, certificate_columns(), {listed, context_});
  }

  Result<void> changes() {
    return source_.for_each_change([&](const model::Change& change) {
      if (filtered() && !numbers_.contains(change.asset_number)) return;
      statistics_.count_change(to_string(change.type));
      emit(SheetId::changes, change_columns(), {change, context_});
    });
  }

  // The newest census stands for the coverage of the list; without one, the newest run.
  Result<void> runs() {
    return source_.for_each_run([&](const model::ListedRun& listed) {
      const bool census = listed.run.kind == model::RunKind::census;
      RunFigures figures{listed.run, {}, {}};
      for (const auto& row : coverage_rows(listed, context_)) {
        if (filtered() && !blocks_.contains({row.zone, row.prefix})) continue;
        figures.addresses += row.addresses;
        figures.asked += row.answered + row.silent + row.unreachable;
        emit(SheetId::coverage, coverage_columns(), row);
      }
      if (census || !has_census_) {
        standing_ = figures;
        statistics_.set_coverage(figures.addresses, figures.asked);
      }
      has_census_ = has_census_ || census;
      figures_.push_back(std::move(figures));
    });
  }

  // The list before is read for its figures only.
  Result<void> look_back();

  void emit_rest() {
    for (const auto& row : statistics_.rows(before_ ? &*before_ : nullptr)) {
      emit(SheetId::statistics, statistics_columns(), row);
    }
    for (const auto& sheet : all_sheets()) {
      for (const auto& column : columns_of(sheet.id)) {
        emit(SheetId::dictionary, dictionary_columns(),
             {std::string(sheet.name), column.title, column.meaning, column.values, column.source});
      }
    }
    const CoverFacts facts{context_.meta, options_, figures_, standing_, statistics_.assets()};
    for (const auto& row : cover_rows(facts)) emit(SheetId::cover, cover_columns(), row);
  }

  const model::ListingSource& source_;
  const ExportOptions& options_;
  RowSink& sink_;
  ListContext context_;
  Statistics statistics_;
  std::set<std::string> numbers_;                         // of the unit's assets
  std::set<std::pair<std::string, std::string>> blocks_;  // in which they lie
  std::optional<Statistics> before_;
  std::vector<RunFigures> figures_;
  std::optional<RunFigures> standing_;
  bool has_census_{false};
};

class NoSheet final : public RowSink {
 public:
  [[nodiscard]] bool wants(SheetId) const override { return false; }
  void row(SheetId, const std::vector<Cell>&) override {}
};

Result<void> Walk::look_back() {
  if (options_.before == nullptr || !sink_.wants(SheetId::statistics)) return {};
  auto options = options_;
  options.before = nullptr;
  NoSheet nowhere;
  Walk walk(*options_.before, options, nowhere);
  auto walked = walk.run();
  // A unit that had nothing then is new, which is no error.
  if (!walked && walked.error().code != ErrorCode::input) return walked;
  before_ = std::move(walk.statistics_);
  return {};
}

}  // namespace

Result<void> walk_listing(const model::ListingSource& source, const ExportOptions& options,
                          RowSink& sink) {
  if (options.profile == Profile::unit && options.unit.empty()) {
    return Error{ErrorCode::usage, "the unit profile needs a unit: add --unit NAME", {}};
  }
  return Walk(source, options, sink).run();
}

}  // namespace qingdan::report
