#include "pipeline/validate/validate.h"

#include <fmt/format.h>

#include <functional>

#include "pipeline/drain/disk_space.h"
#include "pipeline/drain/memory_plan.h"
#include "pipeline/gpu/formula_lanes.h"
#include "pipeline/validate/checks.h"
#include "pipeline/validate/report.h"
#include "runtime/workers.h"

namespace pantile {
namespace {

using validate::Subject;

constexpr std::size_t kShownPixels = 1500;

Status check_options(const ValidateOptions& o) {
  if (o.size < 64 || o.size > 4096) {
    return Error(Code::invalid,
                 fmt::format("validation of {} pixels: expected a side of 64 to 4096", o.size));
  }
  if (o.samples < 0 || o.samples > 1'000'000'000) {
    return Error(Code::invalid, fmt::format("validation of {} random pixels: expected 0 to "
                                            "1000000000",
                                            o.samples));
  }
  return {};
}

/// How many threads the budget allows.
Result<int> plan_threads(const Subject& subject, const RunOptions& run) {
  Status failed;
  const auto working = [&](int threads) -> std::int64_t {
    const Result<std::int64_t> bytes = memory_of_checks(subject, threads);
    if (bytes.ok()) return *bytes;
    failed = bytes.error();
    return 0;
  };
  const auto memory = plan_memory(run, working, 1, 0, "a smaller --validate-size");
  if (!failed.ok()) return failed.error();
  if (!memory.ok()) return memory.error().with_context("validation");
  return memory->threads;
}

ValidateSubject subject_of(const ResolvedGenerate& job, const Subject& subject,
                           const RunOptions& run) {
  const LevelInfo& level = subject.small_level();
  return {job.options, program_version(), simd_target_name(),    device_words(run.device),
          level.width, level.height,      subject.small_tile_px, level.scale.x};
}

/// Before the checks take their time.
Status check_report(const ValidateOptions& options) {
  PANTILE_TRY(check_options(options));
  if (options.out.empty()) return {};
  PANTILE_TRY(check_writable(options.out));
  return validate::check_report_folder(options.out);
}

}  // namespace

Result<ValidateReport> validate_job(const ResolvedGenerate& job, JobLanes& lanes,
                                    const RunOptions& run) {
  const ValidateOptions& options = job.options.validate;
  PANTILE_TRY(check_report(options));
  PANTILE_ASSIGN(Subject subject,
                 validate::make_subject(job.program, job.image, *job.job.source,
                                        job.options.tile_px, job.options.shard_px, options));
  subject.lanes = &lanes;
  auto threads = plan_threads(subject, run);
  if (!threads.ok() && lanes.are_optional && !lanes.lanes.empty()) {
    lanes.drop("no GPU is checked: the memory budget is enough for the CPU's checks alone");
    threads = plan_threads(subject, run);
  }
  PANTILE_ASSIGN(subject.threads, std::move(threads));
  subject.cancel = run.cancel;
  subject.listener = run.listener;

  ValidateReport report;
  report.subject = subject_of(job, subject, run);
  report.notes = job.notes;
  for (const std::string& note : lanes.notes) {
    report.notes.push_back(note);
    if (run.listener != nullptr) run.listener->on_note(note);
  }
  report.warnings = job.warnings;
  validate::Drawing drawing;
  std::vector<std::function<Result<ValidateCheck>()>> checks{
      [&] { return check_coordinates(subject); }, [&] { return check_tiles(subject); },
      [&] { return check_borders(subject, &drawing.lines); },
      [&] { return check_targets(subject); }};
  if (lanes.lanes.empty()) {
    report.not_made.push_back({"devices", lanes.none});
  } else {
    checks.push_back([&] { return check_devices(subject); });
  }
  if (options.samples > 0) {
    checks.push_back([&] { return check_proof(subject, kShownPixels, &drawing.pixels); });
  } else {
    report.not_made.push_back({"proof", "no pixel is proven: --validate-samples is 0"});
  }
  for (const auto& check : checks) {
    PANTILE_ASSIGN(ValidateCheck found, check());
    report.checks.push_back(std::move(found));
  }
  if (!options.out.empty()) {
    PANTILE_TRY(validate::write_report(subject, report, drawing, options.out));
    report.folder = options.out;
  }
  return report;
}

Result<ValidateReport> run_validate(const GenerateOptions& options, const RunOptions& run) {
  const FloatEnvironmentScope float_environment;
  PANTILE_ASSIGN(const ResolvedGenerate job, resolve_generate(options));
  tell(job, run.listener);
  PANTILE_TRY(check_report(job.options.validate));
  PANTILE_ASSIGN(JobLanes lanes, open_gpu_lanes(job.program, job.image, job.options.tile_px,
                                                halves_for(job.job.plan), run));
  return validate_job(job, lanes, run);
}

}  // namespace pantile
