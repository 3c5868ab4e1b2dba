#include "pantile/generate.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "pipeline/generate_setup.h"
#include "pipeline/job_folder.h"
#include "pipeline/open_image.h"
#include "pipeline/previews.h"
#include "pipeline/setting_names.h"
#include "pipeline/stage_reporter.h"
#include "pipeline/value_colours.h"
#include "runtime/memory.h"

namespace pantile {
namespace {

/// One run of a generate job, stage by stage.
class GenerateRun {
 public:
  GenerateRun(GenerateSetup setup, JobFolder folder, const RunOptions& run)
      : setup_(std::move(setup)), folder_(std::move(folder)), run_(run) {}

  Result<JobSummary> execute() {
    PANTILE_TRY(make_sinks());
    // The record first: a folder with a store but no record would be taken for a stranger's.
    PANTILE_TRY(begin_record());
    for (TileSink* sink : sinks_) PANTILE_TRY(sink->begin(plan()).with_context(folder_.path));
    PANTILE_TRY(render());
    if (run_.share_count > 1) {
      note("this share is done; when all shares are, run the same command without --share to "
           "complete the picture");
      return summarise();
    }
    PANTILE_TRY(finish_sinks());
    PANTILE_TRY(make_previews());
    remove_parts();
    return summarise();
  }

 private:
  const GenerateOptions& options() const { return setup_.job.options; }
  const SinkPlan& plan() const { return setup_.job.plan; }
  void note(std::string_view text) {
    if (run_.listener != nullptr) run_.listener->on_note(text);
  }
  bool cancelled() const { return run_.cancel != nullptr && run_.cancel->cancelled(); }
  std::shared_ptr<FileStore> sub_folder(const std::string& name) const {
    return std::make_shared<FileStore>(folder_.path + "/" + name);
  }

  Status make_sinks() {
    store_ = make_store_sink(sub_folder(kStoreName), kStoreName, options().zstd_level,
                             setup_.job.facts_json, setup_.memory.spool_cap_bytes);
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
    record_.command = "generate";
    record_.config_json = config_json(options());
    record_.pixels = setup_.job.pixels;
    for (const TileSink* sink : sinks_) record_.forms[sink->name()] = sink->form();
    return save_record();
  }

  Status save_record() {
    if (folder_.earlier && to_json(*folder_.earlier) == to_json(record_)) return {};
    PANTILE_TRY(write_job_record(*folder_.files, record_));
    folder_.earlier = record_;
    return {};
  }

  Status render() {
    DrainJob job;
    job.source = setup_.job.source.get();
    job.sinks = sinks_;
    job.plan = plan();
    job.store = 0;
    PANTILE_ASSIGN(const auto stored, store_->open_source({}));
    job.stored = stored.get();
    job.share = {run_.share_index, run_.share_count};
    const ShardLayout layout(plan());
    const DrainPlan todo = plan_drain(layout, sinks_, job.store, 1, job.share);
    const std::int64_t image_pixels = options().width * options().height;
    rendered_pixels_ = todo.source_pixels;
    PANTILE_TRY(check_room(todo, image_pixels));
    // What needs no rendering any more is counted as done by an earlier run.
    const std::int64_t total = std::max(image_pixels, todo.leaf_pixels);
    const std::int64_t resumed = run_.share_count > 1 ? 0 : total - todo.leaf_pixels;
    const std::string_view name = todo.source_pixels > 0 ? "render" : "export";
    StageReporter stage(run_.listener, name, "px",
                        run_.share_count > 1 ? todo.leaf_pixels : total, resumed);
    DrainOptions drain_options;
    drain_options.threads = setup_.memory.threads;
    drain_options.cancel = run_.cancel;
    drain_options.on_pixels = [&stage](std::int64_t pixels) { stage.add(pixels); };
    const Status drained = drain(job, todo, drain_options);
    stages_.push_back(stage.end());
    return drained;
  }

  /// The disk must hold what is still to come; what an earlier run wrote lies there already.
  Status check_room(const DrainPlan& todo, std::int64_t image_pixels) const {
    if (todo.leaves.empty()) return {};
    const double left = static_cast<double>(todo.source_pixels) / static_cast<double>(image_pixels);
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(folder_.path));
    const auto needed = static_cast<std::int64_t>(
        left * static_cast<double>(setup_.peak_disk_bytes()));
    return check_disk(folder_.path, needed, free_bytes);
  }

  Status finish_sinks() {
    for (TileSink* sink : sinks_) {
      if (sink->finished()) continue;
      if (cancelled()) return Error(Code::cancelled, "stopped on request");
      StageReporter stage(run_.listener, sink == store_.get() ? "store" : "tiff", "files", 1);
      PANTILE_TRY(sink->finish());
      stage.add(1);
      stages_.push_back(stage.end());
    }
    return {};
  }

  Status make_previews() {
    PANTILE_ASSIGN(std::shared_ptr<const TileSource> image,
                   zarr::ZarrSource::open(sub_folder(kStoreName), {}));
    PANTILE_ASSIGN(image, colour_values(image, setup_.job.facts_json, {}, ColourSource::Levels::all));
    for (const PreviewSize& preview : options().previews) {
      PANTILE_TRY(make_preview(image, preview));
    }
    return save_record();
  }

  /// Everything is in place: what only a resume would have needed goes.
  void remove_parts() const {
    std::error_code ignored;  // empty folders do no harm
    std::filesystem::remove_all(folder_.path + "/" + kPartsFolder, ignored);
  }

  Status make_preview(const std::shared_ptr<const TileSource>& image, const PreviewSize& preview) {
    const FittedSize size = fit_preview(options().width, options().height, preview);
    if (size.limited) {
      // The first preview that is larger than the picture shows all of it; more would repeat it.
      if (std::exchange(shown_whole_, true)) return {};
      note(fmt::format("preview {} is made as large as the picture, {}x{}; larger ones are left out",
                       preview_name(preview), size.width, size.height));
    }
    const std::string key = std::string(kPreviewFolder) + "/" + preview_name(preview) + ".png";
    const std::string form = std::to_string(size.width) + "x" + std::to_string(size.height);
    PANTILE_ASSIGN(const bool there, folder_.files->exists(key));
    preview_keys_.push_back(key);
    if (there && record_.forms.contains(key) && record_.forms[key] == form) return {};
    if (cancelled()) return Error(Code::cancelled, "stopped on request");
    // A picture of another size must not be taken for this one if the process dies in between.
    if (record_.forms.erase(key) > 0) PANTILE_TRY(save_record());
    StageReporter stage(run_.listener, key, "rows", size.height);
    PANTILE_TRY(write_preview(image, size.width, size.height, folder_.path + "/" + key,
                              setup_.memory.threads, run_.cancel,
                              [&stage](std::int64_t rows) { stage.add(rows); }));
    stages_.push_back(stage.end());
    record_.forms[key] = form;
    return {};
  }

  JobSummary summarise() const {
    JobSummary summary;
    summary.pixels = options().width * options().height;
    summary.pixels_done = rendered_pixels_;
    summary.wall_s = std::chrono::duration<double>(Clock::now() - begin_).count();
    summary.peak_memory_bytes = peak_resident_bytes();
    summary.stages = stages_;
    for (const TileSink* sink : sinks_) {
      const std::string path = folder_.path + "/" + sink->name();
      summary.outputs.push_back({path, raw_bytes(plan()), disk_bytes(path)});
    }
    for (const std::string& key : preview_keys_) {
      const std::string path = folder_.path + "/" + key;
      summary.outputs.push_back({path, 0, disk_bytes(path)});
    }
    return summary;
  }

  using Clock = std::chrono::steady_clock;

  GenerateSetup setup_;
  JobFolder folder_;
  const RunOptions& run_;
  std::unique_ptr<zarr::ZarrSink> store_;
  std::unique_ptr<tiff::TiffSink> tiff_;
  std::vector<TileSink*> sinks_;
  JobRecord record_;
  std::vector<StageSummary> stages_;
  std::vector<std::string> preview_keys_;
  std::int64_t rendered_pixels_ = 0;
  bool shown_whole_ = false;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

Result<JobSummary> run_generate(const GenerateOptions& options, const RunOptions& run) {
  if (options.out.empty()) return Error(Code::invalid, "no output folder: give --out FOLDER");
  PANTILE_ASSIGN(GenerateSetup setup, set_up_generate(options, run));
  if (run.listener != nullptr) {
    for (const std::string& text : setup.job.notes) run.listener->on_note(text);
    for (const std::string& text : setup.job.warnings) run.listener->on_warning(text);
  }
  // Before anything is written, or thrown away. What a resume still needs, it finds out itself.
  if (!is_job_folder(options.out) || run.restart) {
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(options.out));
    const std::int64_t freed_bytes = run.restart ? disk_bytes(options.out) : 0;
    PANTILE_TRY(check_disk(options.out, setup.peak_disk_bytes(), free_bytes + freed_bytes));
  }
  PANTILE_ASSIGN(JobFolder folder, open_job_folder(options.out, setup.job.pixels, run));
  return GenerateRun(std::move(setup), std::move(folder), run).execute();
}

}  // namespace pantile
