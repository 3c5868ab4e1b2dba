#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
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

std::string program_json(const ProgramInfo& program) {
  nlohmann::ordered_json json{{"version", program.version}, {"simd_target", program.simd_target}};
  json["libraries"] = nlohmann::ordered_json::object();
  for (const auto& [name, version] : program.libraries) json["libraries"][name] = version;
  return json.dump(2) + "\n";
}

}  // namespace

void print_program(const Backend& backend, Environment& environment) {
  environment.out << program_text(backend.program());
}

Status command_info(Call& call) {
  const bool json = call.settings.json;
  if (call.settings.input.empty()) {
    const ProgramInfo program = call.backend.program();
    call.environment.out << (json ? program_json(program) : program_text(program));
    return {};
  }
  PANTILE_ASSIGN(const ImageInfo info, call.backend.info(call.settings.input));
  call.environment.out << (json ? info_json(info) : info_text(info));
  return {};
}

}  // namespace pantile::cli
