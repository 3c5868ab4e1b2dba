#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/info_text.h"

namespace pantile::cli {
namespace {

std::string program_text(const ProgramInfo& program) {
  std::string out = fmt::format("{:<12} {}\n{:<12} {}\n", "pantile", program.version, "SIMD target",
                                program.simd_target);
  for (const auto& [name, version] : program.libraries) {
    out += fmt::format("{:<12} {}\n", name, version);
  }
  return out;
}

std::string machine_text(const MachineInfo& machine) {
  const auto row = [](const std::string& key, const std::string& text) {
    return fmt::format("{:<12} {}\n", key, text);
  };
  const DevicesInfo& devices = machine.devices;
  std::string out;
  if (devices.gpus.empty()) out += row("GPUs", "none: " + devices.no_gpu);
  for (const GpuInfo& gpu : devices.gpus) {
    const std::string key = fmt::format("GPU {}", gpu.ordinal);
    out += gpu.unusable.empty()
               ? row(key, fmt::format("{}, compute capability {}.{}, {}", gpu.name, gpu.major,
                                      gpu.minor, human_memory(gpu.memory_bytes)))
               : row(key, "cannot be used: " + gpu.unusable);
  }
  if (!devices.driver.empty()) out += row("GPU driver", "for CUDA up to " + devices.driver);
  out += row("NVRTC", devices.nvrtc.empty() ? "not found: " + devices.no_nvrtc : devices.nvrtc);
  out += row("built in", devices.builtin_kernels.empty()
                             ? "no GPU kernels: built without nvcc; GPUs need NVRTC"
                             : "GPU kernels for " + devices.builtin_kernels);
  out += row("GPU kernels",
             machine.kernel_folder.empty() ? "are not kept" : "kept in " + machine.kernel_folder);
  return out;
}

nlohmann::ordered_json machine_json(const MachineInfo& machine) {
  using Json = nlohmann::ordered_json;
  const auto known = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const DevicesInfo& devices = machine.devices;
  Json json{{"gpus", Json::array()}};
  for (const GpuInfo& gpu : devices.gpus) {
    json["gpus"].push_back({{"ordinal", gpu.ordinal},
                            {"name", gpu.name},
                            {"compute_capability", fmt::format("{}.{}", gpu.major, gpu.minor)},
                            {"memory_bytes", gpu.memory_bytes},
                            {"unusable", known(gpu.unusable)}});
  }
  json["no_gpu"] = known(devices.no_gpu);
  json["driver_cuda_version"] = known(devices.driver);
  json["nvrtc_version"] = known(devices.nvrtc);
  json["no_nvrtc"] = known(devices.no_nvrtc);
  json["builtin_kernels"] = known(devices.builtin_kernels);
  json["kernel_folder"] = known(machine.kernel_folder);
  return json;
}

std::string program_json(const ProgramInfo& program, const MachineInfo& machine) {
  nlohmann::ordered_json json{{"version", program.version}, {"simd_target", program.simd_target}};
  json["libraries"] = nlohmann::ordered_json::object();
  for (const auto& [name, version] : program.libraries) json["libraries"][name] = version;
  json.update(machine_json(machine));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

void print_program(const Backend& backend, Environment& environment) {
  environment.out << program_text(backend.program());
}

Status command_info(Call& call) {
  const bool json = call.settings.json;
  if (call.settings.input.empty()) {
    const ProgramInfo program = call.backend.program();
    const MachineInfo machine = call.backend.machine();
    call.environment.out << (json ? program_json(program, machine)
                                  : program_text(program) + machine_text(machine));
    return {};
  }
  PANTILE_ASSIGN(const ImageInfo info, call.backend.info(call.settings.input));
  call.environment.out << (json ? info_json(info) : info_text(info));
  return {};
}

}  // namespace pantile::cli
