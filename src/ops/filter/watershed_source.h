#pragma once
/// \file
/// Markers that grow until they meet.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "ops/cache/tile_cache.h"
#include "ops/filter/watershed_work.h"
#include "ops/label/label_source.h"
#include "ops/label/staged_source.h"

namespace pantile::filter {

/// Level 0 of the values, channel by channel: the marker (u32) whose water comes first, in the
/// mask; 0 elsewhere, and in a component of the mask without a marker. Water does not leave a
/// component, so each is flooded as if it were alone, as Flood does it, in memory; tiles have the
/// bits of the whole. The components and their bounds are found first, in two passes over the mask.
/// One that reaches little beyond a block of 512 x 512 pixels is flooded with each block that it
/// touches; larger ones by themselves, as many at a time as their memory allows, and kept a while.
/// Thread-safe.
class WatershedSource final : public label::StagedSource {
 public:
  /// `spec`: of the result. `most_px`: width and height that a component may have, 512 to 16384.
  /// Errors: invalid (no mask and an image that is larger).
  static Result<std::shared_ptr<const WatershedSource>> make(WatershedInputs inputs, ImageSpec spec,
                                                             label::Connectivity connectivity,
                                                             std::int64_t most_px);

  ~WatershedSource() override;
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  /// Errors: invalid (a marker that is none); those of find() and of the inputs.
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override { return kBlockPx; }

  /// Errors: as StagedSource::find; invalid (a component that is larger than allowed).
  Status find(int threads, const CancelToken* cancel,
              const std::function<void(std::int64_t)>& made) const override;
  bool found() const override;
  std::int64_t finding_samples() const override;
  std::int64_t finding_bytes(int threads) const override;

 private:
  static constexpr std::int64_t kBlockPx = 512;
  /// Components that reach no farther beyond a block are flooded with it.
  static constexpr std::int64_t kMarginPx = 128;

  using Extent = ComponentExtent;
  /// Of components that are in more than one block, by number.
  using Extents = std::vector<Extent>;
  class Work;

  WatershedSource(WatershedInputs inputs, ImageSpec spec, label::Connectivity connectivity,
                  std::int64_t most_px);
  Rect block(std::int64_t column, std::int64_t row) const;
  Rect most_rect() const;
  int mask_channels() const { return components_ ? components_->spec().channels : 1; }
  const Extents& extents(int channel) const;
  Status find_extents(int channel, int threads, const CancelToken* cancel,
                      const std::function<void(std::int64_t)>& made, Extents& all) const;
  Status check_extents(const Extents& all) const;
  Result<TileCache::Tile> flooded(int channel, const Extent& component, ReadContext& ctx) const;
  std::unique_ptr<Work> take_work() const;
  Status read_blocks(const Region& region, const MutableView& out, Work& work,
                     ReadContext& ctx) const;
  Status take_room(std::int64_t bytes, const ReadContext& ctx) const;
  void give_room(std::int64_t bytes) const;
  std::int64_t flooding_bytes(std::int64_t width, std::int64_t height) const;
  std::int64_t room_bytes() const;
  std::int64_t cache_bytes() const;

  WatershedInputs inputs_;
  std::shared_ptr<const label::LabelSource> components_;  ///< Null without a mask.
  ImageSpec spec_;
  label::Connectivity connectivity_;
  std::int64_t most_px_, columns_, rows_;
  mutable std::mutex finding_;
  mutable std::vector<Extents> extents_;  ///< By channel of the mask; empty: not found yet.
  mutable std::mutex room_mutex_;
  mutable std::condition_variable room_changed_;
  mutable std::int64_t room_left_;                   ///< What components alone may still take.
  mutable std::vector<std::unique_ptr<Work>> idle_;  ///< As many as read at a time.
  mutable TileCache blocks_, large_;
};

}  // namespace pantile::filter
