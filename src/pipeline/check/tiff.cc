#include "pipeline/check/tiff.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/codec/codecs.h"
#include "io/codec/crc32c.h"
#include "io/tiff/head.h"
#include "io/tiff/plan_tiles.h"
#include "io/tiff/tiff_levels.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

std::optional<codec::Method> method_of(std::uint16_t tag) {
  using tiff::CompressionTag;
  switch (static_cast<CompressionTag>(tag)) {
    case CompressionTag::none: return codec::Method::raw;
    case CompressionTag::lzw: return codec::Method::lzw;
    case CompressionTag::jpeg: return codec::Method::jpeg;
    case CompressionTag::deflate: return codec::Method::deflate;
    case CompressionTag::zstd: return codec::Method::zstd;
  }
  return std::nullopt;
}

Error not_ours(const std::string& path, const std::string& why) {
  return Error(Code::foreign, path + ": " + why +
                                  "; only TIFFs that pantile wrote, with their .sums beside them, "
                                  "are checked");
}

}  // namespace

void TiffCheck::add(FindingKind kind, const std::string& file, std::string text) {
  log_.add({kind, file, {}, {}, {}, std::move(text)});
}

void TiffCheck::add(FindingKind kind, ChunkId tile, std::string text) {
  log_.add({kind, key_, {}, tile, layout_.chunk_rect(tile), std::move(text)});
}

Result<std::unique_ptr<TiffCheck>> TiffCheck::open(std::shared_ptr<const FileStore> folder,
                                                   const std::string& key,
                                                   const tiff::TiffSink* expected,
                                                   FindingLog& log) {
  std::unique_ptr<TiffCheck> check(new TiffCheck(std::move(folder), key, log));
  PANTILE_ASSIGN(const bool sums, check->read_sums());
  if (!sums) return std::unique_ptr<TiffCheck>();
  PANTILE_ASSIGN(const bool head, check->read_head());
  if (!head) return std::unique_ptr<TiffCheck>();
  PANTILE_ASSIGN(const bool tables, check->read_tables(expected));
  if (!tables) return std::unique_ptr<TiffCheck>();
  return check;
}

Result<bool> TiffCheck::read_sums() {
  const std::string key = tiff::sums_key(key_);
  PANTILE_ASSIGN(const auto tiff_bytes, folder_->size(key_));
  PANTILE_ASSIGN(const auto bytes, folder_->size(key));
  if (!tiff_bytes) add(FindingKind::missing, key_, "the TIFF is not there");
  if (!bytes) {
    add(FindingKind::missing, key,
        "the checksums of the TIFF are not there, so it cannot be checked");
    return false;
  }
  // A tile takes four bytes there and far more in the TIFF.
  if (tiff_bytes && *bytes > *tiff_bytes + (1 << 16)) {
    add(FindingKind::truncated, key,
        fmt::format("its {} bytes are too many for this TIFF", *bytes));
    return false;
  }
  if (!tiff_bytes) return false;
  PANTILE_ASSIGN(const Bytes text, folder_->read(key));
  auto sums = tiff::decode_sums(text);
  if (!sums.ok()) {
    add(FindingKind::checksum, key, sums.error().message() + ", so the TIFF cannot be checked");
    return false;
  }
  sums_ = std::move(*sums);
  if (static_cast<std::uint64_t>(*tiff_bytes) != sums_.file_bytes) {
    add(FindingKind::truncated, key_,
        fmt::format("it has {} bytes, expected {}", *tiff_bytes, sums_.file_bytes));
    return false;
  }
  return true;
}

Result<bool> TiffCheck::read_head() {
  // (The tables of a picture of 2^20 tiles take 16 MiB.)
  constexpr std::uint64_t kMostHeadBytes = std::uint64_t{1} << 30;
  if (sums_.head_bytes > std::min(sums_.file_bytes, kMostHeadBytes)) {
    add(FindingKind::checksum, tiff::sums_key(key_), "it names more bytes of head than a TIFF has");
    return false;
  }
  head_.resize(sums_.head_bytes);
  PANTILE_TRY(folder_->read_into(key_, 0, head_));
  if (crc32c(head_) == sums_.head_crc) return true;
  add(FindingKind::checksum, key_,
      fmt::format("header and directories (the first {} bytes) do not match their checksum, so its "
                  "tiles cannot be found",
                  head_.size()));
  return false;
}

Result<bool> TiffCheck::read_tables(const tiff::TiffSink* expected) {
  if (expected != nullptr && sums_.plan == expected->plan_hash()) return check_against(*expected);
  if (expected != nullptr) {
    add(FindingKind::wrong_metadata, tiff::sums_key(key_),
        "the TIFF is of another plan than the job's");
    return false;
  }
  return read_own_tables();
}

Result<bool> TiffCheck::check_against(const tiff::TiffSink& expected) {
  const tiff::ImageTags tags = expected.tags();
  layout_ = ShardLayout(expected.plan());
  judge_ = TileJudge(expected);
  const auto wrong = [&](const std::string& why) {
    add(FindingKind::wrong_metadata, key_, why);
    return false;
  };
  std::vector<tiff::LevelTiles> wanted(tags.spec.levels.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const TileGrid grid = layout_.chunks(static_cast<int>(i));
    if (sums_.levels.size() != wanted.size() ||
        sums_.levels[i].columns != static_cast<std::uint64_t>(grid.columns()) ||
        sums_.levels[i].rows != static_cast<std::uint64_t>(grid.rows())) {
      return wrong("its checksums are of other levels than the job's");
    }
    wanted[i].offsets.resize(static_cast<std::size_t>(grid.count()));
    wanted[i].bytes.resize(static_cast<std::size_t>(grid.count()));
  }
  const tiff::HeadLayout head = tiff::plan_head(tags, expected.dialect(), wanted);
  if (head.bytes != head_.size()) return wrong("its directories are not as large as they must be");
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto tiles = tiff::read_level_tiles(head_, head.directory_offsets[i], wanted[i].bytes.size());
    if (!tiles.ok()) return wrong(tiles.error().message());
    wanted[i].bytes = std::move(tiles->bytes);
  }
  // Tiles lie behind each other in a fixed order, so their sizes decide every other byte.
  std::uint64_t offset = head_.size();
  for (const UnitId unit : tiff::file_order(layout_)) {
    auto& level = wanted[static_cast<std::size_t>(unit.level)];
    for (const std::uint64_t index : tiff::tiles_of(layout_, unit)) {
      level.offsets[index] = offset;
      offset += level.bytes[index];
    }
  }
  if (offset != sums_.file_bytes) return wrong("its tiles do not fill it");
  if (tiff::write_head(tags, expected.dialect(), wanted) != head_) {
    return wrong("its tags or offsets are not what they must be");
  }
  tiles_ = std::move(wanted);
  return true;
}

Result<bool> TiffCheck::read_own_tables() {
  const std::string path = folder_->root() + "/" + key_;
  PANTILE_ASSIGN(const auto handle, tiff::Handle::open(path));
  PANTILE_ASSIGN(const auto levels, tiff::find_levels(*handle));
  if (levels.size() != sums_.levels.size()) {
    add(FindingKind::wrong_metadata, key_,
        fmt::format("it has {} levels, its checksums are of {}", levels.size(),
                    sums_.levels.size()));
    return false;
  }
  const tiff::LevelLayout& first = levels.front();
  PANTILE_TRY(handle->go_to(first.directory));
  const auto method = method_of(first.compression);
  if (!method || !first.tiled || first.planar || first.block_width != first.block_height) {
    return not_ours(path, "its tiles are not as pantile writes them");
  }
  PANTILE_ASSIGN(
      auto codec,
      make_codec({.method = *method,
                  .predictor = *method != codec::Method::jpeg &&
                               handle->field<std::uint16_t>(TIFFTAG_PREDICTOR, 1) == 2}));
  judge_ = TileJudge(
      std::move(codec),
      Layout::interleaved(first.dtype, first.block_height, first.block_width, first.channels),
      *method != codec::Method::jpeg);
  SinkPlan plan;
  plan.chunk_px = plan.shard_px = first.block_width;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    plan.spec.levels.push_back({levels[i].width, levels[i].height, {}, {}});
    const TileGrid grid{levels[i].width, levels[i].height, plan.chunk_px};
    const bool same_tiles = levels[i].tiled && levels[i].block_width == first.block_width &&
                            levels[i].block_height == first.block_height &&
                            levels[i].same_samples(first);
    if (!same_tiles || sums_.levels[i].columns != static_cast<std::uint64_t>(grid.columns()) ||
        sums_.levels[i].rows != static_cast<std::uint64_t>(grid.rows())) {
      add(FindingKind::wrong_metadata, key_,
          fmt::format("level {} is not what its checksums are of", i));
      return false;
    }
    auto tiles = tiff::read_level_tiles(head_, levels[i].directory,
                                        static_cast<std::uint64_t>(grid.count()));
    if (!tiles.ok()) {
      add(FindingKind::wrong_metadata, key_, tiles.error().message());
      return false;
    }
    tiles_.push_back(std::move(*tiles));
  }
  layout_ = ShardLayout(plan);
  if (!tiles_fill_file()) {
    add(FindingKind::wrong_metadata, key_, "its tiles overlap, or leave bytes that belong to none");
    return false;
  }
  return true;
}

bool TiffCheck::tiles_fill_file() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  for (const tiff::LevelTiles& level : tiles_) {
    for (std::size_t i = 0; i < level.bytes.size(); ++i) {
      places.emplace_back(level.offsets[i], level.bytes[i]);
    }
  }
  std::sort(places.begin(), places.end());
  std::uint64_t at = head_.size();
  for (const auto& [offset, bytes] : places) {
    if (offset != at || bytes > sums_.file_bytes - at) return false;
    at += bytes;
  }
  return at == sums_.file_bytes;
}

std::unique_ptr<ChunkVisitor::Scratch> TiffCheck::make_scratch() const {
  return judge_.make_scratch();
}

Status TiffCheck::visit(ChunkId id, const View* stored, Scratch& scratch) {
  const auto level = static_cast<std::size_t>(id.level);
  const auto index = static_cast<std::size_t>(id.y * layout_.chunks(id.level).columns() + id.x);
  PANTILE_ASSIGN(
      auto flaw,
      judge_.judge(*folder_, key_, static_cast<std::int64_t>(tiles_[level].offsets[index]),
                   tiles_[level].bytes[index], sums_.levels[level].tile_crcs[index], stored,
                   static_cast<TileJudge::Scratch&>(scratch)));
  if (flaw) add(flaw->kind, id, std::move(flaw->text));
  return {};
}

Status TiffCheck::check_all(int threads, const CancelToken* cancel) {
  for (int level = 0; level < layout_.level_count(); ++level) {
    const TileGrid grid = layout_.chunks(level);
    std::atomic<std::int64_t> next{0};
    const auto work = [&](int) -> Status {
      const auto scratch = make_scratch();
      for (std::int64_t i = next++; i < grid.count(); i = next++) {
        if (cancel != nullptr && cancel->cancelled()) {
          return Error(Code::cancelled, "stopped on request");
        }
        PANTILE_TRY(visit({level, i % grid.columns(), i / grid.columns()}, nullptr, *scratch));
      }
      return {};
    };
    PANTILE_TRY(run_workers(threads, work));
  }
  return {};
}

std::int64_t TiffCheck::working_bytes(int threads) const {
  std::int64_t bytes = 3 * static_cast<std::int64_t>(head_.size());
  for (const tiff::LevelTiles& level : tiles_) {
    bytes += static_cast<std::int64_t>(level.bytes.size()) * 16;
  }
  return bytes + threads * judge_.working_bytes();
}

}  // namespace pantile
