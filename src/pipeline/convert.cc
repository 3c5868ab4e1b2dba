#include "pantile/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "io/codec/codecs.h"
#include "io/store/file_handle.h"
#include "io/store/os_error.h"
#include "io/tiff/sums.h"
#include "pipeline/drain/disk_space.h"
#include "pipeline/drain/image_job.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/folder/job_folder.h"
#include "pipeline/folder/open_image.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/job/estimate.h"
#include "pipeline/preview/picture.h"
#include "runtime/workers.h"

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

/// In the parts: the output is complete, and takes its name next.
constexpr char kReadyName[] = "ready";

/// Converting into a store or a TIFF: a drain that can be resumed until its result is in place.
/// Everything is made in the folder of parts beside the output, which appears when it is whole.
class ConvertRun {
 public:
  ConvertRun(ConvertOptions options, const RunOptions& run)
      : options_(std::move(options)),
        run_(run),
        parts_(options_.output + ".parts"),
        made_folder_(parts_ + "/made"),
        made_((fs::path(made_folder_) / fs::path(options_.output).filename()).string()) {}

  Result<JobSummary> execute() {
    Result<JobSummary> summary = convert();
    // Damage does not go away by itself, so the user has to know what waits for its end.
    if (summary.ok() || summary.error().code() != Code::corrupt) return summary;
    const Error error = with_repair_advice(summary.error(), options_.input);
    if (!folder_) return error;
    return Error(Code::corrupt,
                 fmt::format("{}. What is done so far waits in {}: mend that and run the same "
                             "command again to go on (with --restart to begin anew), or remove {} "
                             "to give up",
                             error.message(), parts_, parts_));
  }

 private:
  Result<JobSummary> convert() {
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
    if (!in_place_) {
      PANTILE_TRY(stages.prepare());
      PANTILE_TRY(check_room(stages));
      PANTILE_TRY(stages.drain_as("convert"));
      if (run_.share_count > 1) return summarise(stages, made_);
      PANTILE_TRY(stages.finish_as("finish", *sink_));
      PANTILE_TRY(put_in_place());
    }
    PANTILE_TRY(remove_spent_parts());
    return summarise(stages, options_.output);
  }

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
    const bool there = fs::exists(options_.output, error);
    // As a process leaves it that died after its last step.
    const bool spent = there && !run_.restart && !fs::exists(made_, error) &&
                       fs::exists(parts_ + "/" + kReadyName, error);
    in_place_ = spent && is_job_folder(parts_);
    if (there && !in_place_ && !run_.restart) {
      if (spent || fs::is_empty(parts_, error)) PANTILE_TRY(remove_spent_parts());
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
    if (run_.restart) PANTILE_TRY(remove_earlier());
    const std::string name = fs::path(made_).filename().string();
    if (to_store()) {
      sink_ = make_store_sink(std::make_shared<FileStore>(made_), name, options_.zstd_level,
                              options_.colour.any() ? "{}" : image_.facts_json,
                              memory_.spool_cap_bytes);
    } else {
      PANTILE_ASSIGN(sink_,
                     make_tiff_sink(std::make_shared<FileStore>(made_folder_),
                                    std::make_shared<FileStore>(parts_ + "/tiff"), options_.tiff,
                                    {.file = name,
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
    for (const std::string& path :
         {std::string("/tiff"), std::string("/made"), std::string("/") + kJobFileName}) {
      PANTILE_TRY(remove(parts_ + path));
    }
    PANTILE_TRY(sync_folder(parts_));
    return remove(parts_);
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

  /// Neither the old output nor parts of another conversion must be taken for parts of this one.
  Status remove_earlier() const {
    std::vector<std::string> paths{options_.output, made_folder_, parts_ + "/tiff",
                                   parts_ + "/" + kReadyName};
    if (!to_store()) paths.push_back(tiff::sums_key(options_.output));
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
    const fs::path output(options_.output);
    std::vector<std::pair<std::string, std::string>> moves;
    if (!to_store()) moves.emplace_back(tiff::sums_key(made_), tiff::sums_key(options_.output));
    moves.emplace_back(made_, options_.output);
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
    estimated_bytes_ = estimate.bytes[0];
    if (is_job_folder(parts_) && !run_.restart) return {};  // check_room() knows what is missing
    PANTILE_ASSIGN(std::int64_t free_bytes, free_disk_bytes(options_.output));
    if (run_.restart) free_bytes += disk_bytes(options_.output) + disk_bytes(parts_);
    return check_disk(options_.output, needed_bytes(1), free_bytes, kAdvice);
  }

  /// What is still to be written when `share` of the output is missing, in bytes: a TIFF's
  /// fragments stay until the file that is made of them is in place.
  std::int64_t needed_bytes(double share) const {
    return static_cast<std::int64_t>((share + (to_store() ? 0 : 1)) *
                                     static_cast<double>(estimated_bytes_));
  }

  Status check_room(const ImageJobRun& stages) const {
    if (sink_->finished()) return {};
    PANTILE_ASSIGN(const std::int64_t free_bytes, free_disk_bytes(parts_));
    return check_disk(options_.output, needed_bytes(stages.missing_fraction(0)), free_bytes,
                      kAdvice);
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

  const ConvertOptions options_;
  const RunOptions& run_;
  const std::string parts_;
  const std::string made_folder_;
  const std::string made_;  ///< The output until it is complete.
  bool in_place_ = false;   ///< An earlier run was stopped when only its parts were left to remove.
  std::int64_t estimated_bytes_ = 0;
  OpenImage image_;
  SinkPlan plan_;
  MemoryPlan memory_;
  std::optional<JobFolder> folder_;
  std::unique_ptr<TileSink> sink_;
};

}  // namespace

Result<JobSummary> run_convert(const ConvertOptions& given, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
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
  const auto picture = [&]() -> Result<JobSummary> {
    PANTILE_ASSIGN(const OpenImage image, open_view(options.input, options.region, options.colour,
                                                    true, ColourSource::Levels::first));
    PANTILE_TRY(check_apart(image.path, options.output));
    const LevelInfo& level = image.source->spec().levels.front();
    return write_picture(image, {level.width, level.height, false}, options.output, run);
  };
  Result<JobSummary> summary = picture();
  if (!summary.ok()) return with_repair_advice(summary.error(), options.input);
  return summary;
}

}  // namespace pantile
