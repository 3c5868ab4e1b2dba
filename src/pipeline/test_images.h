#pragma once
/// \file
/// Sources and sinks held in memory, for the pipeline's tests.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "grid/pyramid.h"
#include "io/codec/codecs.h"
#include "pantile/tile_sink.h"
#include "pantile/tile_source.h"
#include "tile/shard_layout.h"

namespace pantile::testing_images {

/// Pixel (x, y), channel c is a hash of the three: every misplaced pixel is noticed.
class HashedSource final : public TileSource {
 public:
  HashedSource(std::int64_t width, std::int64_t height) {
    spec_.name = "hashed";
    spec_.channels = 3;
    spec_.kind = Kind::rgb;
    spec_.levels = {{width, height, {1, 1}, {0, 0}}};
  }
  static std::uint8_t sample(std::int64_t x, std::int64_t y, int c) {
    std::uint64_t h = static_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15u ^
                      static_cast<std::uint64_t>(y) * 0xc2b2ae3d27d4eb4fu ^
                      static_cast<std::uint64_t>(c + 1) * 0x165667b19e3779f9u;
    h ^= h >> 29;
    return static_cast<std::uint8_t>(h * 0xbf58476d1ce4e5b9u >> 56);
  }
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    PANTILE_TRY(check_read(spec_, r, out));
    reads += r.rect.area();
    if (fail_at_x >= r.rect.x0 && fail_at_x < r.rect.x1) {
      return Error(Code::io, "the source failed as told");
    }
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        for (int c = 0; c < 3; ++c) {
          *out.at(y, x, c) = static_cast<std::byte>(sample(r.rect.x0 + x, r.rect.y0 + y, c));
        }
      }
    }
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }

  mutable std::atomic<std::int64_t> reads{0};  ///< Pixels read so far.
  std::int64_t fail_at_x = -1;

 private:
  ImageSpec spec_;
};

/// Keeps raw chunks; a unit's chunks become visible when it is committed. Reads back as a source.
class MemorySink final : public TileSink, public TileSource {
 public:
  explicit MemorySink(std::string name = "memory") : name_(std::move(name)) {
    codec_ = *make_codec({.method = codec::Method::raw});
  }

  std::string name() const override { return name_; }
  std::string form() const override { return "raw"; }
  std::shared_ptr<const ChunkCodec> codec() const override { return codec_; }
  Status begin(const SinkPlan& plan) override {
    plan_ = plan;
    return {};
  }
  bool committed(UnitId unit) const override {
    const std::lock_guard lock(mutex_);
    return units_.contains(unit);
  }
  Status put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) override {
    const std::lock_guard lock(mutex_);
    if (units_.contains(unit)) return Error(Code::internal, "a chunk of a committed unit");
    if (!open_[unit].emplace(chunk, std::move(encoded)).second) {
      return Error(Code::internal, "a chunk was put twice");
    }
    return {};
  }
  Status commit(UnitId unit) override {
    if (before_commit) before_commit(unit);
    const std::lock_guard lock(mutex_);
    if (commits_left == 0) return Error(Code::out_of_space, "the sink is full as told");
    --commits_left;
    for (auto& [chunk, bytes] : open_[unit]) chunks_[chunk] = std::move(bytes);
    open_.erase(unit);
    units_.insert(unit);
    if (on_commit) on_commit(unit);
    return {};
  }
  bool finished() const override { return false; }
  Status finish() override { return {}; }
  void abort() override { open_.clear(); }
  std::int64_t bytes_written() const override { return 0; }

  /// Forgets a unit, as if its file had been lost.
  void lose(UnitId unit) { units_.erase(unit); }
  std::size_t unit_count() const { return units_.size(); }
  const std::map<ChunkId, std::vector<std::byte>>& chunks() const { return chunks_; }

  // Reading back: whole chunks at a time is all a drain asks for.
  const ImageSpec& spec() const override { return plan_.spec; }
  Cost cost(const Region&) const override { return {}; }
  Status read(const Region& r, MutableView out, ReadContext&) const override {
    const std::lock_guard lock(mutex_);
    const int channels = plan_.unit_channels();
    const ChunkId id{r.level, r.rect.x0 / plan_.chunk_px, r.rect.y0 / plan_.chunk_px,
                     ShardLayout(plan_).group_of(r.t, r.z, r.c0 / channels)};
    const auto& bytes = chunks_.at(id);
    const Layout full =
        Layout::interleaved(plan_.spec.dtype, plan_.chunk_px, plan_.chunk_px, channels);
    copy_pixels(View(bytes.data(), full).window({0, 0, out.width(), out.height()}), out);
    read_back += r.rect.area();
    return {};
  }
  Fingerprint fingerprint() const override { return {}; }

  std::int64_t commits_left = 1 << 30;
  std::function<void(UnitId)> on_commit;
  std::function<void(UnitId)> before_commit;  ///< On several threads at a time.
  mutable std::int64_t read_back = 0;         ///< Pixels.

 private:
  std::string name_;
  std::shared_ptr<const ChunkCodec> codec_;
  SinkPlan plan_;
  mutable std::mutex mutex_;
  std::map<UnitId, std::map<ChunkId, std::vector<std::byte>>> open_;
  std::set<UnitId> units_;
  std::map<ChunkId, std::vector<std::byte>> chunks_;
};

/// Chunks of 64, shards of 128 pixels.
inline SinkPlan small_plan(const TileSource& source) {
  SinkPlan plan;
  plan.chunk_px = 64;
  plan.shard_px = 128;
  plan.spec = source.spec();
  plan.spec.levels = halving_levels(source.spec().levels.front(), plan.chunk_px);
  return plan;
}

}  // namespace pantile::testing_images
