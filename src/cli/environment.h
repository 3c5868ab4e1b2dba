#pragma once
/// \file
/// What surrounds the command line: streams, the terminal, and the pipeline. Both are plain
/// structs, so that tests put their own in.

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/schema.h"
#include "pantile/check.h"
#include "pantile/convert.h"
#include "pantile/generate.h"
#include "pantile/info.h"
#include "pantile/job.h"
#include "pantile/preview.h"
#include "pantile/process.h"
#include "pantile/validate.h"

namespace pantile::cli {

/// What `pantile info` says of the program itself.
struct ProgramInfo {
  std::string version, simd_target;
  std::vector<std::pair<std::string, std::string>> libraries;  ///< Name, version.
};

/// What it says of the machine's GPUs.
struct MachineInfo {
  DevicesInfo devices;
  std::string kernel_folder;  ///< Where compiled kernels are kept; empty: nowhere.
};

/// The calls behind the subcommands.
struct Backend {
  std::function<Result<GeneratePlan>(const GenerateOptions&, const RunOptions&)> plan;
  std::function<Result<JobSummary>(const GenerateOptions&, const RunOptions&)> generate;
  std::function<Result<JobSummary>(const ConvertOptions&, const RunOptions&)> convert;
  std::function<Result<JobSummary>(const ProcessOptions&, const RunOptions&)> process;
  std::function<Result<JobSummary>(const PreviewOptions&, const RunOptions&)> preview;
  std::function<Result<ValidateReport>(const GenerateOptions&, const RunOptions&)> validate;
  std::function<Result<ImageInfo>(const std::string&)> info;
  std::function<Result<CheckReport>(const CheckOptions&, const RunOptions&)> check;
  std::function<Result<CheckReport>(const std::string&, const RunOptions&)> repair;
  std::function<ProgramInfo()> program;
  std::function<MachineInfo()> machine;
  SchemaNames names;
};

struct Environment {
  std::ostream& out;                   ///< Results.
  std::ostream& err;                   ///< Progress and errors.
  bool terminal = false;               ///< `err` is a terminal.
  bool utf8 = false;                   ///< It shows UTF-8.
  std::function<int()> columns;        ///< Width of the terminal now.
  std::function<std::string()> stamp;  ///< Local time as YYYYMMDD-HHMMSS.
  /// Called on a second Ctrl-C, on another thread. Null: signals are left alone.
  std::function<void()> stop_at_once;
};

}  // namespace pantile::cli
