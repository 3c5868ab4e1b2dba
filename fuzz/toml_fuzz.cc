// Any text is a job's file or an error in one of its lines; what it asks for can be resolved or is
// refused. Nothing is written.
#include <algorithm>
#include <cstdint>
#include <string>

#include "cli/toml_config.h"
#include "input.h"
#include "pipeline/generate/config.h"
#include "pipeline/generate/resolve.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pantile::require;
  static const pantile::cli::Schema schema = pantile::cli::make_schema({});
  pantile::cli::Settings settings;
  const std::string name = "job.toml";
  const auto applied = apply_toml(pantile::Input(data, size).text(), name, schema, settings);
  if (!applied.ok()) {
    require(applied.error().code() == pantile::Code::invalid);
    require(applied.error().message().starts_with("job.toml:"));
    return 0;
  }
  pantile::GenerateOptions& options = settings.generate;
  // Without a range the whole picture is sampled for one; a small one is as good here.
  if (!options.range_lo) {
    options.width = std::min<std::int64_t>(options.width, 8);
    options.height = std::min<std::int64_t>(options.height, 8);
  }
  const auto resolved = pantile::resolve_generate(options);
  if (!resolved.ok()) {
    require(resolved.error().code() == pantile::Code::invalid);
    return 0;
  }
  // What a record would hold of it says the same again.
  const auto again = pantile::options_from_config(resolved->job.config_json);
  require(again.ok() && pantile::config_json(*again) == resolved->job.config_json);
  return 0;
}
