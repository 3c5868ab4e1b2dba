// The ceilings of this machine that the drivers of bench/generate/job compare with, as one line of
// JSON: what one core can do of each kind of work a job consists of, on tiles of the complex
// picture over [-3, 3]², and what memory and disk give.
//
//     machine_limits [FOLDER]     the folder lies on the disk to be measured; default: here
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "compute/cpu/reduce.h"
#include "core/buffer.h"
#include "io/codec/codecs.h"
#include "io/store/file_store.h"
#include "io/zarr/zarr_sink.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"
#include "pipeline/drain/committer.h"

namespace pantile::bench {
namespace {

constexpr std::int64_t kImage = 16384, kTile = 512, kTiles = 48;
constexpr int kRounds = 5;
constexpr double kMega = 1e6;

/// Seconds of the quickest of some rounds: a ceiling is what is possible, not what is usual.
template <class Fn> double best_seconds(int rounds, Fn fn) {
  double best = 1e9;
  for (int r = 0; r < rounds; ++r) {
    const auto begin = std::chrono::steady_clock::now();
    fn();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

/// Tiles spread evenly over the picture, so that their mean is the picture's.
Rect tile_rect(std::int64_t k) {
  const std::int64_t columns = kImage / kTile;
  const std::int64_t at = (2 * k + 1) * columns * columns / (2 * kTiles);
  const std::int64_t x = (at * 7) % columns * kTile, y = at / columns * kTile;
  return {x, y, x + kTile, y + kTile};
}

Result<std::unique_ptr<formula::FormulaSource>> complex_picture() {
  PANTILE_ASSIGN(const formula::Program program, formula::compile("complex"));
  formula::FormulaImage image;
  image.frame = {.width = kImage, .height = kImage, .scale = 6.0 / kImage};
  image.lo = -3;
  image.hi = 3;
  return formula::FormulaSource::make(program, image);
}

struct Limits {
  double kernel_mpx_s = 0, zstd_mb_s = 0, zstd_decode_mb_s = 0, deflate_mb_s = 0, reduce_mb_s = 0;
  double copy_mb_s = 0, disk_mb_s = 0;
  std::vector<double> commit_mb_s;  ///< Beside kCommitters.
};

Status measure_tiles(Limits& limits) {
  PANTILE_ASSIGN(const auto source, complex_picture());
  std::vector<PixelBuffer> tiles;
  for (std::int64_t k = 0; k < kTiles; ++k) tiles.emplace_back(DType::u8, kTile, kTile, 3);
  const double raw_mb = static_cast<double>(kTiles * kTile * kTile * 3) / kMega;

  Status status;
  const auto keep = [&status](const Status& s) {
    if (status.ok() && !s.ok()) status = s;
  };
  limits.kernel_mpx_s =
      raw_mb / 3 / best_seconds(kRounds, [&] {
        ReadContext context;
        for (std::int64_t k = 0; k < kTiles; ++k) {
          const Region region = source->spec().region(0, tile_rect(k));
          keep(source->read(region, tiles[static_cast<std::size_t>(k)].view(), context));
        }
      });
  const auto encode_rate = [&](codec::Method method) -> Result<double> {
    PANTILE_ASSIGN(const auto codec, make_codec({.method = method}));
    const auto scratch = codec->make_scratch();
    std::vector<std::byte> encoded;
    return raw_mb / best_seconds(kRounds, [&] {
             for (const PixelBuffer& tile : tiles)
               keep(codec->encode(tile.view(), *scratch, encoded));
           });
  };
  const auto decode_rate = [&](codec::Method method) -> Result<double> {
    PANTILE_ASSIGN(const auto codec, make_codec({.method = method}));
    const auto scratch = codec->make_scratch();
    std::vector<std::vector<std::byte>> encoded(tiles.size());
    for (std::size_t k = 0; k < tiles.size(); ++k) {
      keep(codec->encode(tiles[k].view(), *scratch, encoded[k]));
    }
    PixelBuffer decoded(DType::u8, kTile, kTile, 3);
    return raw_mb / best_seconds(kRounds, [&] {
             for (const auto& bytes : encoded) keep(codec->decode(bytes, *scratch, decoded.view()));
           });
  };
  PANTILE_ASSIGN(limits.zstd_mb_s, encode_rate(codec::Method::zstd));
  PANTILE_ASSIGN(limits.zstd_decode_mb_s, decode_rate(codec::Method::zstd));
  PANTILE_ASSIGN(limits.deflate_mb_s, encode_rate(codec::Method::deflate));
  PixelBuffer half(DType::u8, kTile / 2, kTile / 2, 3);
  limits.reduce_mb_s = raw_mb / best_seconds(kRounds, [&] {
                         for (const PixelBuffer& tile : tiles)
                           keep(reduce_2x2(tile.view(), Kind::rgb, half.view()));
                       });
  return status;
}

/// Bytes copied a second (read once and written once) by two threads, beyond every cache.
double copy_rate() {
  constexpr std::size_t kBytes = std::size_t{128} << 20;
  constexpr int kThreads = 2;
  std::vector<std::byte> from(kThreads * kBytes, std::byte{1}), to(kThreads * kBytes);
  const double seconds = best_seconds(kRounds, [&] {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back(
          [&, t] { std::memcpy(to.data() + t * kBytes, from.data() + t * kBytes, kBytes); });
    }
  });
  return static_cast<double>(kThreads * kBytes) / kMega / seconds;
}

/// Bytes a second written to a new file and synced.
Result<double> disk_rate(const std::string& folder) {
  constexpr std::size_t kBlock = std::size_t{8} << 20, kBlocks = 64;
  std::vector<std::byte> block(kBlock);
  for (std::size_t i = 0; i < kBlock; ++i) block[i] = static_cast<std::byte>(i * 2654435761u >> 13);
  const std::string path = folder + "/.machine_limits";
  bool failed = false;
  const double seconds = best_seconds(3, [&] {
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    for (std::size_t k = 0; fd >= 0 && k < kBlocks; ++k) {
      failed |= ::write(fd, block.data(), kBlock) != static_cast<ssize_t>(kBlock);
      ::sync_file_range(fd, static_cast<off_t>(k * kBlock), kBlock, SYNC_FILE_RANGE_WRITE);
    }
    failed |= fd < 0 || ::fdatasync(fd) != 0;
    if (fd >= 0) ::close(fd);
  });
  ::unlink(path.c_str());
  if (failed) return Error(Code::io, "cannot write " + path);
  return static_cast<double>(kBlock * kBlocks) / kMega / seconds;
}

constexpr std::array kCommitters{1, 2, 4, 8, 16};

/// Encoded bytes a second that so many committers bring to the disk, in shards of 7 MB: RGB tiles
/// of which zstd leaves a seventh.
Result<double> commit_rate(const std::string& folder, int committers) {
  constexpr std::int64_t kShards = 64, kChunksPerSide = 8;
  constexpr std::size_t kChunkBytes = 110'000;
  SinkPlan plan;
  plan.spec.channels = 3;
  plan.spec.kind = Kind::rgb;
  plan.spec.levels = {{kShards * plan.shard_px, plan.shard_px, {1, 1}, {0, 0}}};
  zarr::SinkOptions options;
  options.spool_cap_bytes = std::int64_t{1} << 30;
  const std::string path = folder + "/.machine_limits_store";
  Status status;
  double best = 1e9, waited_s = 0;
  std::int64_t written = 0;
  for (int round = 0; round < 3 && status.ok(); ++round) {
    zarr::ZarrSink sink(std::make_shared<FileStore>(path), options);
    status = sink.begin(plan);
    const std::vector<std::byte> chunk(kChunkBytes, std::byte{0x5a});
    for (std::int64_t i = 0; i < kShards * kChunksPerSide * kChunksPerSide && status.ok(); ++i) {
      const std::int64_t x = i % (kShards * kChunksPerSide), y = i / (kShards * kChunksPerSide);
      status = sink.put({0, x / kChunksPerSide, 0}, {0, x, y}, chunk);
    }
    best = std::min(best, best_seconds(1, [&] {
                      Committer committer({&sink}, committers);
                      for (std::int64_t s = 0; s < kShards && status.ok(); ++s) {
                        status = committer.submit({0, s, 0}, 1, waited_s);
                      }
                      if (status.ok()) status = committer.finish();
                    }));
    written = sink.bytes_written();
    std::filesystem::remove_all(path);
  }
  PANTILE_TRY(status);
  return static_cast<double>(written) / kMega / best;
}

Status run(const std::string& folder) {
  Limits l;
  PANTILE_TRY(measure_tiles(l));
  l.copy_mb_s = copy_rate();
  PANTILE_ASSIGN(l.disk_mb_s, disk_rate(folder));
  for (const int committers : kCommitters) {
    PANTILE_ASSIGN(const double rate, commit_rate(folder, committers));
    l.commit_mb_s.push_back(rate);
  }
  fmt::print(
      "{{\"kernel_mpx_s\": {:.1f}, \"zstd_mb_s\": {:.1f}, \"zstd_decode_mb_s\": {:.1f}, "
      "\"deflate_mb_s\": {:.1f}, "
      "\"reduce_mb_s\": {:.0f}, \"copy_mb_s\": {:.0f}, \"disk_mb_s\": {:.0f}, "
      "\"committers\": [{}], \"commit_mb_s\": [{:.0f}]}}\n",
      l.kernel_mpx_s, l.zstd_mb_s, l.zstd_decode_mb_s, l.deflate_mb_s, l.reduce_mb_s, l.copy_mb_s,
      l.disk_mb_s, fmt::join(kCommitters, ", "), fmt::join(l.commit_mb_s, ", "));
  return {};
}

}  // namespace
}  // namespace pantile::bench

int main(int argc, char** argv) {
  const pantile::Status done = pantile::bench::run(argc > 1 ? argv[1] : ".");
  if (done.ok()) return 0;
  std::fprintf(stderr, "machine_limits: %s\n", done.error().message().c_str());
  return 1;
}
