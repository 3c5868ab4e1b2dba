#pragma once
/// \file
/// Whole images in memory, for tests that compare jobs with plain loops.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

#include "core/buffer.h"
#include "pantile/generate.h"
#include "pantile/tile_source.h"

namespace pantile::job_tests {

/// `rect` of a level, or an empty buffer and a failed test.
inline PixelBuffer read_rect(const TileSource& source, int level, const Rect& rect) {
  const ImageSpec& spec = source.spec();
  PixelBuffer pixels(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context;
  const Status read = source.read(spec.region(level, rect), pixels.view(), context);
  EXPECT_TRUE(read.ok()) << read.error().message();
  return pixels;
}

inline PixelBuffer read_level(const TileSource& source, int level) {
  return read_rect(source, level, source.spec().levels[static_cast<std::size_t>(level)].bounds());
}

inline void expect_same(const PixelBuffer& a, const PixelBuffer& b, const std::string& what) {
  ASSERT_EQ(a.size_bytes(), b.size_bytes()) << what;
  EXPECT_EQ(0, std::memcmp(a.data(), b.data(), a.size_bytes())) << what;
}

/// A job of odd sides, several shards and four levels; store only.
inline GenerateOptions small_job(const std::string& out) {
  GenerateOptions options;
  options.width = 601;
  options.height = 427;
  options.tile_px = 64;
  options.shard_px = 128;
  options.tiff.enabled = false;
  options.previews.clear();
  options.out = out;
  return options;
}

template <class T> void expect_ok(const Result<T>& result) {
  ASSERT_TRUE(result.ok()) << result.error().message();
}

}  // namespace pantile::job_tests
