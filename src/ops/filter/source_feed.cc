#include "ops/filter/source_feed.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "ops/filter/samples.h"

namespace pantile::filter {
namespace {

/// Channels that are read together: of interleaved colours all.
constexpr int kChannelsTogether = 4;

/// True when all samples of the view's only channel have the same bytes. Most images show otherwise
/// soon.
bool is_uniform(const View& view) {
  const std::size_t size = dtype_bytes(view.dtype());
  const std::byte* const first = view.at(0, 0);
  const auto width = static_cast<std::size_t>(view.width());
  const bool is_dense = view.layout().col_stride == static_cast<std::ptrdiff_t>(size);
  for (std::int64_t y = 0; y < view.height(); ++y) {
    if (is_dense) {
      const std::byte* const row = view.at(y, 0);
      if (std::memcmp(row, first, size) != 0) return false;
      if (std::memcmp(row, row + size, (width - 1) * size) != 0) return false;
      continue;
    }
    for (std::int64_t x = 0; x < view.width(); ++x) {
      if (std::memcmp(view.at(y, x), first, size) != 0) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<FeedPart> feed_parts(const Fused& fused, int c0, int c1) {
  std::vector<std::pair<int, int>> all;
  for (int c = c0; c < c1; ++c) {
    for (const Fused::Leaf& leaf : fused.channels[static_cast<std::size_t>(c)].leaves) {
      all.emplace_back(leaf.source, leaf.channel);
    }
  }
  std::ranges::sort(all);
  std::vector<FeedPart> parts;
  for (const auto& [source, channel] : all) {
    if (!parts.empty() && parts.back().source == source) {
      FeedPart& last = parts.back();
      if (channel < last.c1) continue;
      if (channel == last.c1 && last.c1 - last.c0 < kChannelsTogether) {
        ++last.c1;
        continue;
      }
    }
    parts.push_back({source, channel, channel + 1});
  }
  return parts;
}

std::size_t part_of(const std::vector<FeedPart>& parts, const Fused::Leaf& leaf) {
  const auto after = std::ranges::upper_bound(
      parts, std::pair(leaf.source, leaf.channel), {},
      [](const FeedPart& part) { return std::pair(part.source, part.c0); });
  return static_cast<std::size_t>(after - parts.begin()) - 1;
}

SourceFeed::SourceFeed(const Fused& fused, const Region& region, std::vector<FeedPart> parts,
                       std::vector<std::vector<std::byte>>& memory, ReadContext& context)
    : fused_(fused),
      t_(region.t),
      z_(region.z),
      parts_(std::move(parts)),
      memory_(memory),
      context_(context),
      held_(parts_.size()) {
  if (memory_.size() < parts_.size()) memory_.resize(parts_.size());
}

void SourceFeed::choose(const Fused::Channel& channel) {
  channel_ = &channel;
  part_of_leaf_.clear();
  for (const Fused::Leaf& leaf : channel.leaves) part_of_leaf_.push_back(part_of(parts_, leaf));
}

Status SourceFeed::prepare(std::span<const Rect> of_leaves) {
  wanted_.assign(parts_.size(), Rect{});
  for (std::size_t i = 0; i < of_leaves.size(); ++i) {
    Rect& wanted = wanted_[part_of_leaf_[i]];
    wanted = united(wanted, of_leaves[i]);
  }
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    Held& held = held_[p];
    const Rect& rect = wanted_[p];
    if (rect.empty() || (!held.rect.empty() && held.rect.contains(rect))) continue;
    const FeedPart& part = parts_[p];
    const TileSource& source = *fused_.sources[static_cast<std::size_t>(part.source)];
    const ImageSpec& spec = source.spec();
    // An image of one plane goes with every plane of the others.
    const Region region{0, spec.t == 1 ? 0 : t_, spec.z == 1 ? 0 : z_, part.c0, part.c1, rect};
    held.rect = {};
    held.samples = source.borrow(region);
    if (held.samples.data() == nullptr) {
      const Layout layout =
          Layout::interleaved(spec.dtype, rect.height(), rect.width(), region.channels());
      std::vector<std::byte>& memory = memory_[p];
      if (memory.size() < layout.packed_bytes()) memory.resize(layout.packed_bytes());
      const MutableView view(memory.data(), layout);
      held.samples = view;
      PANTILE_TRY(source.read(region, view, context_));
    }
    held.rect = rect;
  }
  return {};
}

bool SourceFeed::is_uniform(std::span<const Rect> of_leaves) const {
  for (std::size_t i = 0; i < of_leaves.size(); ++i) {
    const Rect& rect = of_leaves[i];
    if (rect.empty()) continue;
    const std::size_t p = part_of_leaf_[i];
    const int channel = channel_->leaves[i].channel - parts_[p].c0;
    const Held& held = held_[p];
    const View part = held.samples.select_channels(channel, channel + 1);
    const View seen = part.window(translate(rect, -held.rect.x0, -held.rect.y0));
    if (!filter::is_uniform(seen)) return false;
  }
  return true;
}

void SourceFeed::row(int leaf, std::int64_t y, std::int64_t x0, std::int64_t x1,
                     std::byte* to) const {
  const auto i = static_cast<std::size_t>(leaf);
  const std::size_t p = part_of_leaf_[i];
  const int channel = channel_->leaves[i].channel - parts_[p].c0;
  const Held& held = held_[p];
  load_samples(held.samples.select_channels(channel, channel + 1), y - held.rect.y0,
               x0 - held.rect.x0, static_cast<std::size_t>(x1 - x0), to);
}

}  // namespace pantile::filter
