#include "pantile/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "io/codec/codecs.h"
#include "io/store/file_handle.h"
#include "io/tiff/sums.h"
#include "pipeline/disk_space.h"
#include "pipeline/estimate.h"
#include "pipeline/image_job.h"
#include "pipeline/job_folder.h"
#include "pipeline/memory_plan.h"
#include "pipeline/open_image.h"
#include "pipeline/outputs.h"
#include "pipeline/picture.h"
#include "pipeline/preview_size.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

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

/// Converting into a store or a TIFF: a drain that can be resumed until its result is in place.
class ConvertRun {
 public:
  ConvertRun(ConvertOptions options, const RunOptions& run)
      : options_(std::move(options)),
        run_(run),
        parts_(options_.output + ".parts"),
        made_(parts_ + "/made") {}

  Result<JobSummary> execute() {
    PANTILE_ASSIGN(image_, open_view(options_.input, options_.region, options_.colour, false,
                                     ColourSource::Levels::first));
    PANTILE_TRY(check_apart(image_.path, options_.output));
    PANTILE_TRY(check_apart(image_.path, parts_));
    const bool changed = options_.region.has_value() || options_.colour.any();
    const std::int64_t tile =
        options_.tile_px != 0 || changed ? options_.tile_px : usable_tile(image_.chunk_px);
    PANTILE_ASSIGN(plan_, plan_layout(image_.source->spec(), tile, options_.shard_px));
    PANTILE_TRY(prepare());
    const ImageJob job{image_.source.get(), {sink_.get()}, plan_, memory_.threads};
    ImageJobRun stages(job, run_);
    PANTILE_TRY(stages.prepare());
    PANTILE_TRY(stages.drain_as("convert"));
    if (run_.share_count > 1) return summarise(stages);
    PANTILE_TRY(stages.finish_as("finish", *sink_));
    if (!to_store()) PANTILE_TRY(put_in_place());
    std::error_code ignored;  // what is left of the parts does no harm
    for (const char* folder : {"/tiff", "/made", ""}) fs::remove_all(parts_ + folder, ignored);
    return summarise(stages);
  }

 private:
  bool to_store() const { return format_of(options_.output) == FileFormat::zarr; }
  /// The input's own chunk edge where a store or TIFF of ours could have it, else the default.
  static std::int64_t usable_tile(std::int64_t chunk_px) {
    return chunk_px % 16 == 0 && chunk_px >= 64 && chunk_px <= 4096 ? chunk_px : 0;
  }

  PixelSettings settings() const {
    PixelSettings all{{"input", image_.source->fingerprint().hex()},
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
      return Error(Code::conflict, options_.output +
                                       " is there already; remove it, choose "
                                       "another name, or give --restart to "
                                       "replace it");
    }
    if (there && run_.restart && to_store()) PANTILE_TRY(check_store());
    Codecs codecs;
    if (to_store()) {
      PANTILE_ASSIGN(auto codec, make_store_codec(options_.zstd_level));
      codecs.push_back(std::move(codec));
    } else {
      PANTILE_ASSIGN(auto codec, make_tiff_codec(options_.tiff));
      codecs.push_back(std::move(codec));
    }
    PANTILE_TRY(plan_resources(codecs));
    PANTILE_ASSIGN(folder_, open_job_folder(parts_, settings(), run_));
    if (there && run_.restart) PANTILE_TRY(remove_output());
    const fs::path output(options_.output);
    if (to_store()) {
      auto store = std::make_shared<FileStore>(options_.output);
      // Whoever left them is dead: a whole conversion holds the lock of the parts alone.
      if (run_.share_count == 1) PANTILE_TRY(store->remove_leftovers());
      sink_ = make_store_sink(std::move(store), output.filename().string(), options_.zstd_level,
                              options_.colour.any() ? "{}" : image_.facts_json,
                              memory_.spool_cap_bytes);
    } else {
      PANTILE_ASSIGN(sink_,
                     make_tiff_sink(std::make_shared<FileStore>(made_),
                                    std::make_shared<FileStore>(parts_ + "/tiff"), options_.tiff,
                                    {.file = output.filename().string(),
                                     .replace = true,
                                     .whole = run_.share_count == 1,
                                     .spool_cap_bytes = memory_.spool_cap_bytes,
                                     .cancel = run_.cancel}));
    }
    JobRecord record{"convert", "{}", settings(), {{sink_->name(), sink_->form()}}};
    if (folder_->earlier && folder_->earlier->forms != record.forms) {
      return Error(
          Code::conflict,
          fmt::format("{} was begun in another form ({} there, {} here); "
                      "give --restart to begin anew",
                      options_.output, folder_->earlier->forms.begin()->second, sink_->form()));
    }
    PANTILE_TRY(write_job_record(*folder_->files, record));
    return sink_->begin(plan_);
  }

  /// Only a store is replaced, never a folder that merely has its name.
  Status check_store() const {
    std::error_code error;
    if (!fs::exists(fs::path(options_.output) / "zarr.json", error) &&
        !fs::exists(fs::path(options_.output) / "0" / "zarr.json", error)) {
      return Error(Code::foreign, options_.output +
                                      " is not a Zarr store; it is left alone: "
                                      "choose another name");
    }
    return {};
  }

  /// What is there must not be taken for a part of this conversion.
  Status remove_output() const {
    std::vector<std::string> files{options_.output};
    if (!to_store()) files.push_back(tiff::sums_key(options_.output));
    for (const std::string& path : files) {
      std::error_code error;
      fs::remove_all(path, error);
      if (error) return Error(Code::io, "cannot remove " + path + ": " + error.message());
    }
    return {};
  }

  /// Gives a TIFF its name. It was made among the parts, so that a killed run leaves nothing beside
  /// the output. Its sums go first: once the TIFF has its name, nothing is missing.
  Status put_in_place() const {
    const fs::path output(options_.output);
    const std::string made = (fs::path(made_) / output.filename()).string();
    for (const auto& [from, to] : {std::pair(tiff::sums_key(made), tiff::sums_key(options_.output)),
                                   std::pair(made, options_.output)}) {
      std::error_code error;
      fs::rename(from, to, error);
      if (error) {
        return Error(Code::io, "cannot give " + to + " its name: " + error.message());
      }
    }
    return sync_folder(output.has_parent_path() ? output.parent_path().string() : ".");
  }

  Status plan_resources(const Codecs& codecs) {
    const Rect chunk{0, 0, std::min(plan_.chunk_px, plan_.spec.levels[0].width),
                     std::min(plan_.chunk_px, plan_.spec.levels[0].height)};
    const Cost cost = image_.source->cost(plan_.spec.region(0, chunk));
    const std::int64_t tables = to_store() ? 0 : tiff_table_bytes(plan_);
    const auto working = [&](int threads) {
      return drain_memory_bytes(plan_, codecs, threads) + threads * cost.scratch_bytes +
             cost.shared_bytes + tables;
    };
    PANTILE_ASSIGN(memory_, plan_memory(run_, working, 1, 0));
    PANTILE_ASSIGN(const Estimate estimate, estimate_drain(*image_.source, plan_, codecs));
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(options_.output));
    std::error_code error;
    if (is_job_folder(parts_)) return {};  // some of it is written already
    return check_disk(options_.output, estimate.bytes[0] * (to_store() ? 1 : 2), free_bytes,
                      "write to another disk");
  }

  JobSummary summarise(const ImageJobRun& stages) const {
    JobSummary summary = stages.summary();
    summary.outputs.push_back({options_.output, raw_bytes(plan_), disk_bytes(options_.output)});
    return summary;
  }

  const ConvertOptions options_;
  const RunOptions& run_;
  const std::string parts_;
  const std::string made_;  ///< Where a TIFF is put together.
  OpenImage image_;
  SinkPlan plan_;
  MemoryPlan memory_;
  std::optional<JobFolder> folder_;
  std::unique_ptr<TileSink> sink_;
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
      return Error(Code::invalid, options.output +
                                      ": expected a name that ends in .ome.zarr, "
                                      ".tif, .tiff or .png");
  }
  std::error_code error;
  if (fs::exists(options.output, error) && !run.restart) {
    return Error(Code::conflict, options.output +
                                     " is there already; remove it, choose another "
                                     "name, or give --restart to replace it");
  }
  PANTILE_ASSIGN(const OpenImage image, open_view(options.input, options.region, options.colour,
                                                  true, ColourSource::Levels::first));
  PANTILE_TRY(check_apart(image.path, options.output));
  const LevelInfo& level = image.source->spec().levels.front();
  return write_picture(image, {level.width, level.height, false}, options.output, run);
}

}  // namespace pantile
