#include "pipeline/drain/plan.h"

#include <algorithm>
#include <cassert>
#include <set>

namespace pantile {
namespace {

/// The units that this share may touch: its own level-0 shards, and what only they make up.
std::set<UnitId> units_of_share(const ShardLayout& layout, Share share) {
  std::vector<UnitId> level = layout.units(0);
  std::sort(level.begin(), level.end(), made_before);
  const auto total = static_cast<std::int64_t>(level.size());
  const std::int64_t first = total * share.index / share.count;
  const std::int64_t last = total * (share.index + 1) / share.count;
  std::set<UnitId> mine(level.begin() + first, level.begin() + last);
  for (int l = 1; l < layout.level_count(); ++l) {
    const TileGrid below = layout.shards(l - 1);
    for (const UnitId u : layout.units(l)) {
      bool whole = true;
      for (std::int64_t y = 2 * u.y; y < std::min(2 * u.y + 2, below.rows()); ++y) {
        for (std::int64_t x = 2 * u.x; x < std::min(2 * u.x + 2, below.columns()); ++x) {
          whole = whole && mine.contains({l - 1, x, y, u.group});
        }
      }
      if (whole) mine.insert(u);
    }
  }
  return mine;
}

std::uint32_t missing_in(std::span<TileSink* const> sinks, UnitId unit) {
  std::uint32_t missing = 0;
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    if (!sinks[i]->committed(unit)) missing |= 1u << i;
  }
  return missing;
}

std::int64_t pixels_of(const ShardLayout& layout, UnitId u) {
  return layout.shards(u.level).rect(u.x, u.y).area();
}

}  // namespace

DrainPlan plan_drain(const ShardLayout& layout, std::span<TileSink* const> sinks, int store,
                     int source_levels, Share share) {
  assert(sinks.size() <= 32);
  const bool shared = share.count > 1;
  const std::set<UnitId> mine = shared ? units_of_share(layout, share) : std::set<UnitId>{};
  DrainPlan plan;
  // From the top down, so that a parent's need is known before its children are looked at.
  for (int level = layout.level_count() - 1; level >= 0; --level) {
    for (const UnitId u : layout.units(level)) {
      if (shared && !mine.contains(u)) continue;
      UnitWork work{.id = u, .missing = missing_in(sinks, u)};
      const auto parent = plan.units.find({level + 1, u.x / 2, u.y / 2, u.group});
      work.feeds_parent = parent != plan.units.end() && parent->second.origin == Origin::children;
      if (work.missing == 0 && !work.feeds_parent) continue;
      const bool stored = store >= 0 && (work.missing >> store & 1u) == 0;
      work.origin = stored                  ? Origin::store
                    : level < source_levels ? Origin::source
                                            : Origin::children;
      plan.units.emplace(u, work);
      if (work.origin == Origin::children) continue;
      plan.leaves.push_back(u);
      const bool from_source = work.origin == Origin::source;
      plan.reads_source = plan.reads_source || from_source;
      (level == 0 ? plan.leaf_pixels : plan.coarse_pixels) += pixels_of(layout, u);
      if (level == 0 && from_source) plan.source_pixels += pixels_of(layout, u);
    }
  }
  std::sort(plan.leaves.begin(), plan.leaves.end(), made_before);
  return plan;
}

}  // namespace pantile
