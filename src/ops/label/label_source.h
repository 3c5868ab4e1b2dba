#pragma once
/// \file
/// The connected components of another source, numbered over the whole image.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "ops/cache/tile_cache.h"
#include "ops/label/block_labels.h"
#include "ops/label/merge.h"
#include "ops/label/staged_source.h"

namespace pantile::label {

/// Level 0 of `inner`, channel by channel: samples that are not 0 get the number (u32, from 1) of
/// their component. Found in two passes: the first labels blocks and joins what touches across
/// their edges; a read looks the numbers up. Of a block its edges are kept, and all it found of as
/// many as take `kept_bytes`; the others are labelled again when they are read. The numbers follow
/// from the pixels alone, whoever reads them how. Instead of numbers it can give those components
/// that hold a sample of 2 or more. Thread-safe.
class LabelSource final : public StagedSource {
 public:
  /// What is kept of the blocks that the first pass labelled, unless said otherwise.
  static constexpr std::int64_t kKeptBytes = std::int64_t{32} << 20;
  /// Errors: invalid (colours, or labels already).
  static Result<std::shared_ptr<const LabelSource>> make(std::shared_ptr<const TileSource> inner,
                                                         Connectivity connectivity,
                                                         std::int64_t kept_bytes = kKeptBytes);
  /// Of what is not 0 in `inner`, whatever its samples mean.
  static std::shared_ptr<const LabelSource> make_any(std::shared_ptr<const TileSource> inner,
                                                     Connectivity connectivity,
                                                     std::int64_t kept_bytes = kKeptBytes);
  /// Of the components of `inner`, u8, those that hold a sample of 2 or more: 1 there, else 0, of
  /// inner's spec. Errors: invalid (another type).
  static Result<std::shared_ptr<const LabelSource>> make_seeded(
      std::shared_ptr<const TileSource> inner, Connectivity connectivity,
      std::int64_t kept_bytes = kKeptBytes);

  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  /// Finds the components first, unless that is done.
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  int channels_together() const override { return inner_->channels_together(); }
  std::int64_t tile_px() const override { return kBlockPx; }

  /// The first pass, over all channels of all planes. Errors: as StagedSource::find; invalid (too
  /// many components).
  Status find(int threads, const CancelToken* cancel,
              const std::function<void(std::int64_t)>& made) const override;
  bool found() const override;
  std::int64_t finding_samples() const override {
    return spec_.levels.front().bounds().area() * spec_.planes();
  }
  std::int64_t finding_bytes(int threads) const override;
  /// Components of a plane, ImageSpec::plane(), after find().
  std::uint32_t count(std::int64_t plane) const {
    return (*found_)[static_cast<std::size_t>(plane)].merge.count();
  }

 private:
  /// An edge of the blocks; decides numbers, so it is one for all machines.
  static constexpr std::int64_t kBlockPx = 512;

  /// What the first pass found in a plane.
  struct Found {
    LabelMerge merge;
    std::vector<bool> seeded;  ///< By number, where that is asked for.
  };
  LabelSource(std::shared_ptr<const TileSource> inner, Connectivity connectivity, bool is_seeded,
              std::int64_t kept_bytes);
  Rect block(std::int64_t column, std::int64_t row) const;
  Result<const BlockLabels*> label_block(std::int64_t plane, std::int64_t column, std::int64_t row,
                                         BlockLabeller& labeller, std::vector<bool>* seeded,
                                         ReadContext& ctx) const;
  void find_seeded(const std::vector<std::vector<bool>>& by_block, Found& found) const;
  Status write_block(std::int64_t plane, std::int64_t column, std::int64_t row, MutableView out,
                     ReadContext& ctx) const;

  std::shared_ptr<const TileSource> inner_;
  Connectivity connectivity_;
  bool is_seeded_;
  std::int64_t kept_bytes_;
  ImageSpec spec_;
  std::int64_t columns_, rows_;
  mutable std::mutex mutex_;
  mutable std::optional<std::vector<Found>> found_;  ///< By plane.
  /// By plane, row and column; null: not kept.
  mutable std::vector<std::unique_ptr<const BlockLabels>> kept_;
  mutable TileCache cache_;
};

}  // namespace pantile::label
