#pragma once
/// \file
/// A graph of operators as a source.

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "ops/filter/compile.h"
#include "pantile/tile_source.h"

namespace pantile::filter {

/// One level, of the size of its sources' level 0. Any rectangle has the bits that it has in the
/// whole image; boundary rules act at the image's edges only, on what lies between operators too.
/// Samples that are not numbers are stored as the one quiet NaN. Reads no channel of a source that
/// the channels asked for do not need. Thread-safe as the sources are.
class FilterSource final : public TileSource {
 public:
  explicit FilterSource(Fused fused);
  ~FilterSource() override;

  const ImageSpec& spec() const override { return fused_.spec; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override { return fused_.fingerprint; }
  int channels_together() const override;
  std::int64_t tile_px() const override;

 private:
  struct Scratch;
  class Lease;
  const RowPipeline& pipeline(int channel) const {
    return fused_.pipelines[fused_.channels[static_cast<std::size_t>(channel)].pipeline];
  }
  int copied_channels(const Region& region, int c) const;
  int filtered_channels(const Region& region, int c) const;
  Status copy(const Region& region, int c0, int c1, MutableView out, ReadContext& ctx) const;
  std::int64_t block_width(int c0, int c1) const;
  Status filter(const Region& region, int c0, int c1, MutableView out, ReadContext& ctx,
                Scratch& scratch) const;
  std::int64_t group_bytes(const Region& region, int c0, int c1) const;

  Fused fused_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace pantile::filter
