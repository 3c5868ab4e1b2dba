#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/buffer.h"
#include "core/copy.h"
#include "io/store/folder_lock.h"
#include "io/tiff/sums.h"
#include "io/zarr/shard_files.h"
#include "io/zarr/sink_files.h"
#include "io/zarr/zarr_source.h"
#include "pantile/check.h"
#include "pantile/generate.h"
#include "pipeline/check/run_check.h"
#include "pipeline/check/target.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// How many sound chunks are computed again to see whose picture the store holds.
constexpr std::size_t kProbes = 8;

/// What one check found, as far as a repair wants to know.
struct Damage {
  std::set<std::string> files;  ///< To be made anew.
  std::set<ChunkId> chunks;     ///< Of level 0, that are wrong or whose shard is.
  std::set<UnitId> units;       ///< Of level 0.
  /// Level-1 chunks that do not follow from level 0, and their files: either may be the wrong one.
  std::map<ChunkId, std::string> doubtful;
  bool missing = false;  ///< Something is not there.
  bool leftovers = false;

  bool any() const { return !files.empty() || !doubtful.empty() || missing || leftovers; }
};

void note_finding(Damage& damage, const Finding& finding) {
  if (finding.file == kJobFileName || finding.kind == FindingKind::foreign) return;
  if (finding.kind == FindingKind::leftover) {
    damage.leftovers = true;
    return;
  }
  if (finding.shard && finding.shard->level == 0) {
    if (finding.chunk) {
      damage.chunks.insert(*finding.chunk);
    } else {
      damage.units.insert(*finding.shard);
    }
  }
  if (finding.kind == FindingKind::wrong_pixels && finding.chunk && finding.shard &&
      finding.chunk->level == 1) {
    damage.doubtful.emplace(*finding.chunk, finding.file);
    return;
  }
  if (finding.kind == FindingKind::missing) damage.missing = true;
  damage.files.insert(finding.file);
  // A TIFF and its checksums are made together.
  const std::string sums = tiff::sums_key(kTiffName);
  if (finding.file == kTiffName) damage.files.insert(sums);
  if (finding.file == sums) damage.files.insert(kTiffName);
}

class Repair {
 public:
  Repair(const std::string& path, const RunOptions& run) : path_(path), run_(run) {
    run_.restart = false;
    run_.share_index = 0, run_.share_count = 1;
  }

  Result<CheckReport> execute() {
    PANTILE_TRY(open());
    // A wrong level-0 chunk may only show once the levels above it are right, and so on up.
    const std::size_t most_rounds = job().plan.spec.levels.size() + 2;
    for (std::size_t round = 0; round < most_rounds; ++round) {
      Damage damage;
      PANTILE_ASSIGN(CheckReport report, check(damage));
      PANTILE_TRY(probe(damage));
      if (!damage.any() && !record_changed_ && report.state == CheckState::complete) {
        report.removed_files = removed_files_;
        return report;
      }
      PANTILE_TRY(mend(damage));
    }
    return Error(Code::corrupt, path_ +
                                    ": files are wrong again after they were made anew; look at "
                                    "the disk and its cables");
  }

 private:
  const FolderJob& job() const { return target_.resolved->job; }

  /// Reads the record and makes sure that it, the store and this version speak of one picture.
  Status open() {
    FindingLog quiet(nullptr);
    PANTILE_ASSIGN(target_, open_target(path_, quiet));
    if (!target_.is_job()) {
      return Error(Code::invalid, path_ +
                                      " is not a job's folder: only a job knows how to make its "
                                      "pixels anew");
    }
    // Only asks: the job itself takes the lock again and holds it while it writes.
    PANTILE_TRY(FolderLock::take(target_.path, FolderLock::Mode::exclusive));
    if (!target_.record) {
      return Error(Code::corrupt,
                   path_ + "/" + kJobFileName +
                       " is missing or damaged beyond one bit, and the job's options are recorded "
                       "nowhere else; put back a copy of it, or run the generate command with the "
                       "same options in a new folder, copy the job.json that appears there at once "
                       "to here, and run repair again");
    }
    if (target_.record->command != "generate") {
      return Error(Code::invalid, path_ +
                                      " was not made by generate: its pixels come from a program "
                                      "of its own; remove what check names and run that again");
    }
    if (!target_.resolved) {
      return Error(Code::corrupt, path_ + "/" + kJobFileName +
                                      " holds options that this version of pantile does not "
                                      "understand; use the version that wrote it");
    }
    const std::string differences = describe_differences(target_.record->pixels, job().pixels);
    if (!differences.empty()) {
      return Error(Code::conflict, fmt::format("{} was made by another version of pantile, whose "
                                               "pixels are others ({}); use that version",
                                               path_, differences));
    }
    options_ = target_.resolved->options;
    options_.out = target_.path;
    PANTILE_ASSIGN(const Bytes text, read_if_there(*target_.folder, kJobFileName));
    record_changed_ = as_text(text) != to_json(*target_.record);
    return check_group();
  }

  static Result<Bytes> read_if_there(const ByteStore& files, const std::string& key) {
    PANTILE_ASSIGN(const bool there, files.exists(key));
    if (!there) return Bytes{};
    return files.read(key);
  }

  /// Refuses a store whose own metadata are sound but of another picture.
  Status check_group() const {
    const auto files = std::make_shared<FileStore>(target_.path + "/" + kStoreName);
    const auto facts = zarr::read_store_facts(files);
    if (!facts.ok()) return {};  // missing or damaged: it is made anew
    PANTILE_ASSIGN(auto found,
                   zarr::metadata_files(facts->plan, facts->zstd_level, facts->pantile_json));
    PANTILE_ASSIGN(auto wanted,
                   zarr::metadata_files(job().plan, options_.zstd_level, job().facts_json));
    PANTILE_ASSIGN(const Bytes group, files->read("zarr.json"));
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

  Error other_picture(const std::string& why) const {
    return Error(Code::conflict,
                 fmt::format("{}/{} is not the record of {}: {}; nothing was changed: put the "
                             "right job.json back, or start over with generate --restart",
                             path_, kJobFileName, kStoreName, why));
  }

  Result<CheckReport> check(Damage& damage) {
    FindingLog log(run_.listener, [&](const Finding& f) { note_finding(damage, f); });
    return run_check_into({target_.path, false}, run_, log);
  }

  /// Removes what is wrong and has the job make it anew.
  Status mend(Damage& damage) {
    {
      PANTILE_ASSIGN(const FolderLock lock,
                     FolderLock::take(target_.path, FolderLock::Mode::exclusive));
      if (record_changed_) PANTILE_TRY(write_job_record(*target_.folder, *target_.record));
      record_changed_ = false;
      for (const std::string& file : damage.files) {
        PANTILE_ASSIGN(const bool there, target_.folder->exists(file));
        if (there) PANTILE_TRY(target_.folder->remove(file));
        ++removed_files_;
      }
    }
    // The job takes the lock itself. Who comes in between does the same.
    GenerateOptions options = options_;
    PANTILE_ASSIGN(options.tiff.enabled, makes_tiff());
    PANTILE_TRY(run_generate(options, run_));
    PANTILE_TRY(make_recorded_previews());
    return restore_record();
  }

  /// Computes from the formula some sound chunks of level 0, in the first round, and those that
  /// level 1 contradicts. Errors: conflict (the store holds another picture).
  Status probe(Damage& damage) {
    if (probed_ && damage.doubtful.empty()) return {};
    FindingLog quiet(nullptr);
    PANTILE_ASSIGN(auto expected, expected_store(target_, quiet));
    if (!expected) return Error(Code::internal, path_ + ": a job's store is always known");
    StoreCheck store(std::move(*expected), quiet);
    if (!probed_) {
      const std::vector<ChunkId> sound = sound_chunks(store.layout(), damage);
      std::size_t others = 0;
      for (const ChunkId id : sound) {
        PANTILE_ASSIGN(const bool same, is_of_formula(store, id));
        if (!same) add_wrong(store, id, damage);
        others += same ? 0 : 1;
      }
      if (2 * others > sound.size()) {
        return other_picture(fmt::format("of {} sound chunks that were computed again, {} differ",
                                         sound.size(), others));
      }
      probed_ = true;
    }
    for (const auto& [parent, file] : damage.doubtful) {
      bool level_0_is_right = true;
      for (int q = 0; q < 4; ++q) {
        const ChunkId id{0, 2 * parent.x + q % 2, 2 * parent.y + q / 2};
        if (store.layout().chunk_rect(id).empty() || damage.chunks.contains(id)) continue;
        PANTILE_ASSIGN(const bool same, is_of_formula(store, id));
        if (!same) add_wrong(store, id, damage);
        level_0_is_right = level_0_is_right && same;
      }
      // Else the next round tells whether the parent is right when level 0 is.
      if (level_0_is_right) damage.files.insert(file);
    }
    return {};
  }

  /// Up to kProbes chunks of level 0, spread over the picture, of which nothing bad is known.
  static std::vector<ChunkId> sound_chunks(const ShardLayout& layout, const Damage& damage) {
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

  /// True when the stored chunk is what the formula gives, or is not there.
  Result<bool> is_of_formula(StoreCheck& store, ChunkId id) const {
    const ImageSpec& spec = job().plan.spec;
    const std::int64_t px = job().plan.chunk_px;
    PixelBuffer stored(spec.dtype, px, px, spec.channels);
    const auto scratch = store.codec()->make_scratch();
    Bytes encoded;
    PANTILE_ASSIGN(const bool readable, store.read_chunk(id, *scratch, encoded, stored.view()));
    if (!readable) return true;
    const Rect rect = store.layout().chunk_rect(id);
    PixelBuffer made(spec.dtype, rect.height(), rect.width(), spec.channels);
    ReadContext context{run_.cancel};
    PANTILE_TRY(job().source->read(job().source->spec().region(0, rect), made.view(), context));
    const View whole = stored.view();
    return same_pixels(whole.window({0, 0, rect.width(), rect.height()}), made.view());
  }

  static void add_wrong(const StoreCheck& store, ChunkId id, Damage& damage) {
    damage.chunks.insert(id);
    damage.files.insert(std::string(kStoreName) + "/" +
                        zarr::shard_key(store.layout().unit_of(id)));
  }

  /// True when the record's options make the TIFF that it names, also if the last run made none.
  Result<bool> makes_tiff() const {
    if (options_.tiff.enabled) return true;
    const auto recorded = target_.record->forms.find(kTiffName);
    if (recorded == target_.record->forms.end()) return false;
    PANTILE_ASSIGN(const auto sink, make_tiff_sink(target_.folder, target_.folder, options_.tiff,
                                                   {.file = kTiffName}));
    return sink->form() == recorded->second;
  }

  /// Previews of earlier runs that the last one was not asked for.
  Status make_recorded_previews() const {
    std::shared_ptr<const TileSource> image;
    for (const auto& [name, form] : target_.record->forms) {
      const auto size = parse_preview_form(form);
      if (!is_preview_name(name) || !size) continue;
      PANTILE_ASSIGN(const bool there, target_.folder->exists(name));
      if (there) continue;
      if (image == nullptr) {
        const auto files = std::make_shared<FileStore>(target_.path + "/" + kStoreName);
        PANTILE_ASSIGN(image, zarr::ZarrSource::open(files, {}));
        PANTILE_ASSIGN(image, colour_values(image, files->name(), job().facts_json, {},
                                            ColourSource::Levels::all));
      }
      PANTILE_TRY(write_preview(image, size->width, size->height, target_.path + "/" + name, 1,
                                run_.cancel, {}));
    }
    return {};
  }

  /// The record as it was: the job was run with every output that was ever recorded.
  Status restore_record() {
    PANTILE_ASSIGN(const Bytes text, read_if_there(*target_.folder, kJobFileName));
    JobRecord record = *target_.record;
    for (auto& [name, form] : record.forms) {
      if (!form.empty()) continue;
      // To come when the record was read; there by now.
      PANTILE_ASSIGN(const JobRecord now, parse_job_record(std::string(as_text(text))));
      if (const auto at = now.forms.find(name); at != now.forms.end()) form = at->second;
    }
    if (as_text(text) == to_json(record)) return {};
    return write_job_record(*target_.folder, record);
  }

  const std::string path_;
  RunOptions run_;
  CheckTarget target_;
  GenerateOptions options_;
  bool record_changed_ = false;  ///< job.json on disk is not what it should be.
  bool probed_ = false;
  std::int64_t removed_files_ = 0;
};

}  // namespace

Result<CheckReport> run_repair(const std::string& path, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  return Repair(path, run).execute();
}

}  // namespace pantile
