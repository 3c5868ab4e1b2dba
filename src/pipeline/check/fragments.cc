#include "pipeline/check/fragments.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "io/codec/crc32c.h"
#include "io/tiff/plan_tiles.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// A fragment that is gone was put into the file, and removed, while we looked.
Status unless_gone(const Error& error) {
  return error.code() == Code::not_found ? Status() : Status(error);
}

}  // namespace

void FragmentCheck::add(FindingKind kind, const std::string& key, std::string text) {
  log_.add({kind, prefix_ + key, {}, {}, {}, std::move(text)});
}

Result<std::unique_ptr<FragmentCheck>> FragmentCheck::open(const std::string& parts,
                                                           std::string prefix,
                                                           const tiff::TiffSink* expected,
                                                           FindingLog& log) {
  std::unique_ptr<FragmentCheck> check(new FragmentCheck(parts, std::move(prefix), log));
  if (expected != nullptr) {
    check->knows_chunks_ = true;
    check->layout_ = ShardLayout(expected->plan());
    check->judge_ = TileJudge(*expected);
  }
  PANTILE_ASSIGN(const auto entries, check->files_.list(""));
  for (const ByteStore::Entry& entry : entries) {
    PANTILE_TRY(check->read_table(entry.key, expected));
  }
  return check;
}

Status FragmentCheck::read_table(const std::string& key, const tiff::TiffSink* expected) {
  const auto name = tiff::parse_fragment_key(key);
  if (name && expected != nullptr && name->plan_hex != expected->plan_hash().hex()) return {};
  ++file_count_;
  if (!name || (expected != nullptr && !layout_.has(name->unit))) {
    add(FindingKind::foreign, key, "pantile did not put this file here");
    return {};
  }
  auto table = tiff::read_own_table(files_, *name);
  if (!table.ok()) {
    if (table.error().code() != Code::corrupt) return unless_gone(table.error());
    add(FindingKind::checksum, key, table.error().message());
    return {};
  }
  Fragment fragment{key, std::move(*table), {}};
  if (expected != nullptr) {
    const auto tiles = tiff::tiles_of(layout_, name->unit);
    const bool same =
        std::equal(tiles.begin(), tiles.end(), fragment.tiles.begin(), fragment.tiles.end(),
                   [](std::uint64_t a, const auto& b) { return a == b.index; });
    if (!same) {
      add(FindingKind::wrong_metadata, key, "it holds other tiles than it must");
      return {};
    }
  }
  std::int64_t offset = tiff::fragment_head_bytes(fragment.tiles.size());
  for (const tiff::TileEntry& tile : fragment.tiles) {
    fragment.offsets.push_back(offset);
    offset += tile.bytes;
  }
  fragments_.emplace(name->unit, std::move(fragment));
  return {};
}

std::unique_ptr<ChunkVisitor::Scratch> FragmentCheck::make_scratch() const {
  return judge_.make_scratch();
}

Status FragmentCheck::visit(ChunkId id, const View* stored, Scratch& scratch) {
  const UnitId unit = layout_.unit_of(id);
  const auto at = fragments_.find(unit);
  if (at == fragments_.end()) return {};
  const Fragment& fragment = at->second;
  const Rect cells = layout_.chunk_cells(unit);
  const auto i = static_cast<std::size_t>((id.y - cells.y0) * cells.width() + (id.x - cells.x0));
  const tiff::TileEntry& tile = fragment.tiles[i];
  auto flaw = judge_.judge(files_, fragment.key, fragment.offsets[i], tile.bytes, tile.crc, stored,
                           static_cast<TileJudge::Scratch&>(scratch));
  if (!flaw.ok()) return unless_gone(flaw.error());
  if (*flaw) {
    log_.add({(*flaw)->kind,
              prefix_ + fragment.key,
              {},
              id,
              layout_.chunk_rect(id),
              std::move((*flaw)->text)});
  }
  return {};
}

Status FragmentCheck::check_sums(const Fragment& fragment, Bytes& block) {
  for (std::size_t i = 0; i < fragment.tiles.size(); ++i) {
    const tiff::TileEntry& tile = fragment.tiles[i];
    std::uint32_t crc = 0;
    // The table is not trusted with memory: a tile is read piece by piece.
    constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;
    for (std::int64_t done = 0; done < tile.bytes; done += kBlockBytes) {
      block.resize(static_cast<std::size_t>(std::min(kBlockBytes, tile.bytes - done)));
      const Status read = files_.read_into(fragment.key, fragment.offsets[i] + done, block);
      if (!read.ok()) return unless_gone(read.error());
      crc = crc32c(block, crc);
    }
    if (crc != tile.crc) {
      add(FindingKind::checksum, fragment.key,
          fmt::format("tile {} has crc32c {:08x}, want {:08x}", tile.index, crc, tile.crc));
    }
  }
  return {};
}

Status FragmentCheck::check_all(int threads, const CancelToken* cancel) {
  std::vector<const Fragment*> all;
  for (const auto& [unit, fragment] : fragments_) all.push_back(&fragment);
  std::atomic<std::size_t> next{0};
  return run_workers(threads, [&](int) -> Status {
    Bytes block;
    for (std::size_t i = next++; i < all.size(); i = next++) {
      if (cancel != nullptr && cancel->cancelled()) {
        return Error(Code::cancelled, "stopped on request");
      }
      PANTILE_TRY(check_sums(*all[i], block));
    }
    return {};
  });
}

std::int64_t FragmentCheck::working_bytes(int threads) const {
  std::int64_t bytes = 0;
  for (const auto& [unit, fragment] : fragments_) {
    bytes += static_cast<std::int64_t>(fragment.tiles.size()) * 24 + 200;
  }
  return bytes + threads * (knows_chunks_ ? judge_.working_bytes() : std::int64_t{1} << 20);
}

}  // namespace pantile
