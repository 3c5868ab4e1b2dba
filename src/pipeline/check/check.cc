#include "pantile/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <utility>

#include "io/zarr/zarr_source.h"
#include "pipeline/check/advice.h"
#include "pipeline/check/compare_previews.h"
#include "pipeline/check/job_tiff.h"
#include "pipeline/check/levels.h"
#include "pipeline/check/names.h"
#include "pipeline/check/run_check.h"
#include "pipeline/check/target.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/drain/stage_reporter.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"
#include "runtime/memory.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

namespace fs = std::filesystem;

/// One check, stage by stage.
class CheckRun {
 public:
  CheckRun(const CheckOptions& options, const RunOptions& run, const CheckContext& context,
           FindingLog& log)
      : options_(options), run_(run), context_(context), log_(log) {}

  Result<CheckReport> execute() {
    PANTILE_ASSIGN(target_, open_target(options_.path, context_, log_));
    say_state();
    if (target_.kind != TargetKind::tiff) {
      PANTILE_ASSIGN(auto expected, expected_store(target_, log_));
      if (expected) store_.emplace(std::move(*expected), log_);
    }
    PANTILE_ASSIGN(tiff_, open_tiff(target_, log_));
    files_ += tiff_.files;
    PANTILE_TRY(plan());
    PANTILE_TRY(check_structure());
    if (!options_.fast) {
      PANTILE_TRY(check_pixels());
      PANTILE_TRY(check_previews());
    }
    return report();
  }

 private:
  void say_state() {
    if (target_.state == CheckState::being_written) {
      log_.on_warning(target_.path +
                      " is being written by another process: what is not there yet is not checked");
    }
    if (target_.record && target_.job &&
        !describe_differences(target_.record->pixels, target_.job->pixels).empty()) {
      log_.on_warning(
          target_.path +
          " was rendered by a version of pantile that computes other pixels; they cannot be "
          "repaired by this one");
    }
  }

  /// What can look at a tile when the store's chunk is at hand: its tiles are the store's chunks.
  ChunkVisitor* visitor() const {
    if (!store_) return nullptr;
    if (tiff_.fragments) return tiff_.fragments->knows_chunks() ? tiff_.fragments.get() : nullptr;
    return tiff_.file && tiles_are_chunks() ? tiff_.file.get() : nullptr;
  }

  bool tiles_are_chunks() const {
    const ShardLayout &a = tiff_.file->layout(), &b = store_->layout();
    if (a.chunk_px() != b.chunk_px() || a.level_count() != b.level_count()) return false;
    for (int i = 0; i < a.level_count(); ++i) {
      const TileGrid ga = a.chunks(i), gb = b.chunks(i);
      if (ga.width != gb.width || ga.height != gb.height) return false;
    }
    return true;
  }

  Status plan() {
    const auto working = [&](int threads) {
      return (store_ ? level_check_bytes(store_->plan(), threads) : std::int64_t{0}) +
             (tiff_.file ? tiff_.file->working_bytes(threads) : std::int64_t{0}) +
             (tiff_.fragments ? tiff_.fragments->working_bytes(threads) : std::int64_t{0});
    };
    const RecordedPreviews previews = recorded_previews(target_);
    const std::int64_t finish_bytes =
        store_ && previews.count > 0 && !options_.fast
            ? preview_memory_bytes(store_->plan().spec, previews.widest, 1) +
                  zarr::SourceOptions{}.cache_bytes
            : 0;
    PANTILE_ASSIGN(const MemoryPlan memory, plan_memory(run_, working, 1, finish_bytes));
    threads_ = memory.threads;
    return {};
  }

  /// Names, metadata, and every shard's size and index.
  Status check_structure() {
    const std::int64_t units = store_ ? store_->layout().unit_count() : 0;
    StageReporter stage(&log_, "structure", "files", units);
    if (store_) {
      PANTILE_TRY(store_->check_metadata());
      PANTILE_TRY(check_shards(stage));
      PANTILE_TRY(check_store_names());
    }
    if (target_.is_job()) {
      PANTILE_TRY(find_missing_previews(target_, log_));
      files_ += recorded_previews(target_).count;
      PANTILE_TRY(check_folder_names());
    }
    stages_.push_back(stage.end());
    return {};
  }

  Status check_shards(StageReporter& stage) {
    const ShardLayout& layout = store_->layout();
    for (int level = 0; level < layout.level_count(); ++level) {
      const std::vector<UnitId> units = layout.units(level);
      std::atomic<std::size_t> next{0};
      const auto work = [&](int) -> Status {
        for (std::size_t i = next++; i < units.size(); i = next++) {
          if (cancelled()) return Error(Code::cancelled, "stopped on request");
          PANTILE_TRY(store_->check_shard(units[i]));
          stage.add(1);
        }
        return {};
      };
      PANTILE_TRY(run_workers(threads_, work));
    }
    return {};
  }

  Status check_store_names() {
    NameRules rules;
    rules.role = [&](std::string_view name, bool is_folder) {
      return store_name_role(store_->layout(), name, is_folder);
    };
    rules.leftovers_are_findings = !target_.may_lack();
    const std::string folder = target_.is_job() ? target_.path + "/" + kStoreName : target_.path;
    PANTILE_ASSIGN(
        const std::int64_t leftovers,
        check_names(folder, target_.is_job() ? std::string(kStoreName) + "/" : "", rules, log_));
    leftovers_ += leftovers;
    return {};
  }

  Status check_folder_names() {
    NameRules rules;
    rules.role = [&](std::string_view name, bool is_folder) {
      return job_name_role(name, is_folder, records_output(target_, kTiffName));
    };
    rules.leftovers_are_findings = !target_.may_lack();
    PANTILE_ASSIGN(const std::int64_t leftovers, check_names(target_.path, "", rules, log_));
    leftovers_ += leftovers;
    return {};
  }

  Status check_pixels() {
    ChunkVisitor* const together = visitor();
    if (together == nullptr && (tiff_.file || tiff_.fragments)) PANTILE_TRY(check_tiff_alone());
    if (!store_) return {};
    StageReporter stage(&log_, "pixels", "bytes", raw_bytes(store_->plan()));
    LevelCheckOptions options;
    options.threads = threads_;
    options.cancel = run_.cancel;
    options.visitor = together;
    std::atomic<std::int64_t> decoded{0};
    options.on_bytes = [&](std::int64_t bytes, bool sound) {
      stage.add(bytes);
      if (sound) decoded += bytes;
    };
    PANTILE_TRY(check_levels(*store_, options));
    stages_.push_back(stage.end());
    decoded_bytes_ = decoded;
    return {};
  }

  Status check_tiff_alone() {
    StageReporter stage(&log_, "tiles", "files", 1);
    if (tiff_.file) PANTILE_TRY(tiff_.file->check_all(threads_, run_.cancel));
    if (tiff_.fragments) PANTILE_TRY(tiff_.fragments->check_all(threads_, run_.cancel));
    stage.add(1);
    stages_.push_back(stage.end());
    return {};
  }

  /// Of a store that is whole: of another, the previews would only show the same damage.
  Status check_previews() {
    const RecordedPreviews previews = recorded_previews(target_);
    if (!store_ || previews.count == 0 || target_.state == CheckState::being_written) return {};
    std::error_code error;
    if (!fs::exists(target_.path + "/" + kStoreName + "/zarr.json", error)) return {};
    if (store_->finding_count() + store_->units_to_come() > 0) {
      log_.on_note("the previews were not compared: the store they are made from is damaged");
      return {};
    }
    StageReporter stage(&log_, "previews", "files", previews.count);
    PANTILE_TRY(compare_previews(target_, threads_, run_.cancel, log_));
    stage.add(previews.count);
    stages_.push_back(stage.end());
    return {};
  }

  CheckReport report() {
    CheckReport report;
    log_.move_into(report);
    report.state = target_.state;
    report.fast = options_.fast;
    report.leftovers = target_.state == CheckState::unfinished ? leftovers_ : 0;
    report.advice = advise(target_, report);
    report.decoded_bytes = decoded_bytes_;
    if (store_) {
      report.shards_to_come = store_->units_to_come();
      files_ += store_->files_seen() - report.shards_to_come;
      const LevelInfo& level = store_->plan().spec.levels.front();
      report.summary.pixels = store_->plan().groups() * level.width * level.height;
    }
    report.files = files_ + (target_.record ? 1 : 0);
    report.summary.stages = std::move(stages_);
    report.summary.wall_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    report.summary.peak_memory_bytes = peak_resident_bytes();
    return report;
  }

  bool cancelled() const { return run_.cancel != nullptr && run_.cancel->cancelled(); }

  const CheckOptions& options_;
  const RunOptions& run_;
  const CheckContext context_;
  FindingLog& log_;
  CheckTarget target_;
  std::optional<StoreCheck> store_;
  TiffToCheck tiff_;
  int threads_ = 1;
  std::int64_t files_ = 0, leftovers_ = 0;
  std::int64_t decoded_bytes_ = 0;
  std::vector<StageSummary> stages_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Result<CheckReport> run_check_into(const CheckOptions& options, const RunOptions& run,
                                   const CheckContext& context, FindingLog& log) {
  const FloatEnvironmentScope float_environment;
  return CheckRun(options, run, context, log).execute();
}

Result<CheckReport> run_check(const CheckOptions& options, const RunOptions& run) {
  FindingLog log(run.listener);
  return run_check_into(options, run, {}, log);
}

}  // namespace pantile
