#pragma once
/// \file
/// A small picture with levels for tests, and the steps that feed it to a sink.

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "grid/pyramid.h"
#include "grid/tile_grid.h"
#include "pantile/tile_sink.h"

namespace pantile::tiff {

/// Every level is a smooth pattern of its own, so that mixed-up levels or tiles do not compare
/// equal.
struct TestPyramid {
  SinkPlan plan;
  std::vector<PixelBuffer> levels;

  TestPyramid(std::int64_t width, std::int64_t height, int channels, DType dtype,
              std::int64_t chunk_px, std::int64_t shard_px) {
    plan.chunk_px = chunk_px;
    plan.shard_px = shard_px;
    ImageSpec& spec = plan.spec;
    spec.name = "test <&> picture";
    spec.channels = channels;
    spec.dtype = dtype;
    spec.kind = channels == 3 ? Kind::rgb : channels == 4 ? Kind::rgba : Kind::intensity;
    spec.levels = halving_levels({width, height, {0.5, 0.25}, {0, 0}}, chunk_px);
    spec.unit = "micrometer";
    for (std::size_t i = 0; i < spec.levels.size(); ++i) {
      const LevelInfo& l = spec.levels[i];
      levels.emplace_back(dtype, l.height, l.width, channels);
      fill(levels.back().view(), static_cast<int>(i));
    }
  }

  static void fill(MutableView v, int level) {
    for (std::int64_t y = 0; y < v.height(); ++y) {
      for (std::int64_t x = 0; x < v.width(); ++x) {
        for (int c = 0; c < v.channels(); ++c) {
          const auto value = x * (c + 1) + y * 2 + level * 40 + (x / 16 + y / 16) % 3;
          store(v.at(y, x, c), v.dtype(), value);
        }
      }
    }
  }

  static void store(std::byte* at, DType dtype, std::int64_t value) {
    const auto put = [&](auto number) { std::memcpy(at, &number, sizeof number); };
    switch (dtype) {
      case DType::u8: put(static_cast<std::uint8_t>(value / 2)); break;
      case DType::u16: put(static_cast<std::uint16_t>(value * 37)); break;
      case DType::i32: put(static_cast<std::int32_t>(1000 - value * 7919)); break;
      case DType::f32: put(static_cast<float>(value) * 0.125f - 3.5f); break;
      case DType::f64: put(static_cast<double>(value) * 0.1); break;
      default: break;  // stays zero
    }
  }

  /// All units, level 0 first.
  std::vector<UnitId> units() const {
    std::vector<UnitId> out;
    for (int level = 0; level < static_cast<int>(levels.size()); ++level) {
      const TileGrid g = grid(level, plan.shard_px);
      for (std::int64_t y = 0; y < g.rows(); ++y) {
        for (std::int64_t x = 0; x < g.columns(); ++x) out.push_back({level, x, y});
      }
    }
    return out;
  }

  TileGrid grid(int level, std::int64_t cell_px) const {
    const LevelInfo& l = plan.spec.levels[static_cast<std::size_t>(level)];
    return {l.width, l.height, cell_px};
  }

  std::vector<ChunkId> chunks(UnitId unit) const {
    const TileGrid g = grid(unit.level, plan.chunk_px);
    const Rect cells = g.cells(grid(unit.level, plan.shard_px).rect(unit.x, unit.y));
    std::vector<ChunkId> out;
    for (std::int64_t y = cells.y0; y < cells.y1; ++y) {
      for (std::int64_t x = cells.x0; x < cells.x1; ++x) out.push_back({unit.level, x, y});
    }
    return out;
  }

  /// Encodes one chunk, padded with zeros.
  Status put(TileSink& sink, UnitId unit, ChunkId chunk) const {
    const ImageSpec& spec = plan.spec;
    const Rect rect = grid(chunk.level, plan.chunk_px).rect(chunk.x, chunk.y);
    PixelBuffer padded(spec.dtype, plan.chunk_px, plan.chunk_px, spec.channels);
    const View from = View(levels[static_cast<std::size_t>(chunk.level)].view().window(rect));
    copy_pixels(from, padded.view().window({0, 0, rect.width(), rect.height()}));
    const auto scratch = sink.codec()->make_scratch();
    std::vector<std::byte> bytes;
    PANTILE_TRY(sink.codec()->encode(std::as_const(padded).view(), *scratch, bytes));
    return sink.put(unit, chunk, std::move(bytes));
  }

  Status write_unit(TileSink& sink, UnitId unit) const {
    for (const ChunkId chunk : chunks(unit)) PANTILE_TRY(put(sink, unit, chunk));
    return sink.commit(unit);
  }

  /// Everything: begin to finish.
  Status write(TileSink& sink) const {
    PANTILE_TRY(sink.begin(plan));
    for (const UnitId unit : units()) PANTILE_TRY(write_unit(sink, unit));
    return sink.finish();
  }
};

}  // namespace pantile::tiff
