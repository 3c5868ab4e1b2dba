#include "io/tiff/tiff_sink.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/hash.h"
#include "io/tiff/fragment.h"
#include "io/tiff/fragment_source.h"
#include "io/tiff/ome_xml.h"
#include "io/tiff/plan_tiles.h"

namespace pantile::tiff {
namespace {

constexpr std::int64_t kMostPixelsPerSide = std::numeric_limits<std::int32_t>::max();
/// Fragments put into the file at each commit: more than one, so that a resumed job catches up;
/// few, so that no commit takes long.
constexpr std::int64_t kUnitsPerCommit = 4;

/// Identity of what lies on disk: of tiles, directories and order.
Fingerprint hash_plan(const SinkPlan& plan, const std::string& form,
                      const std::string& description) {
  Hasher h;
  h.add("pantile tiff 1").add(form).add(description);
  h.add(plan.chunk_px).add(plan.shard_px);
  h.add(dtype_name(plan.spec.dtype)).add(kind_name(plan.spec.kind));
  h.add(std::int64_t{plan.spec.channels}).add(plan.spec.unit);
  for (const LevelInfo& level : plan.spec.levels) {
    h.add(level.width).add(level.height).add(level.scale.x).add(level.scale.y);
  }
  return h.finish();
}

}  // namespace

TiffSink::TiffSink(std::shared_ptr<ByteStore> target, std::string key,
                   std::shared_ptr<ByteStore> parts, SinkOptions options)
    : target_(std::move(target)),
      key_(std::move(key)),
      parts_(std::move(parts)),
      options_(std::move(options)),
      spool_(parts_, options_.spool_cap_bytes) {}

TiffSink::~TiffSink() = default;

std::string TiffSink::form() const {
  return fmt::format("tiff {} {}{}{} {}", word_for(options_.dialect),
                     word_for(options_.compression), options_.predictor ? " predictor" : "",
                     options_.jpeg_subsample ? " 420" : "", options_.codec->identity());
}

Status TiffSink::check_plan(const SinkPlan& plan) const {
  const ImageSpec& spec = plan.spec;
  const auto invalid = [&](std::string what) {
    return Error(Code::invalid, fmt::format("{}: {}", key_, what));
  };
  if (spec.levels.empty() || spec.t != 1 || spec.z != 1 || spec.channels < 1 ||
      spec.channels > std::numeric_limits<std::uint16_t>::max()) {
    return invalid(fmt::format("a TIFF holds one plane, got {} t, {} z, {} channels, {} levels",
                               spec.t, spec.z, spec.channels, spec.levels.size()));
  }
  if (plan.groups() != 1) return invalid("a TIFF's tiles hold all channels");
  if (plan.chunk_px < 16 || plan.chunk_px % 16 != 0 || plan.chunk_px > 1 << 16 ||
      plan.shard_px < plan.chunk_px || plan.shard_px % plan.chunk_px != 0) {
    return invalid(
        fmt::format("tiles of {} px (want a multiple of 16) in shards of {} px (want a "
                    "multiple of the tile)",
                    plan.chunk_px, plan.shard_px));
  }
  for (const LevelInfo& level : spec.levels) {
    if (level.width < 1 || level.height < 1 || level.width > kMostPixelsPerSide ||
        level.height > kMostPixelsPerSide) {
      return invalid(fmt::format("{}x{} pixels; a side has 1 to {} of them", level.width,
                                 level.height, kMostPixelsPerSide));
    }
  }
  if ((spec.kind == Kind::rgb && spec.channels != 3) ||
      (spec.kind == Kind::rgba && spec.channels != 4)) {
    return invalid(fmt::format("{} with {} channels", kind_name(spec.kind), spec.channels));
  }
  if (options_.compression == Compression::jpeg &&
      (spec.dtype != DType::u8 || !(spec.channels == 1 || spec.kind == Kind::rgb))) {
    return invalid(
        fmt::format("JPEG holds 8-bit grey or RGB, not {} channels of {}: use deflate "
                    "or zstd",
                    spec.channels, dtype_name(spec.dtype)));
  }
  if (options_.predictor &&
      (dtype_is_float(spec.dtype) || options_.compression == Compression::jpeg ||
       options_.compression == Compression::none)) {
    return invalid("the predictor goes with integers and lzw, deflate or zstd");
  }
  return {};
}

Status TiffSink::begin(const SinkPlan& plan) {
  PANTILE_TRY(check_plan(plan));
  plan_ = plan;
  layout_ = ShardLayout(plan);
  if (options_.dialect == Dialect::ome) {
    PANTILE_ASSIGN(description_, ome_xml(plan.spec).with_context(key_));
  }
  plan_hash_ = hash_plan(plan_, form(), description_);
  PANTILE_ASSIGN(const bool complete, is_complete(*target_, key_, plan_hash_));
  finished_ = complete;
  if (!complete && !options_.replace) {
    PANTILE_ASSIGN(const bool exists, target_->exists(key_));
    if (exists) {
      return Error(Code::conflict,
                   fmt::format("{}/{} is there already and this job did not make it: remove it or "
                               "choose another name",
                               target_->name(), key_));
    }
  }
  return complete ? Status() : find_committed();
}

Status TiffSink::find_committed() {
  PANTILE_ASSIGN(const auto entries, parts_->list(plan_hash_.hex()));
  for (const ByteStore::Entry& entry : entries) {
    const auto name = parse_fragment_key(entry.key);
    if (!name || !layout_.has(name->unit)) continue;
    const auto table =
        read_fragment_table(*parts_, plan_hash_, name->unit, tiles_of(layout_, name->unit));
    if (table.ok()) committed_.insert(name->unit);
    if (!table.ok() && table.error().code() != Code::corrupt) return table.error();
  }
  return {};
}

bool TiffSink::committed(UnitId unit) const {
  if (finished_) return true;
  const std::lock_guard lock(committed_mutex_);
  return committed_.contains(unit);
}

Status TiffSink::put(UnitId unit, ChunkId chunk, std::vector<std::byte> encoded) {
  if (!layout_.has(unit) || !layout_.has(unit, chunk)) {
    return Error(Code::internal,
                 fmt::format("{}: tile {}, {} of level {} is not in shard {}, {} of level {}", key_,
                             chunk.x, chunk.y, chunk.level, unit.x, unit.y, unit.level));
  }
  const std::int64_t columns = layout_.chunks(unit.level).columns();
  return spool_.put(unit, chunk.y * columns + chunk.x, std::move(encoded));
}

Status TiffSink::commit(UnitId unit) {
  const auto chunks = spool_.take(unit);
  if (committed(unit)) return {};
  auto written = write_fragment(*parts_, plan_hash_, unit, tiles_of(layout_, unit), *chunks);
  if (!written.ok()) return written.error().with_context(key_);
  bytes_written_ += *written;
  {
    const std::lock_guard lock(committed_mutex_);
    committed_.insert(unit);
  }
  if (!options_.assemble_early) return {};
  // Somebody else is at it: this unit's turn comes with a later commit, or with finish().
  const std::unique_lock lock(assembly_mutex_, std::try_to_lock);
  return lock.owns_lock() ? assemble(kUnitsPerCommit) : Status();
}

ImageTags TiffSink::tags() const {
  return {plan_.spec,         plan_.chunk_px,          options_.compression,
          options_.predictor, options_.jpeg_subsample, description_};
}

Status TiffSink::assemble(std::int64_t most_units) {
  if (assembler_ == nullptr) {
    assembler_ = std::make_unique<Assembler>(plan_, tags(), options_.dialect, plan_hash_, *target_,
                                             key_, *parts_);
  }
  const Result<bool> advanced =
      assembler_->advance(most_units, [this](UnitId unit) { return committed(unit); });
  if (advanced.ok()) return {};
  Error error = advanced.error();
  if (error.code() == Code::corrupt) error = drop_fragment(assembler_->next_unit(), error);
  assembler_.reset();  // what was written so far is dropped; the fragments are there to begin anew
  return error;
}

Error TiffSink::drop_fragment(UnitId unit, const Error& error) {
  {
    const std::lock_guard lock(committed_mutex_);
    committed_.erase(unit);
  }
  const Status removed = parts_->remove(fragment_key(plan_hash_, unit));
  return Error(Code::corrupt,
               error.message() + (removed.ok() ? "; this part of the TIFF was thrown away"
                                               : "; remove this file"));
}

Status TiffSink::finish() {
  if (finished_) return remove_parts();
  const std::lock_guard lock(assembly_mutex_);
  std::int64_t before = -1;
  do {
    PANTILE_TRY(assemble(kUnitsPerCommit));
    if (assembler_->copied_units() == before) {
      const UnitId unit = assembler_->next_unit();
      return Error(Code::not_found, fmt::format("{}: level {}, shard {},{} is not committed", key_,
                                                unit.level, unit.x, unit.y));
    }
    before = assembler_->copied_units();
    if (options_.on_copy) PANTILE_TRY(options_.on_copy(before, assembler_->total_units()));
  } while (before < assembler_->total_units());
  const Result<std::int64_t> written = assembler_->finish();
  assembler_.reset();
  PANTILE_TRY(written);
  bytes_written_ += *written;
  finished_ = true;
  return remove_parts();
}

Result<std::unique_ptr<TileSource>> TiffSink::open_committed() const {
  if (finished_ || options_.compression == Compression::jpeg) return std::unique_ptr<TileSource>();
  return std::unique_ptr<TileSource>(
      std::make_unique<FragmentSource>(parts_, plan_, plan_hash_, options_.codec));
}

void TiffSink::abort() {
  spool_.clear();
  const std::lock_guard lock(assembly_mutex_);
  assembler_.reset();
}

Status TiffSink::remove_parts() {
  PANTILE_TRY(parts_->remove_leftovers());
  PANTILE_ASSIGN(const auto entries, parts_->list(""));
  for (const ByteStore::Entry& entry : entries) PANTILE_TRY(parts_->remove(entry.key));
  return {};
}

}  // namespace pantile::tiff
