#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "io/store/folder_lock.h"
#include "io/zarr/zarr_source.h"
#include "pantile/check.h"
#include "pantile/write_image.h"
#include "pipeline/check/advice.h"
#include "pipeline/check/run_check.h"
#include "pipeline/check/target.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/image_folder_job.h"
#include "pipeline/job/folder_job.h"
#include "pipeline/preview/previews.h"
#include "pipeline/preview/value_colours.h"
#include "pipeline/repair/damage.h"
#include "pipeline/repair/probe.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

/// One repair of a job's folder, whose lock it holds from the first look to the last.
class Repair {
 public:
  /// `job`: of a source that is not recorded; nothing: the record's options make it.
  Repair(const std::string& path, std::optional<FolderJob> job, const RunOptions& run)
      : path_(path), given_(std::move(job)), run_(run) {
    run_.restart = false;
    run_.share_index = 0, run_.share_count = 1;
  }

  Result<CheckReport> execute() {
    PANTILE_TRY(open());
    PANTILE_ASSIGN(const FolderLock lock,
                   FolderLock::take(target_.path, FolderLock::Mode::exclusive));
    PANTILE_TRY(read_job());
    Probe probe(target_.path, job(), run_);
    PANTILE_TRY(probe.check_group());
    // A wrong level-0 chunk may only show once the levels above it are right, and so on up.
    const std::size_t most_rounds = job().plan.spec.levels.size() + 2;
    for (std::size_t round = 0; round < most_rounds; ++round) {
      Damage damage;
      PANTILE_ASSIGN(CheckReport report, check(damage));
      PANTILE_TRY(ask(probe, damage));
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
  const FolderJob& job() const { return *target_.job; }
  const FolderJob* given() const { return given_ ? &*given_ : nullptr; }

  /// Makes sure that there is a job, before anything is locked.
  Status open() {
    FindingLog quiet(nullptr);
    PANTILE_ASSIGN(target_, open_target(path_, {LockHolder::anyone, given()}, quiet));
    if (target_.is_job()) return {};
    CheckReport wrong;
    wrong.finding_count = 1;
    return Error(Code::invalid, path_ +
                                    " is not a job's folder: only a job knows how to make its "
                                    "pixels anew; " +
                                    advise(target_, wrong));
  }

  /// Reads the record and makes sure that it, the store and this version speak of one picture.
  Status read_job() {
    FindingLog quiet(nullptr);
    PANTILE_ASSIGN(target_, open_target(path_, {LockHolder::caller, given()}, quiet));
    if (!target_.record) {
      return Error(Code::corrupt,
                   path_ + "/" + kJobFileName +
                       " is missing or damaged beyond one bit, and the job's options are recorded "
                       "nowhere else; " +
                       without_record_advice());
    }
    const std::string& command = target_.record->command;
    if (given() == nullptr && command != "generate") {
      return Error(Code::invalid,
                   path_ +
                       " was not made by generate: its pixels come from a program of its own; have "
                       "that call pantile::repair_image() with the same image, or remove what "
                       "check names and run it again");
    }
    if (!target_.job) {
      return Error(Code::corrupt, path_ + "/" + kJobFileName +
                                      " holds options that this version of pantile does not "
                                      "understand; use the version that wrote it");
    }
    const std::string differences = describe_differences(target_.record->pixels, job().pixels);
    if (!differences.empty() && given() != nullptr) {
      return Error(Code::conflict, fmt::format("{} holds another image ({}); nothing was changed: "
                                               "give the image and the layout it was written with",
                                               path_, differences));
    }
    if (!differences.empty()) {
      return Error(Code::conflict, fmt::format("{} was made by another version of pantile, whose "
                                               "pixels are others ({}); use that version",
                                               path_, differences));
    }
    target_.job->output.out = target_.path;
    target_.job->config_json = target_.record->config_json;
    PANTILE_ASSIGN(const Bytes text, read_if_there(*target_.folder, kJobFileName));
    record_changed_ = as_text(text) != to_json(*target_.record);
    return {};
  }

  static Result<Bytes> read_if_there(const ByteStore& files, const std::string& key) {
    PANTILE_ASSIGN(const bool there, files.exists(key));
    if (!there) return Bytes{};
    return files.read(key);
  }

  Result<CheckReport> check(Damage& damage) {
    FindingLog log(run_.listener, [&](const Finding& finding) { damage.add(finding); });
    return run_check_into({target_.path, false}, run_, {LockHolder::caller, given()}, log);
  }

  Status ask(Probe& probe, Damage& damage) const {
    FindingLog quiet(nullptr);
    PANTILE_ASSIGN(auto expected, expected_store(target_, quiet));
    if (!expected) return Error(Code::internal, path_ + ": a job's store is always known");
    return probe.ask(std::move(*expected), damage);
  }

  /// Removes what is wrong and has the job make it anew.
  Status mend(Damage& damage) {
    if (record_changed_) PANTILE_TRY(write_job_record(*target_.folder, *target_.record));
    record_changed_ = false;
    for (const std::string& file : damage.files) {
      std::error_code error;
      if (std::filesystem::is_directory(target_.path + "/" + file, error)) {
        return Error(Code::foreign, fmt::format("{}/{} is a folder where a file has to be; nothing "
                                                "was removed: move it away and run repair again",
                                                path_, file));
      }
    }
    for (const std::string& file : damage.files) {
      PANTILE_ASSIGN(const bool there, target_.folder->exists(file));
      if (there) PANTILE_TRY(target_.folder->remove(file));
      ++removed_files_;
    }
    FolderJob again = job();
    PANTILE_ASSIGN(again.output.tiff.enabled, makes_tiff());
    PANTILE_TRY(run_locked_folder_job(again, run_));
    PANTILE_TRY(make_recorded_previews());
    return restore_record();
  }

  /// True when the job's options make the TIFF that it names, also if the last run made none.
  Result<bool> makes_tiff() const {
    const TiffOptions& options = job().output.tiff;
    if (options.enabled) return true;
    const auto recorded = target_.record->forms.find(kTiffName);
    if (recorded == target_.record->forms.end()) return false;
    PANTILE_ASSIGN(const auto sink,
                   make_tiff_sink(target_.folder, target_.folder, options, {.file = kTiffName}));
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
  const std::optional<FolderJob> given_;
  RunOptions run_;
  CheckTarget target_;
  bool record_changed_ = false;  ///< job.json on disk is not what it should be.
  std::int64_t removed_files_ = 0;
};

}  // namespace

Result<CheckReport> run_repair(const std::string& path, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  return Repair(path, std::nullopt, run).execute();
}

Result<CheckReport> repair_image(std::shared_ptr<const TileSource> image,
                                 const OutputOptions& output, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(FolderJob job, image_folder_job(std::move(image), output));
  return Repair(output.out, std::move(job), run).execute();
}

}  // namespace pantile
