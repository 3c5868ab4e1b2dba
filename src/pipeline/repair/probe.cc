#include "pipeline/repair/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/zarr/array_metadata.h"
#include "io/zarr/shard_files.h"
#include "io/zarr/sink_files.h"
#include "pipeline/folder/outputs.h"

namespace pantile {
namespace {

/// How many sound chunks are computed again to see whose picture the store holds.
constexpr std::size_t kProbes = 8;

/// Up to kProbes chunks of level 0, spread over the picture, of which nothing bad is known.
std::vector<ChunkId> sound_chunks(const ShardLayout& layout, const Damage& damage) {
  std::vector<ChunkId> chosen;
  const TileGrid grid = layout.chunks(0);
  constexpr std::int64_t kTries = 64;
  const std::int64_t step = std::max<std::int64_t>(1, grid.count() / kTries);
  std::vector<ChunkId> candidates;
  for (std::int64_t i = step / 2; i < grid.count(); i += step) {
    const ChunkId id{0, i % grid.columns(), i / grid.columns()};
    if (damage.chunks.contains(id) || damage.units.contains(layout.unit_of(id))) continue;
    candidates.push_back(id);
  }
  const std::size_t n = std::min(kProbes, candidates.size());
  for (std::size_t k = 0; k < n; ++k) chosen.push_back(candidates[k * candidates.size() / n]);
  return chosen;
}

void add_wrong(const StoreCheck& store, ChunkId id, Damage& damage) {
  damage.chunks.insert(id);
  damage.files.insert(std::string(kStoreName) + "/" +
                      zarr::shard_key(store.layout(), store.layout().unit_of(id)));
}

}  // namespace

Error Probe::other_picture(const std::string& why) const {
  return Error(Code::conflict,
               fmt::format("{}/{} is not the record of {}: {}; nothing was changed: put the "
                           "right job.json back, or start over with generate --restart",
                           folder_, kJobFileName, kStoreName, why));
}

Status Probe::check_group() const {
  const auto files = std::make_shared<FileStore>(folder_ + "/" + kStoreName);
  const auto facts = zarr::read_store_facts(files);
  if (!facts.ok()) {
    // What is missing, damaged or cannot be read is made anew.
    return facts.error().code() == Code::out_of_memory ? Status(facts.error()) : Status();
  }
  PANTILE_ASSIGN(auto found,
                 zarr::metadata_files(facts->plan, facts->zstd_level, facts->pantile_json));
  PANTILE_ASSIGN(auto wanted,
                 zarr::metadata_files(job_.plan, job_.output.zstd_level, job_.facts_json));
  PANTILE_ASSIGN(const Bytes group, files->read_at_most("zarr.json", zarr::kMaxMetadataBytes));
  const std::string& is = found["zarr.json"];
  const std::string& must_be = wanted["zarr.json"];
  if (as_text(group) != is) return {};  // not sound
  constexpr std::int64_t kMostDamagedBytes = 4;
  std::int64_t differing = is.size() == must_be.size() ? 0 : kMostDamagedBytes + 1;
  for (std::size_t i = 0; i < std::min(is.size(), must_be.size()); ++i) {
    differing += is[i] != must_be[i] ? 1 : 0;
  }
  if (differing <= kMostDamagedBytes) return {};
  return other_picture("the metadata of the store are sound and of another picture");
}

Status Probe::ask(ExpectedStore expected, Damage& damage) {
  if (asked_ && damage.doubtful.empty() && damage.disputed.empty() &&
      damage.disputed_previews.empty()) {
    return {};
  }
  FindingLog quiet(nullptr);
  StoreCheck store(std::move(expected), quiet);
  if (!asked_) PANTILE_TRY(ask_sound_chunks(store, damage));
  asked_ = true;
  for (const auto& [parent, file] : damage.doubtful) {
    bool level_0_is_right = true;
    for (int q = 0; q < 4; ++q) {
      const ChunkId id{0, 2 * parent.x + q % 2, 2 * parent.y + q / 2};
      if (store.layout().chunk_rect(id).empty() || damage.chunks.contains(id)) continue;
      PANTILE_ASSIGN(const bool same, is_of_source(store, id));
      if (!same) add_wrong(store, id, damage);
      level_0_is_right = level_0_is_right && same;
    }
    // Else the next round tells whether the parent is right when level 0 is.
    if (level_0_is_right) damage.files.insert(file);
  }
  PANTILE_TRY(settle_tiff(store, damage));
  return settle_previews(store, damage);
}

/// A chunk that is not the source's is made anew; the TIFF is wrong only where the chunk is right.
Status Probe::settle_tiff(StoreCheck& store, Damage& damage) const {
  for (const ChunkId id : damage.disputed) {
    if (damage.chunks.contains(id)) continue;
    PANTILE_ASSIGN(const bool same, is_of_source(store, id));
    if (same) {
      damage.add_tiff();
    } else {
      add_wrong(store, id, damage);
    }
  }
  return {};
}

/// A preview shows a whole level: only the whole of level 0 can tell who is wrong.
Status Probe::settle_previews(StoreCheck& store, Damage& damage) const {
  if (damage.disputed_previews.empty()) return {};
  const TileGrid grid = store.layout().chunks(0);
  bool store_is_right = true;
  for (std::int64_t i = 0; i < grid.count(); ++i) {
    const ChunkId id{0, i % grid.columns(), i / grid.columns()};
    if (damage.chunks.contains(id)) continue;
    PANTILE_ASSIGN(const bool same, is_of_source(store, id));
    if (!same) add_wrong(store, id, damage);
    store_is_right = store_is_right && same;
  }
  if (store_is_right)
    damage.files.insert(damage.disputed_previews.begin(), damage.disputed_previews.end());
  return {};
}

Status Probe::ask_sound_chunks(StoreCheck& store, Damage& damage) const {
  const std::vector<ChunkId> sound = sound_chunks(store.layout(), damage);
  std::size_t others = 0;
  for (const ChunkId id : sound) {
    PANTILE_ASSIGN(const bool same, is_of_source(store, id));
    if (!same) add_wrong(store, id, damage);
    others += same ? 0 : 1;
  }
  if (2 * others <= sound.size()) return {};
  return other_picture(
      fmt::format("of {} sound chunks that were computed again, {} differ", sound.size(), others));
}

Result<bool> Probe::is_of_source(StoreCheck& store, ChunkId id) const {
  const ImageSpec& spec = job_.plan.spec;
  const std::int64_t px = job_.plan.chunk_px;
  PixelBuffer stored(spec.dtype, px, px, spec.channels);
  const auto scratch = store.codec()->make_scratch();
  Bytes encoded;
  PANTILE_ASSIGN(const bool readable, store.read_chunk(id, *scratch, encoded, stored.view()));
  if (!readable) return true;
  const Rect rect = store.layout().chunk_rect(id);
  PixelBuffer made(spec.dtype, rect.height(), rect.width(), spec.channels);
  ReadContext context{run_.cancel};
  PANTILE_TRY(job_.source->read(job_.source->spec().region(0, rect), made.view(), context));
  const View whole = stored.view();
  return same_pixels(whole.window({0, 0, rect.width(), rect.height()}), made.view());
}

}  // namespace pantile
