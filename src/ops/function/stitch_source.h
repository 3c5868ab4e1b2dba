#pragma once
/// \file
/// The labels that a function gave in overlapping windows, as labels of the image.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ops/function/tile_results.h"
#include "ops/label/block_labels.h"
#include "ops/label/overlap_merge.h"

namespace pantile {

/// See FunctionOptions::stitch. Found in two passes: the first calls the function for every window
/// and joins what overlaps; a read takes of every window the pixels that are nearest to it, and
/// looks the numbers up. What the function gave is kept, as runs, as far as the cache's bytes go;
/// the rest it is asked for again. Thread-safe as what it calls.
class StitchSource final : public TileSource {
 public:
  explicit StitchSource(const TileCalls& calls);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  /// Does the first pass first, unless that is done.
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override { return results_.grid().step_px(); }

  /// The first pass, once; others that want it meanwhile wait. `made` hears how many windows more
  /// were looked at, from any thread. Errors: those of the function; cancelled; invalid (too many
  /// labels).
  Status find(int threads, const CancelToken* cancel,
              const std::function<void(std::int64_t)>& made) const;
  bool found() const;
  std::int64_t windows() const;
  /// Most bytes that find() takes with that many threads, and what is kept of it.
  std::int64_t finding_bytes(int threads) const;

 private:
  /// Of one window, by channel.
  using Labels = std::vector<label::BlockLabels>;

  Result<std::shared_ptr<const Labels>> labels(std::int64_t window, ReadContext& ctx) const;
  Status look_at(std::int64_t window, std::vector<label::OverlapMerge>& merges,
                 ReadContext& ctx) const;
  void join(const Rect& common, std::int64_t window, const label::BlockLabels& here,
            std::int64_t other, const label::BlockLabels& there,
            std::vector<label::OverlapMerge::Join>& joins) const;
  FunctionTile tile(std::int64_t window) const;

  TileResults results_;
  ImageSpec spec_;
  std::int64_t kept_bytes_;
  mutable std::mutex mutex_;
  mutable std::optional<std::vector<label::OverlapMerge>> found_;  ///< By channel.
  mutable std::mutex kept_mutex_;
  mutable std::vector<std::shared_ptr<const Labels>> kept_;  ///< Null: not kept.
  mutable std::int64_t room_bytes_;
};

}  // namespace pantile
