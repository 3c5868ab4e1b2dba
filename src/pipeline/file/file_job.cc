#include "pipeline/file/file_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "io/codec/codecs.h"
#include "io/store/file_handle.h"
#include "io/store/os_error.h"
#include "io/tiff/sums.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/folder/job_folder.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job/estimate.h"
#include "pipeline/preview/picture.h"
#include "runtime/workers.h"
#include "tile/shard_layout.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// In the parts: the output is complete, and takes its name next.
constexpr char kReadyName[] = "ready";

/// Into a store or a TIFF: a drain that can be resumed until its result is in place. Everything is
/// made in the folder of parts beside the output, which appears when it is whole.
class FileRun {
 public:
  FileRun(FileJob job, const RunOptions& run)
      : job_(std::move(job)),
        run_(run),
        parts_(job_.output + ".parts"),
        made_folder_(parts_ + "/made"),
        made_((fs::path(made_folder_) / fs::path(job_.output).filename()).string()) {}

  Result<JobSummary> execute() {
    Result<JobSummary> summary = write();
    // Damage does not go away by itself, so the user has to know what waits for its end.
    if (summary.ok() || summary.error().code() != Code::corrupt) return summary;
    const Error error =
        job_.input.empty() ? summary.error() : with_repair_advice(summary.error(), job_.input);
    if (!folder_) return error;
    return Error(Code::corrupt,
                 fmt::format("{}. What is done so far waits in {}: mend that and run the same "
                             "command again to go on (with --restart to begin anew), or remove {} "
                             "to give up",
                             error.message(), parts_, parts_));
  }

 private:
  Result<JobSummary> write() {
    PANTILE_TRY(check_apart(job_.image.path, job_.output));
    PANTILE_TRY(check_apart(job_.image.path, parts_));
    const TileSource& source = *job_.image.source;
    PANTILE_ASSIGN(plan_, to_store() ? plan_groups(source.spec(), job_.tile_px, job_.shard_px,
                                                   source.channels_together())
                                     : plan_layout(source.spec(), job_.tile_px, job_.shard_px));
    PANTILE_TRY(prepare());
    ImageJob drain{job_.image.source.get(), {sink_.get()}, plan_, memory_.threads};
    ImageJobRun stages(drain, run_);
    if (!in_place_) {
      if (job_.settling) {
        PANTILE_TRY(settle(stages));
        drain.source = job_.image.source.get();
      }
      PANTILE_TRY(stages.prepare());
      PANTILE_TRY(check_room(stages));
      PANTILE_TRY(stages.drain_as(job_.command));
      if (run_.share_count > 1) return summarise(stages, made_);
      PANTILE_TRY(check_unchanged());
      PANTILE_TRY(stages.finish_as("finish", *sink_));
      PANTILE_TRY(put_in_place());
    }
    PANTILE_TRY(remove_spent_parts());
    return summarise(stages, job_.output);
  }

  /// Pixels of two versions of the input must not become one image.
  Status check_unchanged() const {
    if (!job_.read_from) return {};
    const Result<OpenImage> now = open_image(job_.image.path);
    if (now.ok() && now->source->fingerprint() == *job_.read_from) return {};
    return Error(Code::conflict,
                 fmt::format("{} changed while it was read, so what was made of it may be of both "
                             "versions; run the command again with --restart",
                             job_.image.path));
  }

  bool to_store() const { return format_of(job_.output) == FileFormat::zarr; }

  PixelSettings settings() const {
    PixelSettings all = job_.pixels;
    all.emplace_back("tile", std::to_string(plan_.chunk_px));
    all.emplace_back("shard", std::to_string(plan_.shard_px));
    return all;
  }

  /// From here on the source is the one whose pixels are written.
  Status settle(ImageJobRun& stages) {
    std::vector<StageSummary> done;
    PANTILE_ASSIGN(job_.image.source,
                   job_.settling->settle(folder_->files.get(), memory_.threads, run_, done));
    for (StageSummary& stage : done) stages.add_stage(std::move(stage));
    return {};
  }

  /// Memory, sink, and the record by which an interrupted run is known again.
  Status prepare() {
    std::error_code error;
    const bool there = fs::exists(job_.output, error);
    // As a process leaves it that died after its last step.
    const bool spent = there && !run_.restart && !fs::exists(made_, error) &&
                       fs::exists(parts_ + "/" + kReadyName, error);
    in_place_ = spent && is_job_folder(parts_);
    if (there && !in_place_ && !run_.restart) {
      if (spent || fs::is_empty(parts_, error)) PANTILE_TRY(remove_spent_parts());
      return Error(Code::conflict, job_.output +
                                       " is there already; remove it, choose "
                                       "another name, or give --restart to "
                                       "replace it");
    }
    if (there && run_.restart && to_store()) PANTILE_TRY(check_store());
    PANTILE_ASSIGN(auto codec, to_store() ? make_store_codec(job_.zstd_level, plan_.planes)
                                          : make_tiff_codec(job_.tiff));
    codecs_.push_back(std::move(codec));
    PANTILE_TRY(plan_resources());
    PANTILE_ASSIGN(folder_, open_job_folder(parts_, settings(), run_));
    if (run_.restart) PANTILE_TRY(remove_earlier());
    const std::string name = fs::path(made_).filename().string();
    if (to_store()) {
      sink_ = make_store_sink(std::make_shared<FileStore>(made_), name, job_.zstd_level,
                              plan_.planes, job_.facts_json, memory_.spool_cap_bytes);
    } else {
      PANTILE_ASSIGN(sink_, make_tiff_sink(std::make_shared<FileStore>(made_folder_),
                                           std::make_shared<FileStore>(parts_ + "/tiff"), job_.tiff,
                                           {.file = name,
                                            .replace = true,
                                            .whole = run_.share_count == 1,
                                            .spool_cap_bytes = memory_.spool_cap_bytes,
                                            .cancel = run_.cancel}));
    }
    JobRecord record{job_.command, "{}", settings(), {{sink_->name(), sink_->form()}}};
    if (folder_->earlier && folder_->earlier->forms != record.forms) {
      return Error(Code::conflict, fmt::format("{} was begun in another form ({} there, {} here); "
                                               "give --restart to begin anew",
                                               job_.output, folder_->earlier->forms.begin()->second,
                                               sink_->form()));
    }
    if (in_place_) return {};
    PANTILE_TRY(write_job_record(*folder_->files, record));
    return sink_->begin(plan_);
  }

  /// What a resume would have needed. That it is spent is said until all else is gone for good.
  Status remove_spent_parts() const {
    const auto remove = [](const std::string& path) -> Status {
      std::error_code error;
      fs::remove_all(path, error);
      if (!error) return {};
      return os_error(error.value(), "remove what is not needed any more in", path);
    };
    for (const std::string path : {"tiff", "made", kSettledPrefix, kJobFileName}) {
      PANTILE_TRY(remove(parts_ + "/" + path));
    }
    PANTILE_TRY(sync_folder(parts_));
    return remove(parts_);
  }

  /// Only a store is replaced, never a folder that merely has its name.
  Status check_store() const {
    std::error_code error;
    if (!fs::exists(fs::path(job_.output) / "zarr.json", error) &&
        !fs::exists(fs::path(job_.output) / "0" / "zarr.json", error)) {
      return Error(Code::foreign, job_.output +
                                      " is not a Zarr store; it is left alone: "
                                      "choose another name");
    }
    return {};
  }

  /// Neither the old output nor parts of another run must be taken for parts of this one.
  Status remove_earlier() const {
    std::vector<std::string> paths{job_.output, made_folder_, parts_ + "/tiff",
                                   parts_ + "/" + kSettledPrefix, parts_ + "/" + kReadyName};
    if (!to_store()) paths.push_back(tiff::sums_key(job_.output));
    for (const std::string& path : paths) {
      std::error_code error;
      fs::remove_all(path, error);
      if (error) return os_error(error.value(), "remove", path);
    }
    return {};
  }

  /// Gives the output its name. It was made among the parts, so that a killed run leaves nothing
  /// beside it. A TIFF's sums go first, and durably: once the TIFF has its name, nothing is
  /// missing, whatever a crash leaves of the two.
  Status put_in_place() const {
    PANTILE_TRY(folder_->files->write(kReadyName, as_bytes("")));
    const fs::path output(job_.output);
    std::vector<std::pair<std::string, std::string>> moves;
    if (!to_store()) moves.emplace_back(tiff::sums_key(made_), tiff::sums_key(job_.output));
    moves.emplace_back(made_, job_.output);
    for (const auto& [from, to] : moves) {
      std::error_code error;
      fs::rename(from, to, error);
      if (error) {
        return os_error(error.value(), "rename a new file to", to);
      }
      PANTILE_TRY(sync_folder(output.has_parent_path() ? output.parent_path().string() : "."));
    }
    return {};
  }

  Status plan_resources() {
    const Rect chunk{0, 0, std::min(plan_.chunk_px, plan_.spec.levels[0].width),
                     std::min(plan_.chunk_px, plan_.spec.levels[0].height)};
    const ShardLayout layout(plan_);
    Cost cost;
    for (std::int64_t part = 0; part < layout.parts(); ++part) {  // planes are all alike
      const Cost one = job_.image.source->cost(layout.region(part, 0, chunk));
      cost.scratch_bytes = std::max(cost.scratch_bytes, one.scratch_bytes);
      cost.shared_bytes = std::max(cost.shared_bytes, one.shared_bytes);
    }
    const std::int64_t tables = to_store() ? 0 : tiff_table_bytes(plan_);
    const auto working = [&](int threads) {
      const std::int64_t drain = drain_memory_bytes(plan_, codecs_, threads) +
                                 threads * cost.scratch_bytes + cost.shared_bytes + tables;
      return job_.settling ? std::max(drain, job_.settling->memory_bytes(threads)) : drain;
    };
    PANTILE_ASSIGN(memory_, plan_memory(run_, working, 1, 0));
    if (job_.settling) return {};  // what is not settled yet cannot be measured
    if (is_job_folder(parts_) && !run_.restart) return {};  // check_room() knows what is missing
    PANTILE_ASSIGN(std::int64_t free_bytes, free_disk_bytes(job_.output));
    if (run_.restart) free_bytes += disk_bytes(job_.output) + disk_bytes(parts_);
    return check_fits(1, free_bytes);
  }

  /// Whether there is room for what is still to be written when `share` of the output is missing: a
  /// TIFF's fragments stay until the file that is made of them is in place. Pixels are read and
  /// encoded for it only where the room may not do.
  Status check_fits(double share, std::int64_t free_bytes) const {
    const auto needed = [&](std::int64_t bytes) {
      return static_cast<std::int64_t>((share + (to_store() ? 0 : 1)) * static_cast<double>(bytes));
    };
    if (needed(most_encoded_bytes(plan_)) <= free_bytes) return {};
    PANTILE_ASSIGN(const Estimate estimate, estimate_drain(*job_.image.source, plan_, codecs_));
    return check_disk(job_.output, needed(estimate.bytes[0]), free_bytes, kAdvice);
  }

  Status check_room(const ImageJobRun& stages) const {
    if (sink_->finished()) return {};
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(parts_));
    return check_fits(stages.missing_fraction(0), free_bytes);
  }

  JobSummary summarise(const ImageJobRun& stages, const std::string& path) const {
    JobSummary summary = stages.summary();
    summary.outputs.push_back({path, raw_bytes(plan_), disk_bytes(path)});
    if (!to_store()) {
      const std::string sums = tiff::sums_key(path);
      summary.outputs.push_back({sums, 0, disk_bytes(sums)});
    }
    return summary;
  }

  static constexpr char kAdvice[] = "write to another disk";

  FileJob job_;
  const RunOptions& run_;
  const std::string parts_;
  const std::string made_folder_;
  const std::string made_;  ///< The output until it is complete.
  bool in_place_ = false;   ///< An earlier run was stopped when only its parts were left to remove.
  SinkPlan plan_;
  Codecs codecs_;
  MemoryPlan memory_;
  std::optional<JobFolder> folder_;
  std::unique_ptr<TileSink> sink_;
};

/// As a PNG, which is not resumed.
Result<JobSummary> write_png(const FileJob& job, const RunOptions& run) {
  PANTILE_TRY(check_apart(job.image.path, job.output));
  const LevelInfo& level = job.image.source->spec().levels.front();
  return write_picture(job.image, {level.width, level.height, false}, job.output, run);
}

}  // namespace

Result<std::string> file_output(std::string name, const RunOptions& run) {
  while (name.ends_with('/')) name.pop_back();
  std::error_code error;
  switch (format_of(name)) {
    case FileFormat::zarr:
    case FileFormat::tiff: return name;
    case FileFormat::png:
      if (!fs::exists(name, error) || run.restart) return name;
      return Error(Code::conflict, name +
                                       " is there already; remove it, choose another name, or "
                                       "give --restart to replace it");
    case FileFormat::unknown: break;
  }
  return Error(Code::invalid,
               name + ": expected a name that ends in .ome.zarr, .tif, .tiff or .png");
}

std::int64_t usable_tile(std::int64_t chunk_px) {
  return chunk_px % 16 == 0 && chunk_px >= 64 && chunk_px <= 4096 ? chunk_px : 0;
}

std::string region_text(const Rect& r) {
  return fmt::format("{},{},{},{}", r.x0, r.y0, r.width(), r.height());
}

Result<JobSummary> run_file_job(FileJob job, const RunOptions& run) {
  const ImageSpec& spec = job.image.source->spec();
  if (spec.is_stack() && format_of(job.output) != FileFormat::zarr) {
    return Error(Code::invalid,
                 fmt::format("{}: {} has {} planes (t {}, z {}), and such a file "
                             "holds one; write an .ome.zarr",
                             job.output, spec.name, spec.t * spec.z, spec.t, spec.z));
  }
  if (format_of(job.output) != FileFormat::png) return FileRun(std::move(job), run).execute();
  Result<JobSummary> summary = write_png(job, run);
  if (!summary.ok()) return with_repair_advice(summary.error(), job.input);
  return summary;
}

}  // namespace pantile
