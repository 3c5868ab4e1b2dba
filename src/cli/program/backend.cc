#include "cli/program/backend.h"

#include <fmt/format.h>
#include <isa-l.h>
#include <libdeflate.h>
#include <spng.h>
#include <tiffvers.h>
#include <zstd.h>

// jpeglib.h needs the C streams declared first.
#include <jpeglib.h>
#include <cstdio>

#include "cli/program/cuda_places.h"
#include "ops/colormap/colormap.h"
#include "ops/formula/builtins.h"

#define PANTILE_TEXT_INNER_(x) #x
#define PANTILE_TEXT_(x) PANTILE_TEXT_INNER_(x)

namespace pantile::cli {
namespace {

ProgramInfo program_info() {
  ProgramInfo info;
  info.version = program_version();
  info.simd_target = simd_target_name();
  info.libraries = {
      {"highway", PANTILE_HIGHWAY_VERSION},
      {"zstd", ZSTD_versionString()},
      {"libdeflate", LIBDEFLATE_VERSION_STRING},
      {"isa-l",
       fmt::format("{}.{}.{}", ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION)},
      {"libtiff", fmt::format("{}", TIFFLIB_VERSION)},
      {"libspng", spng_version_string()},
      {"libjpeg", PANTILE_TEXT_(LIBJPEG_TURBO_VERSION)},
  };
  return info;
}

/// `job` with NVIDIA's parts where this machine has them.
template <class Answer>
auto on_this_machine(Result<Answer> (*job)(const GenerateOptions&, const RunOptions&)) {
  return [job](const GenerateOptions& options, const RunOptions& run) {
    RunOptions here = run;
    here.cuda = cuda_places();
    return job(options, here);
  };
}

}  // namespace

Backend pipeline_backend() {
  Backend backend;
  backend.plan = on_this_machine(plan_generate);
  backend.generate = on_this_machine(run_generate);
  backend.convert = run_convert;
  backend.process = run_process;
  backend.preview = run_preview;
  backend.validate = on_this_machine(run_validate);
  backend.info = read_info;
  backend.check = run_check;
  backend.repair = run_repair;
  backend.program = program_info;
  backend.machine = [] {
    const CudaOptions places = cuda_places();
    const auto& folders = places.kernel_folders;
    return MachineInfo{read_devices(places), folders.empty() ? std::string() : folders.front()};
  };
  for (const std::string_view name : colormap_names()) backend.names.colormaps.emplace_back(name);
  for (const auto& builtin : formula::builtins()) backend.names.formulas.emplace_back(builtin.name);
  return backend;
}

}  // namespace pantile::cli
