#include "pantile/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "ops/crop/crop_source.h"
#include "pipeline/drain.h"
#include "pipeline/estimate.h"
#include "pipeline/generate_setup.h"
#include "pipeline/job_folder.h"
#include "pipeline/memory_plan.h"
#include "pipeline/open_image.h"
#include "pipeline/outputs.h"
#include "pipeline/previews.h"
#include "pipeline/setting_names.h"
#include "pipeline/stage_reporter.h"
#include "pipeline/value_colours.h"
#include "runtime/memory.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string to_text(const RecolourOptions& c) {
  const auto number = [](const std::optional<double>& v) {
    return v ? fmt::format("{}", *v) : std::string("-");
  };
  const auto color = [](const std::optional<Rgb8>& v) {
    return v ? hex_color(*v) : std::string("-");
  };
  return fmt::format("{} {},{} {} {} {}", c.colormap.value_or("-"), number(c.range_lo),
                     number(c.range_hi), color(c.nan_color), color(c.neg_inf_color),
                     color(c.pos_inf_color));
}

/// The image to be written: opened, cut out, coloured. `levels`: see ColourSource.
Result<OpenImage> open_view(const std::string& input, const std::optional<Rect>& region,
                            const RecolourOptions& colour, bool as_picture,
                            ColourSource::Levels levels) {
  PANTILE_ASSIGN(OpenImage image, open_image(input));
  const ImageSpec& spec = image.source->spec();
  if (spec.t * spec.z != 1) {
    return Error(Code::foreign, fmt::format("{} has {} planes (t {}, z {}); only images of one "
                                            "plane can be converted",
                                            image.path, spec.t * spec.z, spec.t, spec.z));
  }
  if (region) {
    PANTILE_ASSIGN(image.source, CropSource::create(image.source, *region));
  }
  const bool pictures_only = as_picture && spec.kind == Kind::intensity && spec.channels != 1;
  if (pictures_only && !colour.any()) {
    return Error(Code::foreign, fmt::format("{} has {} channels of values, expected colours or "
                                            "one channel; give --colormap to see the first",
                                            image.path, spec.channels));
  }
  if (as_picture || colour.any()) {
    PANTILE_ASSIGN(image.source,
                   colour_values(image.source, image.facts_json, colour, levels));
  }
  return image;
}

/// The rows of a PNG, with progress, as a job of its own.
Result<JobSummary> write_picture(const OpenImage& image, const FittedSize& size,
                                 const std::string& path, const RunOptions& run) {
  const Clock::time_point begin = Clock::now();
  const auto working = [&](int threads) {
    return preview_memory_bytes(image.source->spec(), size.width, threads);
  };
  PANTILE_ASSIGN(const MemoryPlan memory, plan_memory(run, working, 1, 0));
  StageReporter stage(run.listener, "picture", "rows", size.height);
  PANTILE_TRY(write_preview(image.source, size.width, size.height, path, memory.threads,
                            run.cancel, [&stage](std::int64_t rows) { stage.add(rows); }));
  JobSummary summary;
  summary.stages.push_back(stage.end());
  summary.pixels = summary.pixels_done = size.width * size.height;
  summary.wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
  summary.peak_memory_bytes = peak_resident_bytes();
  summary.outputs.push_back(
      {path, summary.pixels * image.source->spec().pixel_bytes(), disk_bytes(path)});
  return summary;
}

/// Converting into a store or a TIFF: a drain that can be resumed until its result is in place.
class ConvertRun {
 public:
  ConvertRun(ConvertOptions options, const RunOptions& run)
      : options_(std::move(options)), run_(run), parts_(options_.output + ".parts") {}

  Result<JobSummary> execute() {
    PANTILE_ASSIGN(image_, open_view(options_.input, options_.region, options_.colour, false,
                                     ColourSource::Levels::first));
    std::error_code error;
    if (fs::equivalent(image_.path, options_.output, error)) {
      return Error(Code::invalid, options_.output + " is the input itself; choose another name");
    }
    const bool changed = options_.region.has_value() || options_.colour.any();
    const std::int64_t tile =
        options_.tile_px != 0 || changed ? options_.tile_px : usable_tile(image_.chunk_px);
    PANTILE_ASSIGN(plan_, plan_layout(image_.source->spec(), tile, options_.shard_px));
    PANTILE_TRY(prepare());
    PANTILE_TRY(drain_all());
    if (run_.share_count > 1) return summarise();
    if (cancelled()) return Error(Code::cancelled, "stopped on request");
    StageReporter stage(run_.listener, "finish", "files", 1);
    PANTILE_TRY(sink_->finish());
    stage.add(1);
    stages_.push_back(stage.end());
    std::error_code ignored;  // what is left of the parts does no harm
    fs::remove_all(parts_ + "/tiff", ignored);
    fs::remove_all(parts_, ignored);
    return summarise();
  }

 private:
  bool to_store() const { return format_of(options_.output) == FileFormat::zarr; }
  bool cancelled() const { return run_.cancel != nullptr && run_.cancel->cancelled(); }
  /// The input's own chunk edge where a store or TIFF of ours could have it, else the default.
  static std::int64_t usable_tile(std::int64_t chunk_px) {
    return chunk_px % 16 == 0 && chunk_px >= 64 && chunk_px <= 4096 ? chunk_px : 0;
  }

  Settings settings() const {
    Settings all{{"input", image_.source->fingerprint().hex()},
                 {"colour", to_text(options_.colour)},
                 {"tile", std::to_string(plan_.chunk_px)},
                 {"shard", std::to_string(plan_.shard_px)}};
    if (options_.region) {
      const Rect& r = *options_.region;
      all.emplace_back("region", fmt::format("{},{},{},{}", r.x0, r.y0, r.width(), r.height()));
    }
    return all;
  }

  /// Memory, sink, and the record by which an interrupted conversion is known again.
  Status prepare() {
    std::error_code error;
    const bool unfinished = is_job_folder(parts_);
    const bool there = fs::exists(options_.output, error);
    if (!unfinished && there && !run_.restart) {
      return Error(Code::conflict, options_.output + " is there already; remove it, choose "
                                                     "another name, or give --restart to "
                                                     "replace it");
    }
    if (there && run_.restart && to_store()) PANTILE_TRY(check_store());
    Codecs codecs;
    if (to_store()) {
      PANTILE_ASSIGN(auto codec, make_codec({.method = codec::Method::zstd,
                                             .level = options_.zstd_level}));
      codecs.push_back(std::move(codec));
    } else {
      PANTILE_ASSIGN(auto codec, make_tiff_codec(options_.tiff));
      codecs.push_back(std::move(codec));
    }
    PANTILE_TRY(plan_resources(codecs));
    PANTILE_ASSIGN(folder_, open_job_folder(parts_, settings(), run_));
    if (there && run_.restart) PANTILE_TRY(remove_output());
    const fs::path output(options_.output);
    const std::string parent = output.has_parent_path() ? output.parent_path().string() : ".";
    if (to_store()) {
      sink_ = make_store_sink(std::make_shared<FileStore>(options_.output),
                              output.filename().string(), options_.zstd_level,
                              options_.colour.any() ? "{}" : image_.facts_json,
                              memory_.spool_cap_bytes);
    } else {
      PANTILE_ASSIGN(sink_,
                     make_tiff_sink(std::make_shared<FileStore>(parent),
                                    std::make_shared<FileStore>(parts_ + "/tiff"), options_.tiff,
                                    {.file = output.filename().string(),
                                     .replace = run_.restart || unfinished,
                                     .whole = run_.share_count == 1,
                                     .spool_cap_bytes = memory_.spool_cap_bytes,
                                     .cancel = run_.cancel}));
    }
    JobRecord record{"convert", "{}", settings(), {{sink_->name(), sink_->form()}}};
    if (folder_->earlier && folder_->earlier->forms != record.forms) {
      return Error(Code::conflict, fmt::format("{} was begun in another form ({} there, {} here); "
                                               "give --restart to begin anew",
                                               options_.output,
                                               folder_->earlier->forms.begin()->second,
                                               sink_->form()));
    }
    PANTILE_TRY(write_job_record(*folder_->files, record));
    return sink_->begin(plan_);
  }

  /// Only a store is replaced, never a folder that merely has its name.
  Status check_store() const {
    std::error_code error;
    if (!fs::exists(fs::path(options_.output) / "zarr.json", error) &&
        !fs::exists(fs::path(options_.output) / "0" / "zarr.json", error)) {
      return Error(Code::foreign, options_.output + " is not a Zarr store; it is left alone: "
                                                    "choose another name");
    }
    return {};
  }

  /// What is there must not be taken for a part of this conversion.
  Status remove_output() const {
    for (const std::string& path : {options_.output, options_.output + ".sums"}) {
      if (path.ends_with(".sums") && to_store()) continue;
      std::error_code error;
      fs::remove_all(path, error);
      if (error) return Error(Code::io, "cannot remove " + path + ": " + error.message());
    }
    return {};
  }

  Status plan_resources(const Codecs& codecs) {
    const Rect chunk{0, 0, std::min(plan_.chunk_px, plan_.spec.levels[0].width),
                     std::min(plan_.chunk_px, plan_.spec.levels[0].height)};
    const std::int64_t scratch = image_.source->cost(plan_.spec.region(0, chunk)).scratch_bytes;
    const std::int64_t tables = to_store() ? 0 : tiff_table_bytes(plan_);
    const auto working = [&](int threads) {
      return drain_memory_bytes(plan_, codecs, threads) + threads * scratch + tables;
    };
    PANTILE_ASSIGN(memory_, plan_memory(run_, working, 1, 0));
    PANTILE_ASSIGN(const Estimate estimate, estimate_drain(*image_.source, plan_, codecs));
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(options_.output));
    std::error_code error;
    if (is_job_folder(parts_)) return {};  // some of it is written already
    return check_disk(options_.output, estimate.bytes[0] * (to_store() ? 1 : 2), free_bytes);
  }

  Status drain_all() {
    DrainJob job;
    job.source = image_.source.get();
    job.encoded = dynamic_cast<const EncodedChunks*>(job.source);
    job.sinks = {sink_.get()};
    job.plan = plan_;
    job.share = {run_.share_index, run_.share_count};
    std::unique_ptr<TileSource> stored;
    if (to_store()) {
      PANTILE_ASSIGN(stored, static_cast<zarr::ZarrSink&>(*sink_).open_source({}));
      job.store = 0;
      job.stored = stored.get();
    }
    const ShardLayout layout(plan_);
    const DrainPlan todo = plan_drain(layout, job.sinks, job.store,
                                      matching_levels(*job.source, plan_), job.share);
    StageReporter stage(run_.listener, "convert", "px", todo.leaf_pixels);
    DrainOptions drain_options;
    drain_options.threads = memory_.threads;
    drain_options.cancel = run_.cancel;
    drain_options.on_pixels = [&stage](std::int64_t pixels) { stage.add(pixels); };
    const Status drained = drain(job, todo, drain_options);
    stages_.push_back(stage.end());
    return drained;
  }

  JobSummary summarise() const {
    JobSummary summary;
    const LevelInfo& level = plan_.spec.levels.front();
    summary.pixels = summary.pixels_done = level.width * level.height;
    summary.wall_s = std::chrono::duration<double>(Clock::now() - begin_).count();
    summary.peak_memory_bytes = peak_resident_bytes();
    summary.stages = stages_;
    summary.outputs.push_back(
        {options_.output, raw_bytes(plan_), disk_bytes(options_.output)});
    return summary;
  }

  const ConvertOptions options_;
  const RunOptions& run_;
  const std::string parts_;
  OpenImage image_;
  SinkPlan plan_;
  MemoryPlan memory_;
  std::optional<JobFolder> folder_;
  std::unique_ptr<TileSink> sink_;
  std::vector<StageSummary> stages_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

Result<JobSummary> run_convert(const ConvertOptions& given, const RunOptions& run) {
  ConvertOptions options = given;
  while (options.output.ends_with('/')) options.output.pop_back();
  switch (format_of(options.output)) {
    case FileFormat::zarr:
    case FileFormat::tiff: return ConvertRun(options, run).execute();
    case FileFormat::png: break;
    case FileFormat::unknown:
      return Error(Code::invalid, options.output + ": expected a name that ends in .ome.zarr, "
                                                   ".tif, .tiff or .png");
  }
  std::error_code error;
  if (fs::exists(options.output, error) && !run.restart) {
    return Error(Code::conflict, options.output + " is there already; remove it, choose another "
                                                  "name, or give --restart to replace it");
  }
  PANTILE_ASSIGN(const OpenImage image, open_view(options.input, options.region, options.colour,
                                                  true, ColourSource::Levels::first));
  const LevelInfo& level = image.source->spec().levels.front();
  return write_picture(image, {level.width, level.height, false}, options.output, run);
}

Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run) {
  PANTILE_ASSIGN(const OpenImage image, open_view(options.input, options.region, options.colour,
                                                  true, ColourSource::Levels::all));
  const LevelInfo& level = image.source->spec().levels.front();
  PreviewSize wanted{"", options.width, options.height};
  if (wanted.width == 0) wanted.width = level.width;
  if (wanted.width < 0 || wanted.height < 0) {
    return Error(Code::invalid, "preview: width and height must not be negative");
  }
  const FittedSize size = fit_preview(level.width, level.height, wanted);
  if (size.limited && run.listener != nullptr) {
    run.listener->on_note(fmt::format("the picture has {}x{} pixels and is not enlarged",
                                      level.width, level.height));
  }
  std::string path = options.output;
  if (path.empty()) {
    const std::string name = preview_name({"", size.width, 0}) + ".png";
    fs::path input = fs::path(options.input).lexically_normal();
    if (input.filename().empty()) input = input.parent_path();
    path = is_job_folder(options.input)
               ? (input / kPreviewFolder / name).string()
               : (input.parent_path() / (input.stem().stem().string() + "-" + name)).string();
  }
  return write_picture(image, size, path, run);
}

}  // namespace pantile
