#include "pipeline/job/folder_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "io/png/png_flaw.h"
#include "io/store/file_handle.h"
#include "io/store/os_error.h"
#include "io/tiff/sums.h"
#include "io/zarr/zarr_source.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/drain/image_job.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/folder/job_folder.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/preview_size.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// One run of a job, stage by stage.
class FolderRun {
 public:
  FolderRun(const FolderJob& job, JobLanes lanes, FolderSetup setup, JobFolder folder,
            const RunOptions& run)
      : job_(job),
        lanes_(std::move(lanes)),
        setup_(std::move(setup)),
        folder_(std::move(folder)),
        run_(run) {}

  Result<JobSummary> execute() {
    const LevelInfo& image = plan().spec.levels.front();
    previews_ = plan_previews(image.width, image.height, options().previews);
    PANTILE_TRY(make_sinks());
    // The record first: a folder with a store but no record would be taken for a stranger's.
    // Where there is one already, it is not touched before there is room for what is new.
    if (!folder_.earlier) PANTILE_TRY(begin_record());
    for (TileSink* sink : sinks_) {
      PANTILE_TRY(sink->begin(plan()).with_context(folder_.path));
      if (!sink->finished()) made_.insert(sink->name());
    }
    image_job_ = {job_.source.get(),     sinks_, plan(),
                  setup_.memory.threads, {},     lanes_.workers_read};
    for (const auto& lane : lanes_.lanes) image_job_.lanes.push_back(lane.get());
    stages_.emplace(image_job_, run_);
    PANTILE_TRY(stages_->prepare());
    PANTILE_TRY(check_room());
    PANTILE_TRY(mark_begun());
    PANTILE_TRY(begin_record());
    if (stages_->complete() && store_->finished()) note("every pixel is there already");
    PANTILE_TRY(stages_->drain_as("render"));
    if (run_.share_count > 1) {
      note(
          "this share is done; when all shares are, run the same command without --share to "
          "complete the picture");
      return summarise();
    }
    PANTILE_TRY(stages_->finish_as("store", *store_));
    if (tiff_ != nullptr) PANTILE_TRY(stages_->finish_as("tiff", *tiff_));
    PANTILE_TRY(make_previews());
    PANTILE_TRY(remove_parts());
    return summarise();
  }

 private:
  static std::string key_of(const PlannedPreview& preview) {
    return fmt::format("{}/{}.png", kPreviewFolder, preview.name);
  }
  const OutputOptions& options() const { return job_.output; }
  const SinkPlan& plan() const { return job_.plan; }
  void note(std::string_view text) {
    if (run_.listener != nullptr) run_.listener->on_note(text);
  }
  std::shared_ptr<FileStore> sub_folder(const std::string& name) const {
    return std::make_shared<FileStore>(folder_.path + "/" + name);
  }

  Status make_sinks() {
    store_ = make_store_sink(sub_folder(kStoreName), kStoreName, options().zstd_level,
                             plan().planes, job_.facts_json, setup_.memory.spool_cap_bytes);
    sinks_.push_back(store_.get());
    if (!options().tiff.enabled) return {};
    PANTILE_ASSIGN(tiff_,
                   make_tiff_sink(folder_.files, sub_folder(std::string(kPartsFolder) + "/tiff"),
                                  options().tiff,
                                  {.file = kTiffName,
                                   .replace = true,
                                   .whole = run_.share_count == 1,
                                   .spool_cap_bytes = setup_.memory.spool_cap_bytes,
                                   .cancel = run_.cancel}));
    sinks_.push_back(tiff_.get());
    return {};
  }

  /// Records the job before its first pixel; exports of earlier runs stay recorded.
  Status begin_record() {
    if (folder_.earlier) record_.forms = folder_.earlier->forms;
    record_.command = job_.command;
    record_.config_json = job_.config_json;
    record_.pixels = job_.pixels;
    for (const TileSink* sink : sinks_) record_.forms[sink->name()] = sink->form();
    for (const PlannedPreview& preview : previews_)
      record_.forms.try_emplace(key_of(preview));  // to come
    return save_record();
  }

  /// The folder of parts says that the job is not at its end, from before anything is recorded
  /// that is to come until all of it is there.
  Status mark_begun() const {
    const bool to_do =
        !made_.empty() ||
        std::any_of(previews_.begin(), previews_.end(), [this](const PlannedPreview& preview) {
          const auto recorded = folder_.earlier->forms.find(key_of(preview));
          return recorded == folder_.earlier->forms.end() ||
                 recorded->second != preview_form(preview.size);
        });
    return to_do ? make_folders(folder_.path + "/" + kPartsFolder) : Status();
  }

  Status save_record() {
    if (folder_.earlier && to_json(*folder_.earlier) == to_json(record_)) return {};
    PANTILE_TRY(write_job_record(*folder_.files, record_));
    folder_.earlier = record_;
    return {};
  }

  /// The disk must hold what is still to come; what an earlier run wrote lies there already.
  Status check_room() const {
    const auto part_of = [this](std::size_t sink, double share) {
      return static_cast<std::int64_t>(share * static_cast<double>(setup_.estimate.bytes[sink]));
    };
    std::int64_t needed = part_of(0, stages_->missing_fraction(0));
    if (tiff_ != nullptr && !tiff_->finished()) {
      // Its fragments, and the file that the last of all shares makes of them.
      needed += part_of(1, stages_->missing_fraction(1) + (run_.share_count == 1 ? 1 : 0));
    }
    for (const PlannedPreview& preview : previews_) {
      PANTILE_ASSIGN(const bool there, folder_.files->exists(key_of(preview)));
      if (!there && run_.share_count == 1) needed += estimate_preview(preview.size);
    }
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(folder_.path));
    return check_disk(folder_.path, needed, free_bytes, kWriteLessAdvice);
  }

  Status make_previews() {
    PANTILE_ASSIGN(std::shared_ptr<const TileSource> image,
                   zarr::ZarrSource::open(sub_folder(kStoreName), {}));
    PANTILE_ASSIGN(image, colour_values(image, folder_.path + "/" + kStoreName, job_.facts_json, {},
                                        ColourSource::Levels::all));
    for (const PlannedPreview& preview : previews_) PANTILE_TRY(make_preview(image, preview));
    return save_record();
  }

  /// Everything is in place: what only a resume would have needed goes, and with it the sign that
  /// the job is not at its end.
  Status remove_parts() const {
    const std::string parts = folder_.path + "/" + kPartsFolder;
    std::error_code error;
    std::filesystem::remove_all(parts, error);
    return error ? Status(os_error(error.value(), "remove", parts)) : Status();
  }

  Status make_preview(const std::shared_ptr<const TileSource>& image,
                      const PlannedPreview& preview) {
    const FittedSize size = preview.size;
    const std::string key = key_of(preview);
    const std::string form = preview_form(size);
    PANTILE_ASSIGN(const bool there, folder_.files->exists(key));
    std::string& recorded = record_.forms[key];
    if (there && recorded == form) {
      PANTILE_ASSIGN(const std::string flaw,
                     png::find_flaw(*folder_.files, key, size.width, size.height));
      if (flaw.empty()) return {};
      note(fmt::format("{} {}; it is made again", key, flaw));
    }
    PANTILE_TRY(stages_->check_cancelled());
    // A picture of another size must not be taken for this one if the process dies in between.
    if (!recorded.empty()) {
      recorded.clear();
      PANTILE_TRY(save_record());
    }
    StageReporter stage(run_.listener, key, "rows", size.height);
    PANTILE_TRY(write_preview(image, size.width, size.height, folder_.path + "/" + key,
                              setup_.memory.threads, run_.cancel,
                              [&stage](std::int64_t rows) { stage.add(rows); }));
    stages_->add_stage(stage.end());
    recorded = form;
    made_.insert(key);
    return {};
  }

  /// Decoded bytes of an output: of all levels, or of a preview of the size that is recorded.
  std::int64_t raw_bytes_of(const std::string& name, const std::string& form) const {
    if (name == kStoreName || name == kTiffName) return raw_bytes(plan());
    const auto size = parse_preview_form(form);
    return size ? 3 * size->width * size->height : 0;  // values are shown in colours too
  }

  /// Everything that lies in the folder, also what only an earlier run was asked for.
  JobSummary summarise() const {
    JobSummary summary = stages_->summary();
    for (const auto& [name, form] : record_.forms) {
      const std::string path = folder_.path + "/" + name;
      const std::int64_t bytes = disk_bytes(path);
      if (bytes == 0) continue;
      summary.outputs.push_back({path, raw_bytes_of(name, form), bytes, made_.contains(name)});
      if (name != kTiffName) continue;
      const std::string sums = tiff::sums_key(path);  // lies beside it, and counts with it
      summary.outputs.push_back({sums, 0, disk_bytes(sums), made_.contains(name)});
    }
    return summary;
  }

  const FolderJob& job_;
  JobLanes lanes_;
  FolderSetup setup_;
  JobFolder folder_;
  const RunOptions& run_;
  std::unique_ptr<zarr::ZarrSink> store_;
  std::unique_ptr<tiff::TiffSink> tiff_;
  std::vector<TileSink*> sinks_;
  JobRecord record_;
  std::set<std::string> made_;  ///< Outputs that this run makes.
  ImageJob image_job_;
  std::optional<ImageJobRun> stages_;
  std::vector<PlannedPreview> previews_;
};

}  // namespace

Result<JobSummary> run_folder_job(const FolderJob& job, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  const std::string& out = job.output.out;
  if (out.empty()) return Error(Code::invalid, "no output folder: give --out FOLDER");
  PANTILE_TRY(check_writable(out));
  JobLanes lanes;
  if (job.open_lanes) {
    PANTILE_ASSIGN(lanes, job.open_lanes(run));
  }
  auto fitted = set_up_folder_or_drop(job, run, lanes);
  if (run.listener != nullptr) {
    for (const std::string& text : lanes.notes) run.listener->on_note(text);
  }
  PANTILE_ASSIGN(FolderSetup setup, std::move(fitted));
  // Before anything is written, or thrown away. What a resume still needs, it finds out itself.
  if (!is_job_folder(out) || run.restart) {
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(out));
    const std::int64_t freed_bytes = run.restart ? disk_bytes(out) : 0;
    PANTILE_TRY(
        check_disk(out, setup.peak_disk_bytes(), free_bytes + freed_bytes, kWriteLessAdvice));
  }
  PANTILE_ASSIGN(JobFolder folder, open_job_folder(out, job.pixels, run));
  return FolderRun(job, std::move(lanes), std::move(setup), std::move(folder), run).execute();
}

Result<JobSummary> run_locked_folder_job(const FolderJob& job, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(FolderSetup setup, set_up_folder(job, run));
  PANTILE_ASSIGN(JobFolder folder, open_locked_job_folder(job.output.out, job.pixels));
  // What is to be mended is little: it is left to the CPU.
  return FolderRun(job, {}, std::move(setup), std::move(folder), run).execute();
}

}  // namespace pantile
